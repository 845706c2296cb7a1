import type { BuildLogWriter } from '@seaworthy/builder'
import type { Logger } from '@seaworthy/kit'
import type { BuildStep, Builds } from './builds.ts'

export interface BuildStepRecorderOptions {
  builds: Pick<Builds, 'recordSteps'>
  buildId: string
  log: Logger
}

/** Hears the log of one build and keeps its steps in the build's row, so that they are known without reading the log. */
export class BuildStepRecorder implements BuildLogWriter {
  readonly #options: BuildStepRecorderOptions
  readonly #steps: BuildStep[] = []
  #written: Promise<void> = Promise.resolve()

  constructor(options: BuildStepRecorderOptions) {
    this.#options = options
  }

  stepStarted(name: string): void {
    this.#steps.push({ name, state: 'running', startedAt: Date.now(), finishedAt: null })
    this.#write()
  }

  stepFinished(name: string, outcome: 'succeeded' | 'failed' | 'cached'): void {
    const step = this.#steps.findLast(known => known.name === name)
    if (!step) return
    step.state = outcome
    step.finishedAt = Date.now()
    this.#write()
  }

  line(): void {}

  /** Resolves once all was written that could be: a step that is not on record must not fail a build. */
  written(): Promise<void> {
    return this.#written
  }

  #write(): void {
    const steps = this.#steps.map(step => ({ ...step }))
    const { builds, buildId, log } = this.#options
    this.#written = this.#written
      .then(() => builds.recordSteps(buildId, steps))
      .catch(error => log.warn({ build: buildId, err: error }, 'could not record the steps of a build'))
  }
}
