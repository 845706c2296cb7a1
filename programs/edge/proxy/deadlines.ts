/** Something that must not take for ever. */
export interface Deadlined {
  /** As `performance.now()`; moved as long as things go on. `Infinity` for none. */
  deadlineAt: number
  /** Called once after the deadline, when it is no longer watched. */
  onDeadline(): void
}

const TICK_MS = 100

/**
 * Watches all requests of a worker with one timer, so that a request arms none of its own. A deadline is noticed up to
 * `TICK_MS` late. The timer runs only while there is something to watch: an idle edge sleeps.
 */
export class Deadlines {
  readonly #watched = new Set<Deadlined>()
  /** Run on each tick; returns whether it wants another one. */
  readonly #onTick: (now: number) => boolean
  #timer: NodeJS.Timeout | undefined

  constructor({ onTick = () => false }: { onTick?: (now: number) => boolean } = {}) {
    this.#onTick = onTick
  }

  watch(item: Deadlined): void {
    this.#watched.add(item)
    this.wake()
  }

  unwatch(item: Deadlined): void {
    this.#watched.delete(item)
  }

  /** Makes sure that ticks come, until nobody wants them any more. */
  wake(): void {
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS).unref()
  }

  #tick(): void {
    const now = performance.now()
    for (const item of this.#watched) {
      if (item.deadlineAt > now) continue
      this.#watched.delete(item)
      item.onDeadline()
    }
    if (this.#onTick(now) || this.#watched.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
