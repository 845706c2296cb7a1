/** Something that must not take for ever. */
export interface Deadlined {
  /** As `performance.now()`; moved as long as things go on. `Infinity` for none. */
  deadlineAt: number
  /** Its place among the watched; -1 while it is not. Kept by `Deadlines`. */
  watchIndex: number
  /** Called once after the deadline, when it is no longer watched. */
  onDeadline(): void
}

const TICK_MS = 100

/**
 * Watches all requests of a worker with one timer, so that a request arms none of its own. A deadline is noticed up to
 * `TICK_MS` late. The timer runs only while there is something to watch: an idle edge sleeps.
 *
 * An array and not a `Set`: each time a set cleans up after removals, V8 leaves the old table pointing to the new one,
 * and once one of them is in the old generation the chain keeps every request alive until the next full collection.
 */
export class Deadlines {
  readonly #watched: Deadlined[] = []
  /** Run on each tick; returns whether it wants another one. */
  readonly #onTick: (now: number) => boolean
  #timer: NodeJS.Timeout | undefined

  constructor({ onTick = () => false }: { onTick?: (now: number) => boolean } = {}) {
    this.#onTick = onTick
  }

  watch(item: Deadlined): void {
    if (item.watchIndex === -1) item.watchIndex = this.#watched.push(item) - 1
    this.wake()
  }

  unwatch(item: Deadlined): void {
    if (item.watchIndex === -1) return
    const last = this.#watched.pop()!
    if (last !== item) {
      this.#watched[item.watchIndex] = last
      last.watchIndex = item.watchIndex
    }
    item.watchIndex = -1
  }

  /** Makes sure that ticks come, until nobody wants them any more. */
  wake(): void {
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS).unref()
  }

  #tick(): void {
    const now = performance.now()
    // Backwards, because a removal puts the last one in the place of the removed one.
    for (let index = this.#watched.length - 1; index >= 0; index--) {
      const item = this.#watched[index]
      if (item === undefined || item.deadlineAt > now) continue
      this.unwatch(item)
      item.onDeadline()
    }
    if (this.#onTick(now) || this.#watched.length > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
