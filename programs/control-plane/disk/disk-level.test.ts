import { expect, test } from 'vitest'
import { diskLevel } from './disk-level.ts'

test.each([
  [79.9, 0, 0],
  [80, 0, 80],
  [96, 0, 95],
  [91, 80, 90],
  [79, 80, 80],
  [78, 80, 0],
  [94, 95, 95],
  [85, 95, 80],
  [10, 95, 0],
])('at %d %%, after %d was told, it is %d', (percent, before, level) => {
  expect(diskLevel(percent, before)).toBe(level)
})
