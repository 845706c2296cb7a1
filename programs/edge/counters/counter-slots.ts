import { SHARED_SLOT } from './counter-memory.ts'

export interface CounterSlotsOptions {
  capacity: number
  /** Whether a slot may be given to another key now: nothing is in flight there. */
  isQuiet(slot: number): boolean
  /** Called before a slot is given to a new key. */
  clear(slot: number): void
}

/**
 * Gives each key (an app and release, or a target) a slot of shared memory. A key keeps its slot after it left the
 * table, so that a receipt can still be written; only when all are taken does the one that left first lose it.
 */
export class CounterSlots {
  readonly #options: CounterSlotsOptions
  readonly #slots = new Map<string, number>()
  /** Keys that are in no table any more, the longest gone first. */
  readonly #retired = new Set<string>()
  /** By how many routes each key is used. */
  #uses = new Map<string, number>()
  #next = SHARED_SLOT + 1

  constructor(options: CounterSlotsOptions) {
    this.#options = options
  }

  /** Makes `keys` the ones in use, and returns their slots; the shared slot for a key that found none. */
  assign(keys: Iterable<string>): Map<string, number> {
    this.#uses = new Map()
    for (const key of keys) this.#uses.set(key, (this.#uses.get(key) ?? 0) + 1)
    for (const key of this.#slots.keys()) {
      if (this.#uses.has(key)) this.#retired.delete(key)
      else this.#retired.add(key)
    }
    const assigned = new Map<string, number>()
    for (const key of this.#uses.keys()) assigned.set(key, this.#slotFor(key))
    return assigned
  }

  /** The same where a few keys come and go. @returns the slots of those that came */
  change(added: readonly string[], removed: readonly string[]): Map<string, number> {
    for (const key of added) {
      this.#uses.set(key, (this.#uses.get(key) ?? 0) + 1)
      this.#retired.delete(key)
    }
    for (const key of removed) {
      const uses = (this.#uses.get(key) ?? 1) - 1
      if (uses > 0) this.#uses.set(key, uses)
      else this.#retire(key)
    }
    return new Map(added.map(key => [key, this.#slotFor(key)]))
  }

  #retire(key: string): void {
    this.#uses.delete(key)
    if (this.#slots.has(key)) this.#retired.add(key)
  }

  /** The slot of a key that is or was in use. */
  get(key: string): number | undefined {
    return this.#slots.get(key)
  }

  entries(): Iterable<[string, number]> {
    return this.#slots.entries()
  }

  #slotFor(key: string): number {
    const known = this.#slots.get(key)
    if (known !== undefined) return known

    const slot = this.#next < this.#options.capacity ? this.#next++ : this.#recycle()
    if (slot === undefined) return SHARED_SLOT
    this.#options.clear(slot)
    this.#slots.set(key, slot)
    return slot
  }

  #recycle(): number | undefined {
    for (const key of this.#retired) {
      const slot = this.#slots.get(key)!
      if (!this.#options.isQuiet(slot)) continue
      this.#retired.delete(key)
      this.#slots.delete(key)
      return slot
    }
    return undefined
  }
}
