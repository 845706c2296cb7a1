import { expect, test } from 'vitest'
import { settingsChanges } from './settings-changes.ts'

test('fields are told one by one, with what they were and what they become', () => {
  const before = {
    processes: { web: 'node a.js', worker: 'node w.js' },
    health: { path: '/' },
    resources: {},
  }
  const after = { processes: { web: 'node b.js' }, health: { path: '/' }, resources: { memoryMb: 256 } }

  expect(settingsChanges(before, after)).toEqual([
    { name: 'processes.web', change: 'changed', from: 'node a.js', to: 'node b.js' },
    { name: 'processes.worker', change: 'removed', from: 'node w.js', to: null },
    { name: 'resources.memoryMb', change: 'added', from: null, to: '256' },
  ])
  expect(settingsChanges(after, after)).toEqual([])
})

test('rules for requests are named and not shown: they can hold what opens doors', () => {
  const before = { access: { basic: { users: { ada: '$2b$10$old' } } } }
  const after = { access: { basic: { users: { ada: '$2b$10$new' } } }, headers: { 'X-A': '1' } }

  const changes = settingsChanges(before, after)

  expect(changes).toEqual([
    { name: 'access.basic.users.ada', change: 'changed', from: null, to: null },
    { name: 'headers.X-A', change: 'added', from: null, to: null },
  ])
})

test('a value that goes on for ever is cut', () => {
  const [change] = settingsChanges({}, { processes: { web: 'x'.repeat(10_000) } })

  expect(change?.to).toHaveLength(301)
})
