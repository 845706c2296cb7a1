import { expect, test } from 'vitest'
import { fromLocal, localAsUtc, toLocal } from './local-time.ts'
import { planFlags, START_NOW, withPlan } from './start-plan.ts'

test('a time of the viewer goes out as that moment, and without one it starts now', () => {
  const at = '2031-03-05T07:09'

  expect(withPlan(START_NOW)).toEqual({})
  expect(withPlan({ ...START_NOW, at })).toEqual({ scheduledAt: new Date(2031, 2, 5, 7, 9).toISOString() })
  expect(planFlags({ ...START_NOW, at })).toBe(` --at ${new Date(2031, 2, 5, 7, 9).toISOString()}`)
  expect(toLocal(fromLocal(at)!)).toBe(at)
})

test('what is no time yet is no time', () => {
  expect(withPlan({ ...START_NOW, at: '' })).toEqual({})
  expect([fromLocal(''), fromLocal('soon'), localAsUtc('')]).toEqual([undefined, undefined, ''])
})
