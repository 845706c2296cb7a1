/** Lets one holder in at a time, in the order of asking. */
export class Mutex {
  readonly #waiting: Array<() => void> = []
  #held = false

  /** Resolves with true once the caller holds it, with false when `timeoutMs` passed first. */
  lock(timeoutMs?: number): Promise<boolean> {
    if (!this.#held) {
      this.#held = true
      return Promise.resolve(true)
    }
    return new Promise(resolve => this.#wait(resolve, timeoutMs))
  }

  /** Hands over to the next in line. */
  unlock(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#held = false
  }

  #wait(resolve: (gotIt: boolean) => void, timeoutMs: number | undefined): void {
    const enter = () => {
      clearTimeout(timer)
      resolve(true)
    }
    const timer =
      timeoutMs === undefined ? undefined : setTimeout(() => this.#giveUp(enter, resolve), timeoutMs)
    this.#waiting.push(enter)
  }

  #giveUp(enter: () => void, resolve: (gotIt: boolean) => void): void {
    this.#waiting.splice(this.#waiting.indexOf(enter), 1)
    resolve(false)
  }
}
