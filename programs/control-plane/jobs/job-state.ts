import type { JobState } from '../store/schema.ts'

/** Everything that can happen to a job. */
export type JobEvent =
  /** A worker took it. */
  | 'claim'
  /** Its handler returned. */
  | 'succeed'
  /** An attempt failed, another may follow. */
  | 'retry'
  /** An attempt failed and no other follows. */
  | 'fail'
  /** Its worker gave it back, or vanished. */
  | 'release'
  /** A user asked for its end, and it has ended. */
  | 'cancel'
  /** A user asks for another go after a failure. */
  | 'requeue'

/** The whole life of a job: what may happen in which state, and where it leads. */
const TRANSITIONS: Record<JobState, Partial<Record<JobEvent, JobState>>> = {
  queued: { claim: 'running', cancel: 'cancelled', fail: 'failed' },
  running: { succeed: 'succeeded', retry: 'queued', release: 'queued', fail: 'failed', cancel: 'cancelled' },
  succeeded: {},
  failed: { requeue: 'queued' },
  cancelled: { requeue: 'queued' },
}

/** Where `event` leads, or undefined where it may not happen. */
export function nextJobState(state: JobState, event: JobEvent): JobState | undefined {
  return TRANSITIONS[state][event]
}

export function isFinished(state: JobState): boolean {
  return state !== 'queued' && state !== 'running'
}

/** How an attempt ended, as its worker saw it. */
export type AttemptOutcome =
  | { type: 'returned' }
  | { type: 'failed'; retryable: boolean }
  | { type: 'cancelled' }
  | { type: 'released' }
  | { type: 'lost' }

export interface AttemptCounts {
  failures: number
  losses: number
  maxAttempts: number
  cancelRequested: boolean
}

/**
 * A worker that vanishes is the platform's fault and not the job's, so it costs no attempt. But a job that kills
 * its worker each time must end some day.
 */
export const MAX_LOSSES = 20

/** What follows from the end of an attempt: the event, and the counts with this attempt in them. */
export function judgeAttempt(
  outcome: AttemptOutcome,
  { failures, losses, maxAttempts, cancelRequested }: AttemptCounts,
): { event: Exclude<JobEvent, 'claim' | 'requeue'>; failures: number; losses: number } {
  switch (outcome.type) {
    case 'returned':
      return { event: 'succeed', failures, losses }
    case 'cancelled':
      return { event: 'cancel', failures, losses }
    case 'released':
      return { event: cancelRequested ? 'cancel' : 'release', failures, losses }
    case 'lost':
      if (cancelRequested) return { event: 'cancel', failures, losses: losses + 1 }
      return { event: losses + 1 >= MAX_LOSSES ? 'fail' : 'release', failures, losses: losses + 1 }
    case 'failed': {
      const last = !outcome.retryable || failures + 1 >= maxAttempts
      return { event: last ? 'fail' : 'retry', failures: failures + 1, losses }
    }
  }
}

export const MIN_BACKOFF_MS = 1_000
export const MAX_BACKOFF_MS = 300_000

/** Milliseconds until the next attempt: doubled each time, between half and all of it by chance. `random` is in [0, 1). */
export function backoffMs(failures: number, random: number): number {
  const full = Math.min(MAX_BACKOFF_MS, MIN_BACKOFF_MS * 2 ** Math.max(0, failures - 1))
  return Math.round(full / 2 + (full / 2) * random)
}
