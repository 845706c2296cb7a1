import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isWarningDue, tokenState } from './token-state.ts'

const DAY = 86_400_000
const END = 100 * DAY
const TOKEN = { created_at: 0, warned_at: 0, expires_at: END, revoked_at: null }

describe('the state of a token', () => {
  test.each([
    [{ expires_at: null }, END, 'active'],
    [{}, END - 1, 'active'],
    [{}, END, 'expired'],
    [{ revoked_at: 1 }, 2, 'revoked'],
    [{ revoked_at: 1 }, END, 'revoked'],
  ])('%j at %i is %s', (fields, now, state) => {
    expect(tokenState({ ...TOKEN, ...fields }, now)).toBe(state)
  })
})

describe('a warning', () => {
  test('is due 7 days and 1 day before the end, once each', () => {
    const told: number[] = []
    let warned_at = TOKEN.warned_at
    for (let now = 0; now <= END + DAY; now += DAY / 24) {
      if (!isWarningDue({ ...TOKEN, warned_at }, now)) continue
      told.push((END - now) / DAY)
      warned_at = now
    }

    expect(told).toEqual([7, 1])
  })

  test('is made up for after a standstill, but not twice', () => {
    expect(isWarningDue({ ...TOKEN, warned_at: 0 }, END - DAY / 2)).toBe(true)
    expect(isWarningDue({ ...TOKEN, warned_at: END - DAY / 2 }, END - DAY / 4)).toBe(false)
    expect(isWarningDue({ ...TOKEN, warned_at: END - 5 * DAY }, END - 2 * DAY)).toBe(false)
  })

  test('does not come for an end that was chosen to be near', () => {
    const made = { ...TOKEN, created_at: END - 3 * DAY, warned_at: END - 3 * DAY }

    expect(isWarningDue(made, END - 3 * DAY)).toBe(false)
    expect(isWarningDue({ ...made, warned_at: null }, END - 2 * DAY)).toBe(false)
    expect(isWarningDue(made, END - DAY)).toBe(true)
  })

  test.each([{ expires_at: null }, { revoked_at: 5 }, { expires_at: END - 2 * DAY }])(
    'never comes for %j',
    fields => {
      expect(isWarningDue({ ...TOKEN, ...fields }, END - DAY)).toBe(false)
    },
  )

  test('comes at most twice, whenever somebody looks', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: END + DAY })), times => {
        let warned_at = 0
        let mails = 0
        for (const now of times.toSorted((a, b) => a - b)) {
          if (!isWarningDue({ ...TOKEN, warned_at }, now)) continue
          warned_at = now
          mails += 1
        }
        expect(mails).toBeLessThanOrEqual(2)
      }),
    )
  })
})
