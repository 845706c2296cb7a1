/** Holds output back while its reader asks for that. Open at first. */
export class OutputGate {
  #closed: PromiseWithResolvers<void> | undefined

  /** Resolves as soon as output may go on. */
  get opened(): Promise<void> {
    return this.#closed?.promise ?? Promise.resolve()
  }

  close(): void {
    this.#closed ??= Promise.withResolvers()
  }

  open(): void {
    this.#closed?.resolve()
    this.#closed = undefined
  }
}
