/**
 * One change at a time for each app: a wake-up, a sleep, a scale, a restart after a crash and the switch of a
 * deployment must not interleave. In-process, since one control plane makes all changes.
 */
export class AppLocks {
  readonly #last = new Map<string, Promise<unknown>>()
  readonly #holders = new Map<string, AbortController>()

  /**
   * Runs `change` once all earlier changes of this app have ended.
   * @param change gets a signal that aborts when somebody more important asks (`preempt`)
   */
  async run<T>(appId: string, change: (preempted: AbortSignal) => Promise<T>): Promise<T> {
    const before = this.#last.get(appId) ?? Promise.resolve()
    const turn = before.then(() => this.#hold(appId, change))
    const settled = turn.catch(() => undefined)
    this.#last.set(appId, settled)
    settled.then(() => {
      if (this.#last.get(appId) === settled) this.#last.delete(appId)
    })
    return turn
  }

  /** Asks the present holder to give up early, for example a restart that waits for a broken release. */
  preempt(appId: string): void {
    this.#holders.get(appId)?.abort()
  }

  async #hold<T>(appId: string, change: (preempted: AbortSignal) => Promise<T>): Promise<T> {
    const holder = new AbortController()
    this.#holders.set(appId, holder)
    try {
      return await change(holder.signal)
    } finally {
      this.#holders.delete(appId)
    }
  }
}
