import { EventEmitter } from 'node:events'
import type { JobState } from '../store/schema.ts'

export interface SettledJob {
  id: string
  kind: string
  /** `queued` when it will be tried again. */
  state: JobState
}

/** What the ledger and the workers of one process tell each other, so that nobody waits for the next poll. */
export class JobSignals {
  readonly #events = new EventEmitter().setMaxListeners(0)

  queued(): void {
    this.#events.emit('queued')
  }

  cancelRequested(id: string): void {
    this.#events.emit('cancel', id)
  }

  settled(job: SettledJob): void {
    this.#events.emit('settled', job)
  }

  /** Each of these returns the function that ends the subscription. */
  onQueued(listener: () => void): () => void {
    return this.#on('queued', listener)
  }

  onCancelRequested(listener: (id: string) => void): () => void {
    return this.#on('cancel', listener)
  }

  onSettled(listener: (job: SettledJob) => void): () => void {
    return this.#on('settled', listener)
  }

  // biome-ignore lint/suspicious/noExplicitAny: the three typed methods above are the only callers
  #on(event: string, listener: (value: any) => void): () => void {
    this.#events.on(event, listener)
    return () => this.#events.off(event, listener)
  }
}
