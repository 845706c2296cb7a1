import type { NamedCount } from '@seaworthy/routes'

/** The name under which all are counted that found no place. */
export const OTHERS = ''

/** Counts by name, of which only so many get a place of their own; the sum is always right. */
export class CappedCounts {
  readonly #counts = new Map<string, number>()
  readonly #maxNames: number

  constructor(maxNames: number) {
    this.#maxNames = maxNames
  }

  get names(): number {
    return this.#counts.size
  }

  /** @param mayGrow whether a new name may take a place; otherwise it is one of the others */
  add(name: string, count = 1, mayGrow = true): void {
    const known = this.#counts.get(name)
    const takesPlace = known !== undefined || (mayGrow && this.#counts.size < this.#maxNames)
    const key = takesPlace ? name : OTHERS
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + count)
  }

  /** The largest first. */
  list(): NamedCount[] {
    return [...this.#counts].sort(([, one], [, two]) => two - one)
  }
}
