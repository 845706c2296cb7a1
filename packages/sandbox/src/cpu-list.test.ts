import { expect, test } from 'vitest'
import { parseCpuList, withoutSpareCpu } from './cpu-list.ts'

test.each([
  ['0', [0]],
  ['0-3', [0, 1, 2, 3]],
  ['2,4-5\n', [2, 4, 5]],
  ['\n', []],
])('%j is read', (text, cpus) => {
  expect(parseCpuList(text)).toEqual(cpus)
})

test.each([
  ['0-1', '1'],
  ['2,4-6', '4,5,6'],
  ['3', undefined],
  ['', undefined],
])('of %j the first is spared', (list, rest) => {
  expect(withoutSpareCpu(list)).toBe(rest)
})
