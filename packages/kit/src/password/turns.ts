export interface TurnsOptions {
  atOnce: number
  maxWaiting: number
  /** What those are refused with for whom there is no room to wait. */
  refuse: () => Error
}

/** Lets a few do their work at once; the others wait in the order they came, up to a limit. */
export class Turns {
  readonly #options: TurnsOptions
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(options: TurnsOptions) {
    this.#options = options
  }

  async take<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.#begin()
    try {
      return await work()
    } finally {
      this.#end()
    }
  }

  #begin(): Promise<void> | void {
    const { atOnce, maxWaiting, refuse } = this.#options
    if (this.#running < atOnce) {
      this.#running += 1
      return
    }
    if (this.#waiting.length >= maxWaiting) throw refuse()
    return new Promise(resolve => this.#waiting.push(resolve))
  }

  /** The place goes straight to the next one, so that nobody who comes later takes it. */
  #end(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#running -= 1
  }
}
