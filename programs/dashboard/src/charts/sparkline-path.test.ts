import { expect, test } from 'vitest'
import { sparklinePath } from './sparkline-path.ts'

const SIZE = { width: 20, height: 10 }

test('the highest value touches the upper edge, nothing lies at the bottom', () => {
  expect(sparklinePath([0, 5, 10], SIZE).line).toBe('M0,10L10,5L20,0')
})

test('where only zeros were counted the line runs along the bottom', () => {
  expect(sparklinePath([0, 0, 0], SIZE).line).toBe('M0,10L10,10L20,10')
})

test('a gap in what is known is a gap in the line', () => {
  expect(sparklinePath([10, 10, null, 10, 10], SIZE).line).toBe('M0,0L5,0M15,0L20,0')
})

test('against a limit the line shows how near it is', () => {
  expect(sparklinePath([5, 5], { ...SIZE, top: 10 }).line).toBe('M0,5L20,5')
})

test('nothing known draws nothing, and one value alone can be seen', () => {
  expect(sparklinePath([null, null], SIZE)).toEqual({ line: '', area: '' })
  expect(sparklinePath([7], SIZE).line).toBe('M0,0h1')
})
