import type { Deadlined, Deadlines } from '../proxy/deadlines.ts'

/** How long a request waits for another one's answer before it asks the app itself. */
const WAIT_MS = 5_000
const MAX_WAITING = 10_000
/** How long requests go to the app side by side, once an answer turned out to be nobody else's. */
const UNSTORABLE_MS = 10_000
const MAX_UNSTORABLE = 10_000

/** One answer being fetched, and who waits for it. */
export class Flight {
  readonly #onSettled: () => void
  readonly #onUnstorable: () => void
  readonly #waiting = new Set<Waiting>()
  readonly #deadlines: Deadlines
  #isSettled = false

  constructor(options: { deadlines: Deadlines; onSettled: () => void; onUnstorable: () => void }) {
    this.#deadlines = options.deadlines
    this.#onSettled = options.onSettled
    this.#onUnstorable = options.onUnstorable
  }

  /** @param proceed called once: when the answer is stored, will not be, or takes too long @returns takes it back */
  wait(proceed: () => void): () => void {
    const waiting = new Waiting(performance.now() + WAIT_MS, () => {
      this.#waiting.delete(waiting)
      proceed()
    })
    this.#waiting.add(waiting)
    this.#deadlines.watch(waiting)
    return () => {
      this.#waiting.delete(waiting)
      this.#deadlines.unwatch(waiting)
    }
  }

  get isFull(): boolean {
    return this.#waiting.size >= MAX_WAITING
  }

  /** The next requests need not wait for each other. */
  isUnstorable(): void {
    this.#onUnstorable()
  }

  /** All who wait go on. Idempotent. */
  settle(): void {
    if (this.#isSettled) return
    this.#isSettled = true
    this.#onSettled()
    for (const waiting of [...this.#waiting]) {
      this.#deadlines.unwatch(waiting)
      waiting.onDeadline()
    }
  }
}

class Waiting implements Deadlined {
  readonly deadlineAt: number
  readonly onDeadline: () => void
  watchIndex = -1

  constructor(deadlineAt: number, onDeadline: () => void) {
    this.deadlineAt = deadlineAt
    this.onDeadline = onDeadline
  }
}

/** The answers that a worker fetches for its cache, each once however many ask for it. */
export class Flights {
  readonly #deadlines: Deadlines
  readonly #underway = new Map<string, Flight>()
  /** Until when, as `performance.now()`. */
  readonly #unstorable = new Map<string, number>()

  constructor({ deadlines }: { deadlines: Deadlines }) {
    this.#deadlines = deadlines
  }

  /** The flight to wait for. */
  find(key: string): Flight | undefined {
    const flight = this.#underway.get(key)
    return flight?.isFull ? undefined : flight
  }

  /** @returns undefined where others would wait in vain: one is underway, or the last one came back with nothing to keep */
  open(key: string): Flight | undefined {
    if (this.#underway.has(key) || this.#isUnstorable(key)) return undefined
    const flight = new Flight({
      deadlines: this.#deadlines,
      onSettled: () => this.#underway.delete(key),
      onUnstorable: () => this.#remember(key),
    })
    this.#underway.set(key, flight)
    return flight
  }

  #isUnstorable(key: string): boolean {
    const until = this.#unstorable.get(key)
    if (until === undefined) return false
    if (until > performance.now()) return true
    this.#unstorable.delete(key)
    return false
  }

  #remember(key: string): void {
    if (this.#unstorable.size >= MAX_UNSTORABLE) this.#unstorable.clear()
    this.#unstorable.set(key, performance.now() + UNSTORABLE_MS)
  }
}
