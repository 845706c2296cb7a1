import type { BuildLogWriter } from '../builder.ts'

/** Runs the steps of one build in order, tells the log, and knows which one is under way. */
export class BuildSteps {
  readonly #log: BuildLogWriter
  readonly #signal: AbortSignal
  #current = 'detect'

  constructor({ log, signal }: { log: BuildLogWriter; signal: AbortSignal }) {
    this.#log = log
    this.#signal = signal
  }

  /** The step that runs, or ran last. */
  get current(): string {
    return this.#current
  }

  /** Resolves with what `action` gives. An action that found its work done already calls `cached`. */
  async run<Result>(
    { name, title }: { name: string; title: string },
    action: (cached: () => void) => Promise<Result>,
  ): Promise<Result> {
    this.#signal.throwIfAborted()
    this.#current = name
    this.#log.stepStarted(name, title)
    const startedMs = performance.now()
    let outcome: 'succeeded' | 'failed' | 'cached' = 'succeeded'
    try {
      return await action(() => {
        outcome = 'cached'
      })
    } catch (error) {
      outcome = 'failed'
      throw error
    } finally {
      this.#log.stepFinished(name, outcome, Math.round(performance.now() - startedMs))
    }
  }

  /** A remark of the platform's own. */
  remark(text: string): void {
    this.#log.line(text, 'platform')
  }
}
