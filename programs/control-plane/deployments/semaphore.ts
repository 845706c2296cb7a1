/** Lets so many holders in at once; the others wait in the order they came. */
export class Semaphore {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(slots: number) {
    this.#free = slots
  }

  /**
   * Resolves with the function that gives the place back. Rejects with the signal's reason when it aborts first.
   * @param onWait called once when there is no free place yet
   */
  async acquire(signal: AbortSignal, onWait: () => void = () => {}): Promise<() => void> {
    signal.throwIfAborted()
    if (this.#free > 0) this.#free -= 1
    else {
      onWait()
      await this.#wait(signal)
    }
    let held = true
    return () => {
      if (held) this.#giveBack()
      held = false
    }
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const admit = () => {
        signal.removeEventListener('abort', leave)
        resolve()
      }
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(admit), 1)
        reject(signal.reason)
      }
      this.#waiting.push(admit)
      signal.addEventListener('abort', leave, { once: true })
    })
  }

  #giveBack(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#free += 1
  }
}
