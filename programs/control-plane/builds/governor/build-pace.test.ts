import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isTight, nextPace, paceText } from './build-pace.ts'

const CALM = { memorySome: 0, memoryFull: 0, ioFull: 0 }

test('builds are slowed step by step under pressure, and let go again without it', () => {
  const pressed = { ...CALM, ioFull: 30 }

  expect([1, 0.5, 0.25, 0.1].map(pace => nextPace(pace, pressed))).toEqual([0.5, 0.25, 0.1, 0.1])
  expect([1, 0.5, 0.25, 0.1].map(pace => nextPace(pace, CALM))).toEqual([1, 1, 0.5, 0.25])
  expect(nextPace(0.25, { ...CALM, ioFull: 10 })).toBe(0.25)
  expect(nextPace(0.25, undefined)).toBe(1)
})

test('whatever the pressure was, builds are at full speed again three looks after it has gone, and never stand still', () => {
  const percent = fc.double({ min: 0, max: 100, noNaN: true })
  const reading = fc.record({ memorySome: percent, memoryFull: percent, ioFull: percent })
  fc.assert(
    fc.property(fc.array(reading, { maxLength: 20 }), readings => {
      const slowest = readings.reduce((pace, pressure) => nextPace(pace, pressure), 1)
      const after = [CALM, CALM, CALM].reduce((pace, pressure) => nextPace(pace, pressure), slowest)

      expect(slowest).toBeGreaterThanOrEqual(0.1)
      expect(after).toBe(1)
    }),
  )
})

test('no build begins where the server is short of memory or disk time', () => {
  expect(isTight({ ...CALM, memorySome: 25 })).toBe(true)
  expect(isTight({ ...CALM, ioFull: 39 })).toBe(false)
  expect(isTight(undefined)).toBe(false)
})

test.each([
  [
    1,
    0.5,
    { ...CALM, ioFull: 33.4 },
    /^slowed down, .*50 % of the CPU .* more disk time \(.* in 33 % of the/,
  ],
  [
    0.5,
    0.25,
    { ...CALM, memoryFull: 9 },
    /25 % of the CPU .* more memory \(.* in 9 % of the last 10 seconds\)/,
  ],
  [0.1, 0.25, CALM, /^faster again: builds have 25 % of the CPU$/],
  [0.5, 1, CALM, /^at full speed again/],
])('a change from %s to %s is told with its reason', (before, after, pressure, sentence) => {
  expect(paceText(before, after, pressure)).toMatch(sentence)
})
