import { clientOf } from './client-key.ts'
import type { RequestLimiter, Verdict } from './request-limiter.ts'

/** Counts that several edges share. */
export interface RateStore {
  readonly isReady: boolean
  /** @returns whether the request may pass, and otherwise the seconds to wait */
  take(key: string, perMinute: number): Promise<{ allowed: boolean; retryAfterSeconds: number }>
}

export interface SharedRatesOptions {
  /** Counts of this edge alone, over all its threads. */
  local: RequestLimiter
  store: RateStore
  /** Told once when the store is away, and once when it is back. */
  onStoreChanged(isAway: boolean): void
  now?: () => number
}

/** How long a request waits for the store before the local count decides alone. */
const PATIENCE_MS = 250
/** After a failure the store is left alone for so long. */
const LEAVE_ALONE_MS = 2_000
const MAX_REMEMBERED = 10_000
/** To connect after the start, before it is told that the store is away. */
const CONNECT_MS = 5_000

/**
 * Requests a minute over several edges. Only requests to routes with such a limit wait for the store, once each, and
 * those that come in the same moment go there together. What this edge refuses by itself never gets there; who was
 * refused there is refused here, without asking, until the time that the store named. While the store is away, each
 * edge counts for itself.
 */
const ALLOWED: Verdict = { allowed: true }

export class SharedRates {
  readonly #options: SharedRatesOptions
  readonly #now: () => number
  /** Until when clients are refused, by key, as milliseconds since 1970. */
  readonly #refused = new Map<string, number>()
  readonly #startedAt: number
  #leaveAloneUntil = 0
  #isAway = false

  constructor(options: SharedRatesOptions) {
    this.#options = options
    this.#now = options.now ?? Date.now
    this.#startedAt = this.#now()
  }

  take(scope: string, address: string, perMinute: number): Verdict | Promise<Verdict> {
    const local = this.#options.local.take(scope, address, perMinute)
    if (!local.allowed) return local
    const now = this.#now()
    if (!this.#options.store.isReady || now < this.#leaveAloneUntil) {
      if (now - this.#startedAt > CONNECT_MS) this.#tell(true)
      return local
    }
    const key = `${scope} ${clientOf(address)}`
    const until = this.#refused.get(key)
    if (until !== undefined && until > now) {
      this.#options.local.giveBack(scope, address, now)
      return { allowed: false, retryAfterSeconds: Math.ceil((until - now) / 1000) }
    }
    return this.#ask(key, perMinute, () => this.#options.local.giveBack(scope, address, now))
  }

  async #ask(key: string, perMinute: number, giveBack: () => void): Promise<Verdict> {
    try {
      const verdict = await inTime(this.#options.store.take(key, perMinute))
      this.#tell(false)
      if (verdict.allowed) return ALLOWED
      giveBack()
      this.#remember(key, verdict.retryAfterSeconds)
      return { allowed: false, retryAfterSeconds: verdict.retryAfterSeconds }
    } catch {
      this.#leaveAloneUntil = this.#now() + LEAVE_ALONE_MS
      this.#tell(true)
      return ALLOWED
    }
  }

  #remember(key: string, seconds: number): void {
    this.#refused.delete(key)
    // A part of the window may come back earlier for a smaller share; a second is soon enough to ask again.
    this.#refused.set(key, this.#now() + Math.min(seconds, 1) * 1000)
    if (this.#refused.size > MAX_REMEMBERED) this.#refused.delete(this.#refused.keys().next().value!)
  }

  #tell(isAway: boolean): void {
    if (isAway === this.#isAway) return
    this.#isAway = isAway
    this.#options.onStoreChanged(isAway)
  }
}

function inTime<T>(work: Promise<T>): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const giveUp = () => reject(new Error('the store took too long'))
  // A thread that was busy runs its timers first: an answer that lies in the socket is read before it is given up.
  const timer = setTimeout(() => setImmediate(giveUp), PATIENCE_MS)
  work.then(resolve, reject).finally(() => clearTimeout(timer))
  return promise
}
