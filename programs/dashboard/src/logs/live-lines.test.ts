import { expect, test } from 'vitest'
import { addLines, HELD_LINES, KEPT_LINES, type LogLine, nearestInTime } from './live-lines.ts'
import { logSearch } from './log-search.ts'

const line = (number: number): LogLine => ({
  ...{ at: new Date(number).toISOString(), process: 'web', instance: 'i', release: 'v1', stream: 'stdout' },
  text: `line ${number}`,
  cursor: String(number).padStart(15, '0'),
})
const lines = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => line(from + index))

test('what a stream tells again is not there twice', () => {
  const known = addLines([], lines(1, 10), { held: false })

  expect(addLines(known, lines(5, 12), { held: false }).map(({ text }) => text)).toEqual(
    lines(1, 12).map(({ text }) => text),
  )
  expect(addLines(known, lines(1, 10), { held: false })).toBe(known)
})

test('a page does not grow for ever, and keeps more while somebody reads', () => {
  expect(addLines([], lines(1, KEPT_LINES + 500), { held: false })).toHaveLength(KEPT_LINES)
  expect(addLines([], lines(1, KEPT_LINES + 500), { held: true })).toHaveLength(KEPT_LINES + 499)
  expect(addLines([], lines(1, HELD_LINES + 500), { held: true })).toHaveLength(HELD_LINES)
})

test('the nearest in time is the last one before it', () => {
  const list = [line(10), line(20), line(30)]

  expect([5, 10, 25, 99].map(ms => nearestInTime(list, new Date(ms).toISOString()))).toEqual([0, 0, 1, 2])
  expect(nearestInTime([], new Date(5).toISOString())).toBe(-1)
})

test('an address of the page is read for what it can mean, and nothing else', () => {
  expect(logSearch({ line: '000000000000042', at: '2026-01-01T00:00:00Z', level: 'error' })).toEqual({
    line: '000000000000042',
    at: '2026-01-01T00:00:00Z',
    level: 'error',
  })
  expect(logSearch({ line: 42 })).toEqual({ line: '000000000000042' })
  expect(logSearch({ line: 'x', at: 'soon', level: 'loud', requests: 'yes', grep: '' })).toEqual({})
})
