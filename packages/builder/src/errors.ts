import { AppError, type FieldError } from '@seaworthy/kit'

/** `seaworthy.json` or `Procfile` is wrong. `errors` names each wrong part; the message repeats the first ones. */
export class ManifestInvalid extends AppError {
  constructor(file: string, problems: ManifestProblem[]) {
    super('manifest_invalid', `${file} is not valid. ${problems.map(describe).join(' ')}`, {
      status: 422,
      errors: problems.map(({ path, message }): FieldError => ({ path, message })),
      details: { file, problems },
    })
  }
}

export interface ManifestProblem {
  /** In dots: `health.timeoutSeconds`. Empty for the file as a whole. */
  path: string
  /** Counted from 1, where it can be told. */
  line?: number
  message: string
}

function describe({ path, line, message }: ManifestProblem): string {
  const where = [line && `line ${line}`, path].filter(Boolean).join(', ')
  return where ? `${where}: ${message}.` : `${message}.`
}

/** Nothing tells how this source is to be built or run. The message says what was looked for and what to add. */
export class DetectionFailed extends AppError {
  constructor(message: string) {
    super('app_not_recognised', message, { status: 422 })
  }
}

export interface BuildFailure {
  /** `install`, `build` … */
  step: string
  /** Null when a signal ended the command, or when no command was involved. */
  exitCode: number | null
  /** The last lines of the failed command's output, oldest first. */
  lastLines: string[]
  /** What to try, where the output tells. */
  hint?: string
}

/** A step of the build went wrong. What the user needs is in `failure`, and in `details` too. */
export class BuildFailed extends AppError {
  readonly failure: BuildFailure

  constructor(message: string, failure: BuildFailure, options: { cause?: unknown } = {}) {
    super('build_failed', failure.hint ? `${message} ${failure.hint}` : message, {
      status: 422,
      cause: options.cause,
      details: failure,
    })
    this.failure = failure
  }
}

/** Somebody cancelled the build. Nothing of it is left. */
export class BuildCancelled extends AppError {
  constructor(step: string) {
    super('build_cancelled', `The build was cancelled during the step "${step}".`, {
      status: 409,
      details: { step },
    })
  }
}

/** The build took longer than it may. Nothing of it is left. */
export class BuildTimedOut extends AppError {
  constructor(step: string, deadlineMs: number) {
    const message =
      `The build was stopped after ${Math.round(deadlineMs / 1000)} seconds, during the step "${step}". ` +
      'Make that step faster, or raise the build deadline.'
    super('build_timed_out', message, { status: 422, details: { step, deadlineMs } })
  }
}

/** A tool that the build needs (a Node version, npm, pnpm …) could not be fetched. */
export class ToolchainUnavailable extends AppError {
  constructor(message: string, options: { cause?: unknown; details?: object } = {}) {
    super('toolchain_unavailable', message, { status: 422, ...options })
  }
}
