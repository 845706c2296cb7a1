import { expect, test } from 'vitest'
import { canaryFlags, canaryPlan, NO_TRIAL } from './trial.ts'

test('without a trial all requests go to the new release', () => {
  expect(canaryPlan(NO_TRIAL)).toBeUndefined()
  expect(canaryFlags(NO_TRIAL)).toBe('')
})

test('a trial has its share, and takes over by itself only when it is said when', () => {
  const trial = { on: true, percent: '5', afterMinutes: '' }

  expect(canaryPlan(trial)).toEqual({ percent: 5 })
  expect(canaryPlan({ ...trial, afterMinutes: '30' })).toEqual({ percent: 5, promoteAfterMinutes: 30 })
  expect(canaryFlags({ ...trial, afterMinutes: '30' })).toBe(' --canary 5 --promote-after 30')
})

test('a share that is no number is left for the API to refuse', () => {
  expect(canaryPlan({ on: true, percent: 'some', afterMinutes: '' })).toEqual({ percent: 'some' })
  expect(canaryPlan({ on: true, percent: '', afterMinutes: '' })).toEqual({ percent: '' })
})
