import { join } from 'node:path'
import type { CommandExit, RunningCommand, Sandbox } from '@seaworthy/sandbox'
import type { BuildSpec } from '../builder.ts'
import { BuildFailed } from '../errors.ts'
import type { BuildFolders } from './build-folders.ts'
import type { BuildSteps } from './build-steps.ts'
import { hintFor } from './failure-hints.ts'
import { OutputTail } from './output-tail.ts'

/** Half of the 5 s within which nothing of a cancelled build may be left. */
const STOP_GRACE_MS = 2_000
const LAST_LINES = 20
const HINT_LINES = 200
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024
/** Enough for any compiler; a fork bomb ends here. */
const MAX_PROCESSES = 2_048

interface BuildCommandsOptions {
  sandbox: Sandbox
  spec: BuildSpec
  folders: BuildFolders
  steps: BuildSteps
  /** Aborted by a cancel or by the deadline. */
  signal: AbortSignal
}

/** Runs the commands of one build in the sandbox, one at a time, and streams their output to the log. */
export class BuildCommands {
  readonly #options: BuildCommandsOptions
  #count = 0

  constructor(options: BuildCommandsOptions) {
    this.#options = options
  }

  /**
   * Resolves once the command and all it started are gone.
   * @throws {BuildFailed} when it does not end with code 0; the signal's reason when that aborts
   */
  async run(argv: readonly string[], env: Readonly<Record<string, string>>): Promise<void> {
    const { signal, steps } = this.#options
    signal.throwIfAborted()
    steps.remark(`$ ${argv.join(' ')}`)
    const watch = new OutputWatch(this.#options, this.#nextOutput())
    watch.start()
    try {
      const running = await this.#start(argv, env, watch.files)
      const exit = await this.#untilItEnds(running, watch)
      await watch.finish()
      if (exit.code !== 0) throw this.#failure(argv, exit, watch)
    } finally {
      await watch.finish()
    }
  }

  #nextOutput(): { stdout: string; stderr: string } {
    const base = join(this.#options.folders.output, String(++this.#count))
    return { stdout: `${base}.out`, stderr: `${base}.err` }
  }

  #start(
    argv: readonly string[],
    env: Readonly<Record<string, string>>,
    output: OutputFiles,
  ): Promise<RunningCommand> {
    const { sandbox, spec, folders } = this.#options
    return sandbox.start({
      id: `build-${spec.id}-${this.#count}`.toLowerCase().replace(/[^a-z0-9_-]/g, '-'),
      argv,
      directory: folders.tree,
      writable: true,
      env,
      userNumber: spec.app.userNumber,
      limits: { ...spec.limits, processes: MAX_PROCESSES },
      output,
    })
  }

  async #untilItEnds({ handle, exited }: RunningCommand, watch: OutputWatch): Promise<CommandExit> {
    const stopped = Promise.withResolvers<never>()
    const stop = (reason: unknown) => {
      this.#options.sandbox
        .stop(handle, { graceMs: STOP_GRACE_MS })
        .then(() => stopped.reject(reason), stopped.reject)
    }
    const onAbort = () => stop(this.#options.signal.reason)
    this.#options.signal.addEventListener('abort', onAbort, { once: true })
    watch.onTooMuch = () => stop(this.#tooMuchOutput())
    if (this.#options.signal.aborted) onAbort()
    try {
      const exit = await Promise.race([stopped.promise, exited])
      // A command that ends because it is being stopped has not come to its own end.
      if (this.#options.signal.aborted) await stopped.promise
      return exit
    } finally {
      this.#options.signal.removeEventListener('abort', onAbort)
      stopped.promise.catch(() => {})
    }
  }

  #failure(argv: readonly string[], exit: CommandExit, watch: OutputWatch): BuildFailed {
    const { steps, spec } = this.#options
    const command = argv.join(' ').slice(0, 200)
    const memory = spec.limits.memoryMb ? ` of ${spec.limits.memoryMb} MB` : ''
    const hint = exit.oomKilled
      ? `The build needed more than its memory${memory}: raise "resources.memoryMb".`
      : hintFor(watch.lastLines)
    const end = exit.signal ? `was ended by ${exit.signal}` : `ended with exit code ${exit.code}`
    return new BuildFailed(`The step "${steps.current}" failed: "${command}" ${end}.`, {
      step: steps.current,
      exitCode: exit.code,
      lastLines: watch.lastLines.slice(-LAST_LINES),
      hint,
    })
  }

  #tooMuchOutput(): BuildFailed {
    const step = this.#options.steps.current
    const limit = `${MAX_OUTPUT_BYTES / 1024 / 1024} MB`
    return new BuildFailed(`The step "${step}" was stopped: it printed more than ${limit}.`, {
      step,
      exitCode: null,
      lastLines: [],
      hint: 'Make the build print less.',
    })
  }
}

interface OutputFiles {
  stdout: string
  stderr: string
}

/** Both output files of a command, as one stream of lines to the log. */
class OutputWatch {
  readonly files: OutputFiles
  /** Newest last. */
  readonly lastLines: string[] = []
  onTooMuch: (() => void) | undefined
  readonly #tails: OutputTail[]
  #finished: Promise<unknown> | undefined

  constructor({ spec }: BuildCommandsOptions, files: OutputFiles) {
    this.files = files
    this.#tails = (['stdout', 'stderr'] as const).map(
      stream =>
        new OutputTail({
          file: files[stream],
          onLine: line => this.#take(line, () => spec.log.line(line, stream)),
        }),
    )
  }

  start(): void {
    for (const tail of this.#tails) tail.start()
  }

  finish(): Promise<unknown> {
    this.#finished ??= Promise.all(this.#tails.map(tail => tail.finish()))
    return this.#finished
  }

  #take(line: string, log: () => void): void {
    if (this.#tails.some(tail => tail.bytesRead > MAX_OUTPUT_BYTES)) {
      this.onTooMuch?.()
      return
    }
    log()
    if (line.trim() === '') return
    this.lastLines.push(line)
    if (this.lastLines.length > HINT_LINES) this.lastLines.shift()
  }
}
