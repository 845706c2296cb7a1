import { expect, test } from 'vitest'
import { duration, timeFromNow, utcTime } from './times.ts'

const NOW = Date.parse('2026-05-04T12:00:00Z')

test.each([
  [-10_000, 'just now'],
  [-5 * 60_000, '5 min. ago'],
  [-3 * 3_600_000, '3 hr. ago'],
  [-24 * 3_600_000, 'yesterday'],
  [30_000, 'in a moment'],
  [2 * 3_600_000, 'in 2 hr.'],
])('%d ms from now is told as %s', (distance, text) => {
  expect(timeFromNow(NOW + distance, NOW)).toBe(text)
})

test('a week ago is told as its date', () => {
  expect(timeFromNow(NOW - 10 * 24 * 3_600_000, NOW)).toContain('2026')
})

test('UTC is told in full', () => {
  expect(utcTime(NOW)).toBe('2026-05-04 12:00:00 UTC')
})

test.each([
  [12.4, '12 ms'],
  [1_234, '1.2 s'],
  [45_000, '45 s'],
  [120_000, '2 min'],
  [200_000, '3 min 20 s'],
])('%d ms last %s', (ms, text) => {
  expect(duration(ms)).toBe(text)
})
