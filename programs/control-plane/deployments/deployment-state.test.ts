import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DeploymentState } from '../store/schema.ts'
import {
  canMove,
  DEPLOYMENT_TRANSITIONS,
  hasSwitched,
  isBeforeStart,
  isCancellable,
  isEnded,
  isUnderWay,
} from './deployment-state.ts'

const states = Object.keys(DEPLOYMENT_TRANSITIONS) as DeploymentState[]

/** Walks the table by always taking the transition that a random number points at. */
function walk(choices: number[]): DeploymentState[] {
  const path: DeploymentState[] = ['queued']
  for (const choice of choices) {
    const next = DEPLOYMENT_TRANSITIONS[path.at(-1)!]
    if (next.length === 0) break
    path.push(next[choice % next.length]!)
  }
  return path
}

test('every walk through the table ends after at most eight moves, in an ended state', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 8, maxLength: 14 }), choices => {
      const path = walk(choices)

      expect(path.length).toBeLessThanOrEqual(8)
      expect(isEnded(path.at(-1)!)).toBe(true)
    }),
  )
})

test('a deployment succeeds only after it started, switched, was watched and drained', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 8, maxLength: 14 }), choices => {
      const path = walk(choices)
      fc.pre(path.at(-1) === 'succeeded')

      const isDetour = (state: DeploymentState) => state === 'canary' || state === 'awaiting_approval'
      const withoutTrial = path.filter(state => !isDetour(state))
      expect(withoutTrial).toEqual(['queued', 'starting', 'switching', 'watching', 'draining', 'succeeded'])
      const before = path.slice(0, path.indexOf('starting'))
      expect(before).toEqual(
        path.includes('awaiting_approval') ? ['queued', 'awaiting_approval'] : ['queued'],
      )
      if (path.includes('canary')) expect(path[path.indexOf('canary') - 1]).toBe('starting')
    }),
  )
})

test('no state is entered twice', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 12 }), choices => {
      const path = walk(choices)

      expect(new Set(path).size).toBe(path.length)
    }),
  )
})

test('nothing can be cancelled once all users see the new release', () => {
  for (const state of states) {
    if (hasSwitched(state)) expect(isCancellable(state)).toBe(false)
  }
  expect(isCancellable('queued')).toBe(true)
  expect(isCancellable('awaiting_approval')).toBe(true)
  expect(isCancellable('starting')).toBe(true)
  expect(isCancellable('canary')).toBe(true)
  expect(isCancellable('switching')).toBe(false)
})

test('a verdict is final: draining can only end well', () => {
  expect(DEPLOYMENT_TRANSITIONS.draining).toEqual(['succeeded'])
  for (const state of states.filter(isEnded)) {
    for (const other of states) expect(canMove(state, other)).toBe(false)
  }
})

test('what waits for a word or a time leaves the app alone', () => {
  const now = 1_000
  const at = (state: DeploymentState, scheduled_at: number | null) => isUnderWay({ state, scheduled_at }, now)

  expect(at('awaiting_approval', null)).toBe(false)
  expect([at('queued', null), at('queued', now), at('queued', now + 1)]).toEqual([true, true, false])
  expect(at('starting', now + 1)).toBe(true)
  expect(states.filter(isBeforeStart)).toEqual(['queued', 'awaiting_approval'])
})
