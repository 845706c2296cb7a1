import type { SharedCells } from './shared-cells.ts'

/** How often a thread looks again after it and another one both stepped back from the last place. */
const ATTEMPTS = 4

/**
 * Places among a bounded number, over all threads. First counted, then looked at: of two threads at the last place both
 * may step back and look again, but never do both get it.
 */
export class Places {
  readonly #cells: SharedCells

  constructor(cells: SharedCells) {
    this.#cells = cells
  }

  keyOf(text: string): number {
    return this.#cells.keyOf(text)
  }

  /** @returns whether there was a free place; it is taken until `leave` */
  take(key: number, most: number): boolean {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      this.#cells.add(key, 1)
      if (this.#cells.sum(key) <= most) return true
      this.#cells.add(key, -1)
      if (this.#cells.sum(key) >= most) return false
    }
    return false
  }

  leave(key: number): void {
    this.#cells.add(key, -1)
  }

  taken(key: number): number {
    return this.#cells.sum(key)
  }
}
