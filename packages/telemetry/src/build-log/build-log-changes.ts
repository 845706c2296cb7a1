import { EventEmitter } from 'node:events'

/** Tells the followers of a log, in this process, that its writer wrote or closed. */
export class BuildLogChanges {
  readonly #open = new Set<string>()
  readonly #emitter = new EventEmitter().setMaxListeners(0)

  isOpen(path: string): boolean {
    return this.#open.has(path)
  }

  opened(path: string): void {
    this.#open.add(path)
  }

  written(path: string): void {
    this.#emitter.emit(path)
  }

  closed(path: string): void {
    this.#open.delete(path)
    this.#emitter.emit(path)
  }

  /** Calls `listener` at each write and at the close, until the returned function is called. */
  listen(path: string, listener: () => void): () => void {
    this.#emitter.on(path, listener)
    return () => this.#emitter.off(path, listener)
  }
}
