import { performance } from 'node:perf_hooks'

/** Where times come from. Tests bring their own. */
export interface Clock {
  /** Wall clock: milliseconds since 1970. May jump when somebody sets it. */
  now(): number
  /** Milliseconds since some moment; never jumps. For deadlines within this process. */
  monotonicMs(): number
}

export const systemClock: Clock = { now: () => Date.now(), monotonicMs: () => performance.now() }
