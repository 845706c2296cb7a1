import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nextRestart } from './restart-policy.ts'

const MINUTE_MS = 60_000
const NOW = 100 * MINUTE_MS
const longest = { random: () => 1 }

/** Crashes with these many seconds between them; the last one is now. */
function crashesApart(...secondsBetween: number[]): number[] {
  const times = [NOW]
  for (const seconds of secondsBetween.toReversed()) times.unshift((times[0] ?? 0) - seconds * 1000)
  return times
}

describe('the delay before a restart', () => {
  test.each<[string, number[], number]>([
    ['a first crash restarts at once', crashesApart(), 100],
    ['a second one waits half a second', crashesApart(1), 500],
    ['a third one waits twice as long', crashesApart(1, 1), 1000],
    ['a fourth one again', crashesApart(1, 1, 2), 2000],
    ['no delay is longer than half a minute', crashesApart(1, 1, 1, 1, 1, 1, 1, 1), 30_000],
    ['a healthy time makes the next crash a first one', crashesApart(1, 1, 1, 121), 100],
    ['crashes before a healthy time do not count', crashesApart(1, 1, 121, 1), 500],
    ['a crash that the clock says is still to come does not count', [NOW + MINUTE_MS, NOW], 100],
    ['the order of the crashes does not matter', crashesApart(1, 2).toReversed(), 1000],
    ['no crash at all restarts at once', [], 100],
  ])('%s', (_title, crashes, delayMs) => {
    expect(nextRestart(crashes, NOW, longest)).toEqual({ kind: 'restart', delayMs })
  })

  test('jitter takes away up to half of it', () => {
    expect(nextRestart(crashesApart(1, 1), NOW, { random: () => 0 })).toEqual({
      kind: 'restart',
      delayMs: 500,
    })
  })
})

describe('a crash loop', () => {
  test('ten crashes in ten minutes stop the process, and the reason says so', () => {
    const decision = nextRestart(crashesApart(...Array(9).fill(60)), NOW)

    expect(decision).toEqual({
      kind: 'stop',
      reason: expect.stringMatching(/crashed 10 times in 10 minutes.*log.*deploy/),
    })
  })

  test('nine do not', () => {
    expect(nextRestart(crashesApart(...Array(8).fill(1)), NOW).kind).toBe('restart')
  })

  test('ten in more than ten minutes do not', () => {
    expect(nextRestart(crashesApart(...Array(9).fill(67)), NOW).kind).toBe('restart')
  })
})

const crashTimes = fc.array(fc.integer({ min: 0, max: NOW }), { maxLength: 30 })
const random = fc.double({ min: 0, max: 1, noNaN: true })

test('a restart is always between now and half a minute away, the first one within 100 ms', () => {
  fc.assert(
    fc.property(crashTimes, random, (crashes, value) => {
      const decision = nextRestart(crashes, NOW, { random: () => value })

      if (decision.kind === 'stop') return
      const longestMs = crashes.length <= 1 ? 100 : 30_000
      expect(decision.delayMs).toBeGreaterThanOrEqual(0)
      expect(decision.delayMs).toBeLessThanOrEqual(longestMs)
    }),
  )
})

test('one crash more never makes the next restart sooner', () => {
  fc.assert(
    fc.property(crashTimes, fc.integer({ min: 0, max: NOW }), (crashes, another) => {
      const before = nextRestart(crashes, NOW, longest)
      const after = nextRestart([...crashes, another], NOW, longest)

      if (after.kind === 'stop') return
      expect(before.kind).toBe('restart')
      expect(after.delayMs).toBeGreaterThanOrEqual(before.kind === 'restart' ? before.delayMs : 0)
    }),
  )
})

test('an app that crashes whenever it is started is stopped, after nine restarts and within ten minutes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10_000 }), random, (runMs, value) => {
      const crashes: number[] = []
      let now = NOW
      for (;;) {
        now += runMs
        crashes.push(now)
        const decision = nextRestart(crashes, now, { random: () => value })
        if (decision.kind === 'stop') break
        now += decision.delayMs
      }

      expect(crashes).toHaveLength(10)
      expect(now - NOW).toBeLessThan(10 * MINUTE_MS)
    }),
  )
})
