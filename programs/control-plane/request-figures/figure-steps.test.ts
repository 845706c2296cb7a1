import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DAY, HOUR, MINUTE, minutesBetween, partOf, stepFor } from './figure-steps.ts'

const NOW = Date.parse('2026-11-21T10:00:30.000Z')
const HOUR_MS = 3_600_000

test('the parts of a number are the number', () => {
  fc.assert(
    fc.property(fc.nat(1e9), fc.integer({ min: 1, max: 500 }), (whole, parts) => {
      const sum = Array.from({ length: parts }, (_, index) => partOf(whole, index, parts)).reduce(
        (a, b) => a + b,
      )
      expect(sum).toBe(whole)
    }),
  )
})

test('a look belongs to the minute in which most of it was', () => {
  expect(minutesBetween(NOW - 10_000, NOW)).toEqual([Date.parse('2026-11-21T10:00:00.000Z')])
  expect(minutesBetween(NOW - 38_000, NOW)).toEqual([Date.parse('2026-11-21T10:00:00.000Z')])
  expect(minutesBetween(NOW - 80_000, NOW)).toEqual([Date.parse('2026-11-21T09:59:00.000Z')])
})

test('a clock that was set back, and a long absence, do no harm', () => {
  expect(minutesBetween(NOW + 10 * HOUR_MS, NOW)).toEqual([Date.parse('2026-11-21T10:00:00.000Z')])
  expect(minutesBetween(0, NOW).length).toBeLessThanOrEqual(48 * 60 + 1)
})

test('a chart gets the finest step that is kept and can be drawn', () => {
  const step = (hours: number, agoHours = hours) =>
    stepFor({ from: NOW - agoHours * HOUR_MS, to: NOW - (agoHours - hours) * HOUR_MS, now: NOW })

  expect(step(1)).toBe(MINUTE)
  expect(step(1, 72)).toBe(HOUR)
  expect(step(24 * 7)).toBe(HOUR)
  expect(step(24 * 60)).toBe(DAY)
})
