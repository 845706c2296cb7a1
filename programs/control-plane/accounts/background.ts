import type { Logger } from '@seaworthy/kit'

/** Work that an answer does not wait for, so that its time tells nothing. */
export class Background {
  readonly #log: Logger
  readonly #running = new Set<Promise<void>>()

  constructor({ log }: { log: Logger }) {
    this.#log = log
  }

  run(what: string, work: () => Promise<void>): void {
    const running = work()
      .catch(error => this.#log.error({ what, err: error }, 'work in the background failed'))
      .finally(() => this.#running.delete(running))
    this.#running.add(running)
  }

  /** Resolves when nothing runs any more. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
  }
}
