import { describe, expect, test } from 'vitest'
import { FULL_PACE, type NeighbourFacts, nextPaces, printedRate } from './neighbour-rules.ts'

const MB = 1_048_576
const CALM: NeighbourFacts = {
  ...{ limitCpus: undefined, usedCpus: 0.1, throttledShare: 0, printedBytesPerSecond: 0 },
  pace: FULL_PACE,
}
const SPARING = { share: 1, sparesCpu: true }

function paceOf(changes: Partial<NeighbourFacts>, cpuCount = 2) {
  return nextPaces(new Map([['one', { ...CALM, ...changes }]]), cpuCount).get('one')
}

describe('who leaves one CPU to the others', () => {
  test.each([
    ['a calm instance does not', {}, 2, false],
    ['one that waits for its limit most of the time does', { limitCpus: 0.6, throttledShare: 0.9 }, 2, true],
    ['one that waits for it now and then does not', { limitCpus: 0.6, throttledShare: 0.3 }, 2, false],
    ['one without a limit that takes nearly all CPUs does', { usedCpus: 1.6 }, 2, true],
    ['one without a limit that keeps one CPU of two busy does not', { usedCpus: 1 }, 2, false],
    ['one without a limit that takes half of many does not', { usedCpus: 4 }, 8, false],
    ['one whose owner gave it all CPUs does not', { limitCpus: 2, usedCpus: 2, throttledShare: 1 }, 2, false],
    ['on a server with one CPU nobody does', { limitCpus: 0.5, throttledShare: 1 }, 1, false],
    ['one that still waits goes on', { limitCpus: 0.6, throttledShare: 0.2, pace: SPARING }, 2, true],
    ['one that waits no more stops', { limitCpus: 0.6, throttledShare: 0.05, pace: SPARING }, 2, false],
    ['one that still fills the rest goes on', { usedCpus: 0.95, pace: SPARING }, 2, true],
    ['one that takes less by now stops', { usedCpus: 0.3, pace: SPARING }, 2, false],
  ] as const)('%s', (_, changes, cpuCount, spares) => {
    expect(paceOf(changes, cpuCount)?.sparesCpu).toBe(spares)
  })

  test('only as many as have room for their limits on the rest, and those that do already first', () => {
    const waits = { ...CALM, limitCpus: 0.6, throttledShare: 1 }
    const paces = nextPaces(
      new Map([
        ['new', waits],
        ['old', { ...waits, pace: SPARING }],
        ['small', { ...waits, limitCpus: 0.3 }],
      ]),
      2,
    )

    expect([...paces].filter(([, { sparesCpu }]) => sparesCpu).map(([id]) => id)).toEqual(['old', 'small'])
  })
})

describe('who prints a flood', () => {
  test('gets less CPU time in proportion, and a sixteenth or less where nobody sees how much it is', () => {
    expect(paceOf({ printedBytesPerSecond: 10 * MB })?.share).toBe(0.6)
    expect(paceOf({ printedBytesPerSecond: 15 * MB })?.share).toBe(1 / 16)
    expect(paceOf({ printedBytesPerSecond: 300 * MB })?.share).toBe(0.02)
  })

  test('keeps a rest of a CPU', () => {
    const pace = { share: 0.01, sparesCpu: false }
    expect(paceOf({ printedBytesPerSecond: 900 * MB, pace })?.share).toBe(0.01)
    expect(paceOf({ printedBytesPerSecond: 900 * MB, limitCpus: 0.5, pace })?.share).toBe(0.04)
    expect(paceOf({ printedBytesPerSecond: 900 * MB, limitCpus: 0.01 })?.share).toBe(1)
  })

  test('stays as it is while it prints what can be kept, and gets its time back once it is calm', () => {
    const pace = { share: 0.25, sparesCpu: false }
    expect(paceOf({ printedBytesPerSecond: 5 * MB, pace })?.share).toBe(0.25)
    expect(paceOf({ printedBytesPerSecond: 1 * MB, pace })?.share).toBe(0.3)
    expect(paceOf({ pace: { share: 0.9, sparesCpu: false } })?.share).toBe(1)
  })

  test('stays as it is while nobody knows what it prints by now', () => {
    const pace = { share: 0.25, sparesCpu: false }
    expect(paceOf({ printedBytesPerSecond: undefined, pace })?.share).toBe(0.25)
  })

  test('is not taken for greedy because it waits for the brake', () => {
    const braked = { limitCpus: 0.6, throttledShare: 1, printedBytesPerSecond: 5 * MB }
    expect(paceOf({ ...braked, pace: { share: 0.1, sparesCpu: false } })?.sparesCpu).toBe(false)
  })
})

describe('how fast it prints', () => {
  const before = { at: 60_000, printed: { at: 60_000, bytes: 5 * MB } }
  const after = (bytes: number, printedAt: number) => ({ at: 61_000, printed: { at: printedAt, bytes } })

  test('is told by the time at which it printed, not by that of copying', () => {
    expect(printedRate(before, after(15 * MB, 61_000), 0)).toBe(10 * MB)
    expect(printedRate(before, after(15 * MB, 60_250), 0)).toBe(40 * MB) // the copier is behind
    const away = { at: 60_000, printed: { at: 20_000, bytes: 5 * MB } }
    expect(printedRate(away, after(15 * MB, 60_000), 0)).toBe(MB / 4) // it printed while the platform was away
  })

  test('is not known from what it printed before its pace was set, and where time went back', () => {
    expect(printedRate(before, after(15 * MB, 60_250), 60_500)).toBeUndefined()
    expect(printedRate(before, after(15 * MB, 59_000), 0)).toBeUndefined()
  })

  test('is little where little came, whatever the times say', () => {
    expect(printedRate(before, after(5 * MB + 1000, 60_001), 0)).toBe(1000)
    expect(printedRate(before, after(0, 61_000), 0)).toBe(0) // the app emptied its output
  })
})
