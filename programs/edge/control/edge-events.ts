import type { EdgeEvent } from '@seaworthy/routes'

const REPEAT_MS = 1_000

/** Fans events out to the listening streams, and repeats what still needs an answer. */
export class EdgeEvents {
  readonly #listeners = new Set<(event: EdgeEvent) => void>()
  /** Which workers hold requests for an app. */
  readonly #wanted = new Map<string, Set<number>>()
  #timer: NodeJS.Timeout | undefined

  /** @returns a function that ends the subscription. Who comes late hears at once which apps are waited for. */
  subscribe(listener: (event: EdgeEvent) => void): () => void {
    this.#listeners.add(listener)
    for (const appId of this.#wanted.keys()) listener({ type: 'wake-needed', appId })
    return () => this.#listeners.delete(listener)
  }

  emit(event: EdgeEvent): void {
    for (const listener of this.#listeners) listener(event)
  }

  wakeWanted(appId: string, worker: number): void {
    const workers = this.#wanted.get(appId)
    if (workers) {
      workers.add(worker)
      return
    }
    this.#wanted.set(appId, new Set([worker]))
    this.emit({ type: 'wake-needed', appId })
    this.#timer ??= setInterval(() => this.#repeat(), REPEAT_MS).unref()
  }

  wakeSettled(appId: string, worker: number): void {
    const workers = this.#wanted.get(appId)
    if (workers?.delete(worker) && workers.size === 0) this.#wanted.delete(appId)
    this.#stopWhenQuiet()
  }

  workerLost(worker: number): void {
    for (const appId of [...this.#wanted.keys()]) this.wakeSettled(appId, worker)
  }

  #repeat(): void {
    for (const appId of this.#wanted.keys()) this.emit({ type: 'wake-needed', appId })
  }

  #stopWhenQuiet(): void {
    if (this.#wanted.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
