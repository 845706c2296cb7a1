import { describe, expect, test } from 'vitest'
import { beyondLimit, dueReplacement, type InstanceFacts } from './replacement-rules.ts'

const MB = 1_048_576
const HOUR_MS = 3_600_000
const facts = (changes: Partial<InstanceFacts>): InstanceFacts => ({
  ...{ now: 10 * HOUR_MS, healthyAt: 9 * HOUR_MS, limits: {}, recycle: {} },
  ...{
    memoryBytes: 100 * MB,
    diskBytes: 5 * MB,
    memoryKills: 0,
    failures: 0,
    failuresUntilReplaced: 3,
    problem: '',
  },
  ...changes,
})

describe('a replacement is due', () => {
  test('once the health check failed so often in a row', () => {
    const problem = 'GET /up answered 500'

    expect(dueReplacement(facts({ failures: 2, problem }))).toBeUndefined()
    expect(dueReplacement(facts({ failures: 3, problem }))).toEqual({
      reason: 'liveness',
      detail: 'its health check failed 3 times in a row (GET /up answered 500)',
    })
  })

  test('at the memory and the age of its settings', () => {
    expect(dueReplacement(facts({ recycle: { memoryMb: 101, afterHours: 2 } }))).toBeUndefined()
    expect(dueReplacement(facts({ recycle: { memoryMb: 100 } }))?.reason).toBe('recycle-memory')
    expect(dueReplacement(facts({ recycle: { afterHours: 1 } }))?.reason).toBe('recycle-age')
  })

  test('not before anybody has looked', () => {
    expect(dueReplacement(facts({ recycle: { memoryMb: 16 }, memoryBytes: undefined }))).toBeUndefined()
  })
})

test('an instance has to end beyond its share of the disk, and not at it', () => {
  expect(beyondLimit(facts({ limits: { diskMb: 5 } }))).toBeUndefined()
  expect(beyondLimit(facts({ limits: { diskMb: 4 } }))).toEqual({
    replaced: { reason: 'disk', detail: 'its temporary files took 5 MB, and it may have 4 MB' },
  })
  expect(beyondLimit(facts({}))).toBeUndefined()
})

test('an instance of which the kernel ended a part for its memory has to end as a whole', () => {
  expect(beyondLimit(facts({ memoryKills: 1 }))).toMatchObject({ exit: { oomKilled: true } })
})
