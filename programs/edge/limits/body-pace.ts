const WINDOW_MS = 10_000

/**
 * Whether a body comes fast enough. Looked at as its bytes come, so that it costs no timer: a client that sends nothing
 * at all is the matter of the idle time.
 */
export class BodyPace {
  readonly #leastBytes: number
  readonly #now: () => number
  #startedAt = 0
  #bytes = 0

  /** @param bytesPerSecond 0 for no bound */
  constructor(bytesPerSecond: number, now: () => number = () => performance.now()) {
    this.#leastBytes = (bytesPerSecond * WINDOW_MS) / 1_000
    this.#now = now
  }

  /** The edge waits for bytes from now on; before, it did not want any. */
  start(): void {
    this.#startedAt = this.#now()
    this.#bytes = 0
  }

  /** @returns false when the window that ends with these bytes had too few */
  keeps(bytes: number): boolean {
    if (this.#leastBytes === 0) return true
    this.#bytes += bytes
    const now = this.#now()
    if (now - this.#startedAt < WINDOW_MS) return true
    const isEnough = this.#bytes >= (this.#leastBytes * (now - this.#startedAt)) / WINDOW_MS
    this.#startedAt = now
    this.#bytes = 0
    return isEnough
  }
}
