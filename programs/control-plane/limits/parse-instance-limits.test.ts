import { expect, test } from 'vitest'
import { parseInstanceLimits } from './parse-instance-limits.ts'

test('each named limit is read, with or without blanks', () => {
  expect(parseInstanceLimits('memoryMb=512, cpus = 0.5,')).toEqual({ memoryMb: 512, cpus: 0.5 })
  expect(parseInstanceLimits('')).toEqual({})
})

test.each([
  ['memory=512', 'there is no limit "memory"'],
  ['memoryMb=lots', 'memoryMb must be a number'],
  ['memoryMb=0', 'memoryMb: '],
  ['processes=-5', 'processes must be a number'],
  ['recycle=5', 'there is no limit "recycle"'],
])('%s is refused with the reason', (text, reason) => {
  expect(() => parseInstanceLimits(text)).toThrow(reason)
})
