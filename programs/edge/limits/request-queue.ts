import type { Deadlined, Deadlines } from '../proxy/deadlines.ts'
import type { LimitMemory } from './limit-memory.ts'
import type { Places } from './places.ts'
import { SharedCells } from './shared-cells.ts'

export interface QueueOptions {
  memory: LimitMemory
  worker: number
  places: Places
  deadlines: Deadlines
}

/** Where requests wait: a key of `Places` with its bounds. */
export interface QueueScope {
  key: number
  /** Places. */
  most: number
  maxRequests: number
  waitMs: number
}

export interface Waiting {
  /** A place is taken for the request. */
  onPlace(): void
  /** There was none in time. */
  onLate(): void
}

interface Item extends Waiting, Deadlined {
  ticket: number
}

interface Line {
  scope: QueueScope
  items: Item[]
}

/** A bell may be missed when a thread dies with it in its hand; so who waits also looks from time to time. */
const LOOK_MS = 100

/**
 * Requests that wait for a place at a saturated app, in the order in which they came, whatever thread they came to.
 *
 * Each takes a ticket of a counter that all threads share, and each thread shows the ticket that waits longest with it.
 * Who leaves a place rings the bell of the thread with the lowest ticket (`Atomics.waitAsync`); only that one takes it.
 * Who comes while others wait joins behind them, so that nobody overtakes. Two threads that join within the same
 * microsecond may swap. The number of waiting requests is bounded over all threads, first counted and then looked at.
 */
export class RequestQueue {
  readonly #places: Places
  readonly #deadlines: Deadlines
  readonly #waiting: SharedCells
  readonly #heads: SharedCells
  readonly #bells: Int32Array
  readonly #worker: number
  readonly #workers: number
  readonly #lines = new Map<number, Line>()
  readonly #due = new Set<number>()
  #listens = false
  #timer: NodeJS.Timeout | undefined

  constructor({ memory, worker, places, deadlines }: QueueOptions) {
    const { workers } = memory
    this.#places = places
    this.#deadlines = deadlines
    this.#worker = worker
    this.#workers = workers
    this.#waiting = new SharedCells({ memory: memory.waiting, worker, workers })
    this.#heads = new SharedCells({ memory: memory.heads, worker, workers })
    this.#bells = new Int32Array(memory.bells)
  }

  /** Whether somebody waits, in any thread. */
  hasWaiting(key: number): boolean {
    return this.#waiting.sum(key) > 0
  }

  /** @returns a function that gives up waiting, or undefined where too many wait already */
  join(scope: QueueScope, waiting: Waiting): (() => void) | undefined {
    this.#waiting.add(scope.key, 1)
    if (this.#waiting.sum(scope.key) > scope.maxRequests) {
      this.#waiting.add(scope.key, -1)
      return undefined
    }
    const item = this.#item(scope, waiting)
    this.#line(scope).items.push(item)
    this.#deadlines.watch(item)
    this.#showHead(scope.key)
    this.#listen()
    this.#lookSoon(scope.key)
    return () => this.#remove(scope.key, item)
  }

  /** A place became free: whoever waits longest gets it. */
  freed(key: number): void {
    if (this.#waiting.sum(key) > 0) this.#wakeNext(key)
  }

  #item(scope: QueueScope, { onPlace, onLate }: Waiting): Item {
    const item: Item = {
      ticket: (Atomics.add(this.#bells, 0, 1) + 1) & 0x7fffffff || 1, // 0 means nobody
      deadlineAt: performance.now() + scope.waitMs,
      watchIndex: -1,
      onPlace,
      onLate,
      onDeadline: () => {
        this.#remove(scope.key, item)
        onLate()
      },
    }
    return item
  }

  #line(scope: QueueScope): Line {
    const line = this.#lines.get(scope.key) ?? { scope, items: [] }
    // A new table may have other bounds.
    line.scope = scope
    this.#lines.set(scope.key, line)
    return line
  }

  #remove(key: number, item: Item): void {
    const line = this.#lines.get(key)
    const index = line?.items.indexOf(item) ?? -1
    if (!line || index === -1) return
    line.items.splice(index, 1)
    this.#gone(key, line, item)
    // It may have been the one that the others waited for.
    if (index === 0) this.freed(key)
  }

  #gone(key: number, line: Line, item: Item): void {
    this.#deadlines.unwatch(item)
    this.#waiting.add(key, -1)
    if (line.items.length === 0) this.#lines.delete(key)
    this.#showHead(key)
  }

  #showHead(key: number): void {
    this.#heads.set(key, this.#lines.get(key)?.items[0]?.ticket ?? 0)
  }

  #wakeNext(key: number): void {
    const next = this.#nextWorker(key)
    if (next === this.#worker) this.#lookSoon(key)
    else if (next !== -1) this.#ring(next)
  }

  /** The worker whose request waits longest. */
  #nextWorker(key: number): number {
    let next = -1
    let lowest = 0
    for (let worker = 0; worker < this.#workers; worker++) {
      const ticket = this.#heads.of(worker, key)
      // Tickets have 31 bits and begin anew after two thousand million.
      if (ticket === 0 || (next !== -1 && (ticket - lowest) << 1 > 0)) continue
      next = worker
      lowest = ticket
    }
    return next
  }

  #ring(worker: number): void {
    Atomics.add(this.#bells, 1 + worker, 1)
    Atomics.notify(this.#bells, 1 + worker)
  }

  /** Not at once: a request that gets a place and fails frees it again, which must not pile up on the stack. */
  #lookSoon(key: number): void {
    if (this.#due.has(key)) return
    this.#due.add(key)
    queueMicrotask(() => {
      this.#due.delete(key)
      this.#admit(key)
    })
  }

  #admit(key: number): void {
    for (let line = this.#lines.get(key); line; line = this.#lines.get(key)) {
      if (this.#nextWorker(key) !== this.#worker) break
      if (!this.#places.take(key, line.scope.most)) return
      const item = line.items.shift()!
      this.#gone(key, line, item)
      item.onPlace()
    }
    // Places that are left are for those who wait in another thread.
    const next = this.#nextWorker(key)
    if (next !== -1 && next !== this.#worker) this.#ring(next)
  }

  #lookAtAll(): void {
    for (const key of [...this.#lines.keys()]) this.#admit(key)
    if (this.#lines.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #listen(): void {
    this.#timer ??= setInterval(() => this.#lookAtAll(), LOOK_MS).unref()
    if (this.#listens) return
    this.#listens = true
    const heard = Atomics.waitAsync(
      this.#bells,
      1 + this.#worker,
      Atomics.load(this.#bells, 1 + this.#worker),
    )
    void Promise.resolve(heard.value).then(() => {
      this.#listens = false
      if (this.#lines.size > 0) this.#listen()
      this.#lookAtAll()
    })
  }
}
