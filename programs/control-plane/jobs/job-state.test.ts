import { isJobEnded, jobCan } from '@seaworthy/api/can'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JobState } from '../store/schema.ts'
import {
  type AttemptOutcome,
  backoffMs,
  isFinished,
  judgeAttempt,
  MAX_BACKOFF_MS,
  MAX_LOSSES,
  MIN_BACKOFF_MS,
  nextJobState,
} from './job-state.ts'

const outcomes: fc.Arbitrary<AttemptOutcome> = fc.oneof(
  fc.constantFrom<AttemptOutcome>(
    { type: 'returned' },
    { type: 'cancelled' },
    { type: 'released' },
    { type: 'lost' },
  ),
  fc.record({ type: fc.constant('failed' as const), retryable: fc.boolean() }),
)
const anyCounts = fc.record({
  failures: fc.nat(100),
  losses: fc.nat(MAX_LOSSES),
  maxAttempts: fc.integer({ min: 1, max: 100 }),
  cancelRequested: fc.boolean(),
})

test('every end of an attempt leads a running job somewhere, and no count goes down', () => {
  fc.assert(
    fc.property(outcomes, anyCounts, (outcome, counts) => {
      const verdict = judgeAttempt(outcome, counts)

      expect(nextJobState('running', verdict.event)).toBeDefined()
      expect(verdict.failures).toBeGreaterThanOrEqual(counts.failures)
      expect(verdict.losses).toBeGreaterThanOrEqual(counts.losses)
    }),
  )
})

test('every job ends, whatever its attempts do, unless its worker only ever gives it back', () => {
  const ends = outcomes.filter(({ type }) => type !== 'released')
  const history = fc.array(ends, { minLength: MAX_LOSSES + 10, maxLength: MAX_LOSSES + 10 })
  fc.assert(
    fc.property(history, fc.integer({ min: 1, max: 10 }), (attempts, maxAttempts) => {
      let state: JobState = 'queued'
      let counts = { failures: 0, losses: 0 }
      for (const outcome of attempts) {
        if (state !== 'queued') break
        const verdict = judgeAttempt(outcome, { ...counts, maxAttempts, cancelRequested: false })
        counts = verdict
        state = nextJobState('running', verdict.event)!
      }

      expect(isFinished(state)).toBe(true)
    }),
  )
})

test('a finished job stays as it is until a user asks for another go', () => {
  for (const state of ['succeeded', 'failed', 'cancelled'] as const) {
    for (const event of ['claim', 'succeed', 'retry', 'fail', 'release', 'cancel'] as const) {
      expect(nextJobState(state, event)).toBeUndefined()
    }
  }
  expect(nextJobState('failed', 'requeue')).toBe('queued')
  expect(nextJobState('cancelled', 'requeue')).toBe('queued')
  expect(nextJobState('succeeded', 'requeue')).toBeUndefined()
})

test('a job that somebody cancelled is cancelled when its worker gives it back or vanishes', () => {
  const counts = { failures: 0, losses: 0, maxAttempts: 5, cancelRequested: true }

  expect(judgeAttempt({ type: 'released' }, counts).event).toBe('cancel')
  expect(judgeAttempt({ type: 'lost' }, counts).event).toBe('cancel')
})

test('a vanished worker costs no attempt', () => {
  const verdict = judgeAttempt(
    { type: 'lost' },
    { failures: 0, losses: 0, maxAttempts: 1, cancelRequested: false },
  )

  expect(verdict).toEqual({ event: 'release', failures: 0, losses: 1 })
})

test('the wait for the next attempt grows, varies by chance, and has a limit', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1000 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (failures, random) => {
        const wait = backoffMs(failures, random)

        expect(wait).toBeGreaterThanOrEqual(MIN_BACKOFF_MS / 2)
        expect(wait).toBeLessThanOrEqual(MAX_BACKOFF_MS)
      },
    ),
  )
  expect(backoffMs(1, 0)).toBe(500)
  expect(backoffMs(4, 0.999)).toBeGreaterThan(backoffMs(3, 0.999))
})

test('what the API and the dashboard offer is what the table of states allows', () => {
  const states: JobState[] = ['queued', 'running', 'succeeded', 'failed', 'cancelled']

  for (const state of states) {
    expect(jobCan('cancel', { state })).toBe(nextJobState(state, 'cancel') !== undefined)
    expect(jobCan('retry', { state })).toBe(nextJobState(state, 'requeue') !== undefined)
    expect(isJobEnded({ state })).toBe(isFinished(state))
  }
})
