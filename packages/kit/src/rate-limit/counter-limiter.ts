import type { RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible'
import RateLimiterStoreAbstract from 'rate-limiter-flexible/lib/RateLimiterStoreAbstract.js'
import type { CountedWindow, Counters, LimiterOptions, RateLimitStore } from './rate-limit-store.ts'

/** A store over counters of any kind. */
export function countersStore(counters: Counters, { isLocal }: { isLocal: boolean }): RateLimitStore {
  return {
    isLocal,
    createLimiter: options => new CounterLimiter(counters, options, isLocal) as RateLimiterAbstract,
  }
}

/** The methods with an underscore are what rate-limiter-flexible asks of a store. */
class CounterLimiter extends RateLimiterStoreAbstract {
  readonly #counters: Counters

  constructor(counters: Counters, options: LimiterOptions, isLocal: boolean) {
    // A key that is over its limit is remembered here until its window ends, so that a flood of it costs no query.
    super({ ...options, storeClient: counters, inMemoryBlockOnConsumed: isLocal ? 0 : options.points + 1 })
    this.#counters = counters
  }

  async _upsert(key: string, points: number, windowMs: number, restart = false): Promise<CountedWindow> {
    return this.#counters.add({ key, points, windowMs, restart })
  }

  async _get(key: string): Promise<CountedWindow | null> {
    return (await this.#counters.read(key)) ?? null
  }

  _delete(key: string): Promise<boolean> {
    return this.#counters.remove(key)
  }

  _getRateLimiterRes(_key: string, changedPoints: number, { points, endsAt }: CountedWindow): RateLimiterRes {
    const facts = {
      consumedPoints: points,
      remainingPoints: Math.max(this.points - points, 0),
      msBeforeNext: Math.max(endsAt - Date.now(), 0),
      isFirstInDuration: points === changedPoints,
    }
    return facts as RateLimiterRes
  }
}
