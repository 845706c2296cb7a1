import type { BuildLogWriter } from '@seaworthy/builder'
import type { BuildLog, OpenBuildLog } from '@seaworthy/telemetry'

/**
 * The log of one deployment: its phases as steps with timings. What a build writes goes to the build's own log as
 * well, since a build is kept and read on its own.
 */
export class DeploymentLog implements BuildLogWriter {
  readonly timings: Record<string, number> = {}
  readonly #log: OpenBuildLog

  private constructor(log: OpenBuildLog) {
    this.#log = log
  }

  static async open(
    logs: BuildLog,
    deploymentId: string,
    secrets: readonly string[],
  ): Promise<DeploymentLog> {
    return new DeploymentLog(await logs.open(deploymentId, { secrets }))
  }

  stepStarted(name: string, title: string): void {
    this.#log.stepStarted(name, title)
  }

  stepFinished(name: string, outcome: 'succeeded' | 'failed' | 'cached', durationMs: number): void {
    this.timings[name] = durationMs
    this.#log.stepFinished(name, outcome, durationMs)
  }

  line(...args: Parameters<OpenBuildLog['line']>): void {
    this.#log.line(...args)
  }

  /** Keeps further secret values out of what is written from now on. */
  hide(secrets: readonly string[]): void {
    this.#log.hide(secrets)
  }

  /** A sentence without secret values, to be kept elsewhere: it may quote what a command said. */
  redact(text: string): string {
    return this.#log.redact(text)
  }

  /** Runs one phase as a step: its start, its end and its time are in the log, whatever its outcome. */
  async step<T>(name: string, title: string, run: () => Promise<T>): Promise<T> {
    const startedAt = performance.now()
    this.stepStarted(name, title)
    let outcome: 'succeeded' | 'failed' = 'failed'
    try {
      const result = await run()
      outcome = 'succeeded'
      return result
    } finally {
      this.stepFinished(name, outcome, Math.round(performance.now() - startedAt))
    }
  }

  close(): Promise<void> {
    return this.#log.close()
  }
}

/** A writer that writes to one and then to the other. */
export function bothWriters(one: BuildLogWriter, other: BuildLogWriter): BuildLogWriter {
  return {
    stepStarted: (...args) => {
      one.stepStarted(...args)
      other.stepStarted(...args)
    },
    stepFinished: (...args) => {
      one.stepFinished(...args)
      other.stepFinished(...args)
    },
    line: (...args) => {
      one.line(...args)
      other.line(...args)
    },
  }
}
