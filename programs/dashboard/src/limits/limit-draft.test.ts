import { expect, test } from 'vitest'
import { fieldOf, limitDefaults, limitDraft, ownLimits } from './limit-draft.ts'

test('what was set comes back as it was, with what single processes have', () => {
  const own = {
    memoryMb: 512,
    cpus: 0.5,
    recycle: { afterHours: 24 },
    perProcess: { worker: { memoryMb: 900 } },
  }

  expect(ownLimits(limitDraft(own), own)).toEqual(own)
})

test('an emptied field is a limit that is no longer set', () => {
  const own = { memoryMb: 512, recycle: { memoryMb: 400 } }

  expect(ownLimits({ ...limitDraft(own), memoryMb: ' ', recycleMemoryMb: '' }, own)).toEqual({})
})

test('what is no number is left for the API to refuse, at its field', () => {
  expect(ownLimits({ ...limitDraft({}), cpus: 'all' }, {})).toEqual({ cpus: 'all' })
  expect([fieldOf('body.recycle.memoryMb'), fieldOf('body.cpus'), fieldOf('body.other')]).toEqual([
    'recycleMemoryMb',
    'cpus',
    undefined,
  ])
})

test('a default is what the release or the platform says, not what the app set itself', () => {
  const limits = [
    { name: 'memoryMb', limit: 512, from: 'platform' },
    { name: 'cpus', limit: 1, from: 'app' },
    { name: 'processes', limit: null, from: null },
  ]

  expect(limitDefaults([{ limits }])).toEqual({ memoryMb: '512' })
  expect(limitDefaults([])).toEqual({})
})

test('what the plan of a change says about a limit belongs to its field', () => {
  expect(fieldOf('body.limits.memoryMb')).toBe('memoryMb')
  expect(fieldOf('limits.recycle.memoryMb')).toBe('recycleMemoryMb')
})
