import { countersStore } from './counter-limiter.ts'
import type { CountChange, CountedWindow, Counters, RateLimitStore } from './rate-limit-store.ts'

export interface MemoryStoreOptions {
  /** Past this many keys the oldest is forgotten, so that a flood of made-up keys cannot fill the memory. 10,000 unless told. */
  maxKeys?: number
}

/** Counts in this process: they are gone when it ends, and no other process sees them. */
export function memoryStore({ maxKeys = 10_000 }: MemoryStoreOptions = {}): RateLimitStore {
  return countersStore(new MemoryCounters(maxKeys), { isLocal: true })
}

class MemoryCounters implements Counters {
  /** In the order in which their windows began. */
  readonly #windows = new Map<string, CountedWindow>()
  readonly #maxKeys: number

  constructor(maxKeys: number) {
    this.#maxKeys = maxKeys
  }

  async add({ key, points, windowMs, restart }: CountChange): Promise<CountedWindow> {
    const current = restart ? undefined : this.#current(key)
    if (current) {
      current.points += points
      return { ...current }
    }
    const window = { points, endsAt: Date.now() + windowMs }
    this.#windows.delete(key)
    this.#windows.set(key, window)
    if (this.#windows.size > this.#maxKeys) this.#windows.delete(this.#windows.keys().next().value!)
    return { ...window }
  }

  async read(key: string): Promise<CountedWindow | undefined> {
    return this.#current(key)
  }

  async remove(key: string): Promise<boolean> {
    return this.#windows.delete(key)
  }

  #current(key: string): CountedWindow | undefined {
    const window = this.#windows.get(key)
    return window && window.endsAt > Date.now() ? window : undefined
  }
}
