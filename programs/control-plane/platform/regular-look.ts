import type { Logger } from '@seaworthy/kit'

export interface RegularLookOptions {
  everyMs: number
  /** One look, at a time in milliseconds since 1970. */
  look: (now: number) => Promise<void>
  /** The line of the log for a look that failed; the next one is made all the same. */
  failure: string
  log: Logger
}

/** Looks again and again, one look at a time. */
export class RegularLook {
  readonly #options: RegularLookOptions
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> | undefined

  constructor(options: RegularLookOptions) {
    this.#options = options
  }

  start(): void {
    this.#timer = setInterval(() => void this.now(), this.#options.everyMs)
  }

  /** Resolves once no look is under way. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#looking
  }

  /** One look; a second call joins the one that is under way. Never rejects. */
  now(now = Date.now()): Promise<void> {
    const { look, failure, log } = this.#options
    this.#looking ??= look(now)
      .catch(error => log.warn({ err: error }, failure))
      .finally(() => {
        this.#looking = undefined
      })
    return this.#looking
  }
}
