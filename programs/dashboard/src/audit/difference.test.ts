import { expect, test } from 'vitest'
import { difference } from './difference.ts'

test('only what differs is told, by its path', () => {
  const before = { name: 'Shop', scale: { web: 1, worker: 2 } }
  const after = { name: 'Shop', scale: { web: 3, worker: 2 } }

  expect(difference(before, after)).toEqual([{ path: 'scale.web', before: '1', after: '3' }])
})

test('what came and what went has one side only', () => {
  expect(difference(null, { role: 'viewer' })).toEqual([{ path: 'role', before: undefined, after: 'viewer' }])
  expect(difference({ role: 'viewer' }, null)).toEqual([{ path: 'role', before: 'viewer', after: undefined }])
})

test('a list is one fact, nothing is told as such, and plain text needs no path', () => {
  expect(difference({ keys: ['A'] }, { keys: ['A', 'B'] })).toEqual([
    { path: 'keys', before: 'A', after: 'A, B' },
  ])
  expect(difference({ max: 5 }, { max: null })).toEqual([{ path: 'max', before: '5', after: 'none' }])
  expect(difference('old', 'new')).toEqual([{ path: '·', before: 'old', after: 'new' }])
  expect(difference(null, undefined)).toEqual([])
})
