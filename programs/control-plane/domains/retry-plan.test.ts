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

test('looks again within a quarter of an hour at what no authority was asked about', () => {
  expect(retryDelayMs(50, { random: 1, wasAsked: false })).toBe(15 * MINUTE_MS)
  expect(retryDelayMs(2, { random: 1, wasAsked: false })).toBe(2 * MINUTE_MS)
})

const NEVER = null

test.each<[string, number, number, number | null, number | null, boolean]>([
  ['a year, 31 left', 365, 334, 244, null, false],
  ['a year, 29 left', 365, 336, 244, null, true],
  ['a year, 29 left, told an hour ago', 365, 336, 244, 336 - 1 / 24, false],
  ['a year, 29 left, told a day ago', 365, 336, 244, 335, true],
  ['90 days, at its renewal', 90, 60.1, 60, null, false],
  ['90 days, 29 left', 90, 61.1, 60, null, true],
  ['six days, at its renewal', 6, 4, 4, null, false],
  ['six days, its renewal late', 6, 4.7, 4, null, true],
  ['90 days that nobody renews, 31 left', 90, 59, NEVER, null, false],
  ['90 days that nobody renews, 29 left', 90, 61, NEVER, null, true],
  ['a month that nobody renews, 20 left', 30, 10, NEVER, null, false],
  ['a month that nobody renews, 9 left', 30, 21, NEVER, null, true],
])('a certificate of %s', (_, lifeDays, atDay, renewDay, warnedDay, expected) => {
  const ms = (day: number | null) => (day === null ? null : day * DAY_MS)
  const certificate = {
    ...{ not_before: 0, not_after: lifeDays * DAY_MS },
    ...{ renew_at: ms(renewDay), warned_at: ms(warnedDay) },
  }

  expect(isWarningDue(certificate, atDay * DAY_MS)).toBe(expected)
})
