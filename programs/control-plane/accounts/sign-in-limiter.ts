/** Slows guessing: after a few wrong passwords an account, or an address, has to wait. In memory; one process. */
import { AppError } from '@seaworthy/kit'

export interface SignInLimiterOptions {
  maxFailures?: number
  windowMs?: number
  /** Milliseconds since 1970. */
  now?: () => number
}

/** So that a flood of names cannot fill the memory. */
const MAX_KEYS = 10_000

export class SignInLimiter {
  readonly #failures = new Map<string, { count: number; until: number }>()
  readonly #maxFailures: number
  readonly #windowMs: number
  readonly #now: () => number

  constructor({ maxFailures = 10, windowMs = 10 * 60_000, now = Date.now }: SignInLimiterOptions = {}) {
    this.#maxFailures = maxFailures
    this.#windowMs = windowMs
    this.#now = now
  }

  /** Throws `too_many_sign_ins`. */
  check(keys: readonly string[]): void {
    const until = Math.max(0, ...keys.map(key => this.#blockedUntil(key)))
    if (until === 0) return
    const minutes = Math.ceil((until - this.#now()) / 60_000)
    const message = `Too many wrong passwords. Try again in ${minutes} min, or use the command line on the server itself.`
    throw new AppError('too_many_sign_ins', message, { status: 429 })
  }

  failed(keys: readonly string[]): void {
    for (const key of keys) {
      const known = this.#current(key)
      const until = known?.until ?? this.#now() + this.#windowMs
      // Set anew, so that the map stays in the order of last use and the oldest can be dropped.
      this.#failures.delete(key)
      this.#failures.set(key, { count: (known?.count ?? 0) + 1, until })
    }
    for (const key of this.#failures.keys()) {
      if (this.#failures.size <= MAX_KEYS) break
      this.#failures.delete(key)
    }
  }

  succeeded(keys: readonly string[]): void {
    for (const key of keys) this.#failures.delete(key)
  }

  #blockedUntil(key: string): number {
    const known = this.#current(key)
    return known && known.count >= this.#maxFailures ? known.until : 0
  }

  #current(key: string): { count: number; until: number } | undefined {
    const known = this.#failures.get(key)
    return known && known.until > this.#now() ? known : undefined
  }
}
