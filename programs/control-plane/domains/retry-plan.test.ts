import { expect, test } from 'vitest'
import { isWarningDue, retryDelayMs } from './retry-plan.ts'

const [MINUTE_MS, HOUR_MS, DAY_MS] = [60_000, 3_600_000, 86_400_000]

test('waits longer after each failure, up to half a day, by chance a quarter less', () => {
  expect([1, 2, 3, 4].map(failures => retryDelayMs(failures, { random: 1 }))).toEqual(
    [1, 2, 4, 8].map(minutes => minutes * MINUTE_MS),
  )
  expect(retryDelayMs(1, { random: 0 })).toBe(0.75 * MINUTE_MS)
  expect(retryDelayMs(1_000, { random: 1 })).toBe(12 * HOUR_MS)
})

test('never asks before the authority wants to be asked, however often it failed, and never waits more than a week', () => {
  expect(retryDelayMs(1, { random: 0, retryAfterMs: 3 * HOUR_MS })).toBe(3 * HOUR_MS)
  expect(retryDelayMs(1, { random: 0, retryAfterMs: 1e15 })).toBe(7 * DAY_MS)
})

test.each([
  ['90 days, 31 left', 92, 61, null, false],
  ['a year, 31 left', 365, 334, null, false],
  ['a year, 29 left', 365, 336, null, true],
  ['a year, 29 left, told an hour ago', 365, 336, 336 - 1 / 24, false],
  ['a year, 29 left, told a day ago', 365, 336, 335, true],
  ['six days, at its renewal', 6, 4, null, false],
  ['six days, its renewal late', 6, 4.7, null, true],
  ['90 days, at its renewal', 90, 60.1, null, false],
  ['90 days, its renewal late', 90, 70, null, true],
])('a certificate of %s', (_, lifeDays, atDay, warnedDay, expected) => {
  const certificate = {
    not_before: 0,
    not_after: lifeDays * DAY_MS,
    warned_at: warnedDay === null ? null : warnedDay * DAY_MS,
  }

  expect(isWarningDue(certificate, atDay * DAY_MS)).toBe(expected)
})
