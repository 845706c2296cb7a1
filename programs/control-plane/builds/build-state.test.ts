import { expect, test } from 'vitest'
import { canBuildMove, isBuildFinished, statesBefore } from './build-state.ts'

const STATES = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const

test('a finished build stays as it is', () => {
  for (const from of STATES.filter(isBuildFinished)) {
    for (const to of STATES) expect(canBuildMove(from, to)).toBe(false)
  }
})

test('only a running build succeeds, and only a queued one begins to run', () => {
  expect(statesBefore('succeeded')).toEqual(['running'])
  expect(statesBefore('running')).toEqual(['queued'])
  expect(statesBefore('cancelled')).toEqual(['queued', 'running'])
})
