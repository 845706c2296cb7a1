import { expect, test } from 'vitest'
import { fieldOf, limitDraft, ownLimits } from './limit-draft.ts'

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
