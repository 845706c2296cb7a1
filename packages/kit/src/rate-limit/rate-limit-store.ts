import type { RateLimiterAbstract } from 'rate-limiter-flexible'

/** What a store is asked to count. */
export interface LimiterOptions {
  /** Stands before each key, so that limiters share a store without sharing counts. */
  keyPrefix: string
  points: number
  /** Seconds. */
  duration: number
}

/** Where counts live: `memoryStore`, `sqlStore`, `redisStore`, or `countersStore` over counters of your own. */
export interface RateLimitStore {
  /** Whether the counts live in this process: then they cannot fail, and nobody else sees them. */
  readonly isLocal: boolean
  createLimiter(options: LimiterOptions): RateLimiterAbstract
}

/** The count of one key in its current window. */
export interface CountedWindow {
  points: number
  /** Milliseconds since 1970. */
  endsAt: number
}

export interface CountChange {
  key: string
  points: number
  windowMs: number
  /** Begins a new window even if the current one is not over. */
  restart?: boolean
}

/** The four things that a place for counts has to do. */
export interface Counters {
  /**
   * Adds to the current window of a key, or begins one when there is none or it is over. Resolves with the count
   * after it. Atomic: of two that add at once, in whatever processes, each gets a count of its own.
   */
  add(change: CountChange): Promise<CountedWindow>
  /** Undefined when there is none or it is over. */
  read(key: string): Promise<CountedWindow | undefined>
  /** Resolves with whether there was one. */
  remove(key: string): Promise<boolean>
}
