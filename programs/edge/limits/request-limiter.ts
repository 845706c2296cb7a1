import { clientOf } from './client-key.ts'
import { hash } from './seeded-hash.ts'

/**
 * Requests a minute by app and client address, counted in memory that all worker threads share, so that a client that
 * spreads its requests over connections gets no more than one that does not.
 *
 * A sliding window of thirteen parts of five seconds: the present one and the twelve before it. The oldest counts
 * whole until it is out of sight, so in no sixty seconds more than the limit get through; what was used up comes back up
 * to five seconds late. The memory holds a fixed number of windows; under a flood of addresses those that asked
 * longest ago are forgotten first.
 */
export interface RequestLimiterOptions {
  memory: SharedArrayBuffer
  /** Milliseconds since 1970. */
  now?: () => number
}

export type Verdict = { allowed: true } | { allowed: false; retryAfterSeconds: number }

const PARTS = 13
const PART_MS = 5_000
/** A window: the key of its app and address, when it was last used (as a part's number), and its parts. */
const FIELD = { key: 0, usedAt: 1, parts: 2 } as const
const WINDOW_FIELDS = FIELD.parts + PARTS
export const WINDOWS = 65_536
/** How many places a key may have. */
const PROBES = 8
/** A part holds the number of its five seconds, cut to 11 bits (about 2 h 50 min), and 20 bits of count. */
const COUNT_BITS = 20
const MAX_COUNT = 2 ** COUNT_BITS - 1
const NUMBER_MASK = 0x7ff

const ALLOWED: Verdict = { allowed: true }

/** The first number seeds the hash, so that nobody can choose addresses that share a window. */
export function createLimitMemory(): SharedArrayBuffer {
  const memory = new SharedArrayBuffer((1 + WINDOWS * WINDOW_FIELDS) * Int32Array.BYTES_PER_ELEMENT)
  new Int32Array(memory)[0] = (Math.random() * 2 ** 32) | 0
  return memory
}

export class RequestLimiter {
  readonly #cells: Int32Array
  readonly #seed: number
  readonly #now: () => number

  constructor({ memory, now = Date.now }: RequestLimiterOptions) {
    this.#cells = new Int32Array(memory)
    this.#seed = this.#cells[0]!
    this.#now = now
  }

  /**
   * Counts a request unless the limit is reached; refused ones are not counted. Never lets more than `perMinute` pass,
   * whatever other threads do at the same time.
   * @param perMinute up to 1,000,000
   */
  take(appId: string, address: string, perMinute: number): Verdict {
    const now = this.#now()
    const present = Math.floor(now / PART_MS)
    const window = this.#windowOf(hash(`${appId} ${clientOf(address)}`, this.#seed), present)
    this.#add(window, present, 1)
    // First counted, then looked at: of two threads at the limit both may be refused, but never both let through.
    if (this.#sum(window, present) <= perMinute) return ALLOWED
    this.#add(window, present, -1)
    return { allowed: false, retryAfterSeconds: this.#retryAfter(window, now, perMinute) }
  }

  /** Takes back what `take` counted at that moment, such as an attempt that turned out to be right. */
  giveBack(appId: string, address: string, takenAt: number): void {
    const part = Math.floor(takenAt / PART_MS)
    const window = this.#windowOf(hash(`${appId} ${clientOf(address)}`, this.#seed), part)
    this.#add(window, part, -1)
  }

  /** The place of a window in the memory; a new one takes the place that was not used for the longest time. */
  #windowOf(key: number, present: number): number {
    let oldest = -1
    let oldestUse = Number.POSITIVE_INFINITY
    for (let probe = 0; probe < PROBES; probe++) {
      const at = 1 + (((key >>> 0) + probe) % WINDOWS) * WINDOW_FIELDS
      const found = Atomics.load(this.#cells, at + FIELD.key)
      if (found === key) return this.#used(at, present)
      const usedAt = found === 0 ? -1 : Atomics.load(this.#cells, at + FIELD.usedAt)
      if (usedAt >= oldestUse) continue
      oldest = at
      oldestUse = usedAt
    }
    return this.#claim(oldest, key, present)
  }

  #claim(at: number, key: number, present: number): number {
    const before = Atomics.load(this.#cells, at + FIELD.key)
    // Another thread may have claimed it for the same key in between.
    if (before !== key && Atomics.compareExchange(this.#cells, at + FIELD.key, before, key) === before)
      for (let part = 0; part < PARTS; part++) Atomics.store(this.#cells, at + FIELD.parts + part, 0)
    return this.#used(at, present)
  }

  #used(at: number, present: number): number {
    if (Atomics.load(this.#cells, at + FIELD.usedAt) !== present)
      Atomics.store(this.#cells, at + FIELD.usedAt, present)
    return at
  }

  #add(window: number, present: number, change: 1 | -1): void {
    const cell = window + FIELD.parts + (present % PARTS)
    const number = present & NUMBER_MASK
    for (;;) {
      const before = Atomics.load(this.#cells, cell)
      const count = before >>> COUNT_BITS === number ? before & MAX_COUNT : 0
      const after = (number << COUNT_BITS) | Math.min(MAX_COUNT, Math.max(0, count + change))
      if (Atomics.compareExchange(this.#cells, cell, before, after) === before) return
    }
  }

  #sum(window: number, present: number): number {
    let sum = 0
    for (let age = 0; age < PARTS; age++) sum += this.#countOf(window, present - age)
    return sum
  }

  #countOf(window: number, part: number): number {
    const cell = Atomics.load(this.#cells, window + FIELD.parts + (part % PARTS))
    return cell >>> COUNT_BITS === (part & NUMBER_MASK) ? cell & MAX_COUNT : 0
  }

  /** Until so much of the window is out of sight that one more fits. */
  #retryAfter(window: number, now: number, perMinute: number): number {
    const present = Math.floor(now / PART_MS)
    let sum = this.#sum(window, present)
    let age = PARTS - 1
    for (; age >= 0; age--) {
      sum -= this.#countOf(window, present - age)
      if (sum < perMinute) break
    }
    const freeAt = (present - Math.max(0, age) + PARTS) * PART_MS
    return Math.max(1, Math.ceil((freeAt - now) / 1000))
  }
}
