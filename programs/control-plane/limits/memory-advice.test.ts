import { describe, expect, test } from 'vitest'
import { type MemoryFacts, memoryAdvice, quantile } from './memory-advice.ts'

const facts = (changes: Partial<MemoryFacts>): MemoryFacts => ({
  ...{ limitMb: 512, killsToday: 0, p95Mb: 200, machineMb: 8000 },
  ...changes,
})

describe('what is said about memory', () => {
  test('tells how often it killed, what is used, and what to try', () => {
    expect(memoryAdvice(facts({ killsToday: 3, p95Mb: 480 }))).toEqual({
      sentence: 'killed at 512 MB, 3 times today; p95 use 480 MB; try 768',
      tryMb: 768,
    })
  })

  test('warns before anything is killed', () => {
    expect(memoryAdvice(facts({ p95Mb: 470 }))?.sentence).toBe(
      'close to its limit of 512 MB; p95 use 470 MB; try 768',
    )
  })

  test('leaves out what nobody has measured', () => {
    expect(memoryAdvice(facts({ killsToday: 1, p95Mb: undefined }))?.sentence).toBe(
      'killed at 512 MB, once today; try 768',
    )
    expect(memoryAdvice(facts({ killsToday: 1, p95Mb: 0 }))?.sentence).toBe(
      'killed at 512 MB, once today; try 768',
    )
  })

  test('does not promise what the server does not have', () => {
    const advice = memoryAdvice(facts({ killsToday: 2, machineMb: 900 }))

    expect(advice).toMatchObject({ tryMb: undefined, sentence: expect.stringContaining('look for a leak') })
    expect(advice?.sentence).toContain('twice today')
  })

  test.each([
    ['with room to spare', facts({})],
    ['without a limit', facts({ limitMb: undefined, killsToday: 4 })],
    ['before anything was measured', facts({ p95Mb: undefined })],
  ])('is nothing %s', (_, given) => expect(memoryAdvice(given)).toBeUndefined())

  test('suggests round figures', () => {
    expect(memoryAdvice(facts({ limitMb: 100, killsToday: 1 }))?.tryMb).toBe(192)
  })
})

test.each([
  [[], undefined],
  [[7], 7],
  [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 10],
  [Array.from({ length: 100 }, (_, index) => 100 - index), 95],
])('the p95 of %j is %s', (values, expected) => expect(quantile(values, 0.95)).toBe(expected))
