import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { CommandExit, RunningCommand, Sandbox } from '@seaworthy/sandbox'
import type { BuildMemory } from '../build-memory.ts'
import { MAX_OPEN_FILES, MAX_PROCESSES } from '../build-strain.ts'
import type { BuildSpec } from '../builder.ts'
import { BuildFailed } from '../errors.ts'
import type { BuildFolders } from './build-folders.ts'
import type { BuildSteps } from './build-steps.ts'
import { DISK_FULL_HINT, hintFor } from './failure-hints.ts'
import { OutputTail } from './output-tail.ts'
import { UsageWatch } from './usage-watch.ts'

/** Half of the 5 s within which nothing of a cancelled build may be left. */
const STOP_GRACE_MS = 2_000
/** Helpers of compilers end by themselves when the command that they work for is gone; what stays longer was left behind. */
const LINGER_MS = 500
const LAST_LINES = 20
const HINT_LINES = 200
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024

interface BuildCommandsOptions {
  sandbox: Sandbox
  spec: BuildSpec
  /** Holds instead of the memory in `spec.limits`. */
  memory: BuildMemory
  folders: BuildFolders
  steps: BuildSteps
  /** Of all that the build has on the disk. */
  maxBytes: number
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
    let usage: UsageWatch | undefined
    try {
      const running = await this.#start(argv, env, watch.files)
      const directory = this.#options.folders.tree
      usage = new UsageWatch({ ...this.#options, directory, handle: running.handle })
      usage.start()
      const exit = await this.#untilItEnds(running, usage, AbortSignal.any([watch.tooMuch, usage.tooMuch]))
      await watch.finish()
      watch.tooMuch.throwIfAborted()
      if (exit.code !== 0) throw await this.#failure(argv, exit, watch)
    } finally {
      usage?.stop()
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
    const { sandbox, spec, memory, folders } = this.#options
    return sandbox.start({
      id: `build-${spec.id}-${this.#count}`.toLowerCase().replace(/[^a-z0-9_-]/g, '-'),
      argv,
      directory: folders.tree,
      writable: true,
      env,
      userNumber: spec.app.userNumber,
      lingerMs: LINGER_MS,
      limits: {
        ...{ ...spec.limits, memoryMb: memory.limitMb, isBackground: true },
        ...{ processes: MAX_PROCESSES, openFiles: MAX_OPEN_FILES },
      },
      output,
    })
  }

  async #untilItEnds(
    { handle, exited }: RunningCommand,
    usage: UsageWatch,
    tooMuch: AbortSignal,
  ): Promise<CommandExit> {
    const stopSignal = AbortSignal.any([this.#options.signal, tooMuch])
    const settled = new AbortController()
    await Promise.race([exited, untilAborted(stopSignal, settled.signal)])
    settled.abort()
    if (!stopSignal.aborted) {
      const exit = await exited
      usage.tellEnd(exit, { wasStopped: false })
      return exit
    }
    if (!tooMuch.aborted) await usage.lookBeforeStop()
    // What writes without end fills the disk while we wait: it gets no time to end by itself.
    await this.#options.sandbox.stop(handle, { graceMs: tooMuch.aborted ? 0 : STOP_GRACE_MS })
    usage.tellEnd(await exited, { wasStopped: true })
    throw stopSignal.reason
  }

  async #failure(argv: readonly string[], exit: CommandExit, watch: OutputWatch): Promise<BuildFailed> {
    const step = this.#options.steps.current
    const command = argv.join(' ').slice(0, 200)
    const end = exit.signal ? `was ended by ${exit.signal}` : `ended with exit code ${exit.code}`
    return new BuildFailed(`The step "${step}" failed: "${command}" ${end}.`, {
      step,
      exitCode: exit.code,
      lastLines: watch.lastLines.slice(-LAST_LINES),
      hint: await this.#hint(exit, watch.lastLines),
    })
  }

  async #hint(exit: CommandExit, lines: readonly string[]): Promise<string | undefined> {
    if (exit.oomKilled) return this.#options.memory.hint
    const isFull = await isDiskFull(this.#options.folders.tree)
    return isFull ? DISK_FULL_HINT : hintFor(lines)
  }
}

/** On a full disk the command's own complaint may not have found room either. */
async function isDiskFull(directory: string): Promise<boolean> {
  const { bavail, bsize, files, ffree } = await statfs(directory)
  return bavail * bsize < 256 * 1024 || (files > 0 && ffree === 0)
}

function tooMuchOutput(step: string): BuildFailed {
  const limit = `${MAX_OUTPUT_BYTES / 1024 / 1024} MB`
  return new BuildFailed(`The step "${step}" was stopped: it printed more than ${limit}.`, {
    step,
    exitCode: null,
    lastLines: [],
    hint: 'Make the build print less.',
  })
}

/** Resolves once `signal` aborts. Forgets its watch when `settled` aborts. */
function untilAborted(signal: AbortSignal, settled: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise(resolve => {
    signal.addEventListener('abort', () => resolve(), { once: true, signal: settled })
  })
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
  readonly #tooMuch = new AbortController()
  readonly #tails: OutputTail[]

  constructor({ spec, steps }: BuildCommandsOptions, files: OutputFiles) {
    this.files = files
    this.#tails = (['stdout', 'stderr'] as const).map(
      stream =>
        new OutputTail({
          file: files[stream],
          maxBytes: MAX_OUTPUT_BYTES,
          onLine: (line, options) => this.#take(line, () => spec.log.line(line, stream, options)),
          onTooLarge: () => this.#tooMuch.abort(tooMuchOutput(steps.current)),
        }),
    )
  }

  /** Aborts, with the error as its reason, once the command has printed more than it may. */
  get tooMuch(): AbortSignal {
    return this.#tooMuch.signal
  }

  start(): void {
    for (const tail of this.#tails) tail.start()
  }

  /** Idempotent. */
  async finish(): Promise<void> {
    await Promise.all(this.#tails.map(tail => tail.finish()))
  }

  #take(line: string, log: () => void): void {
    log()
    if (line.trim() === '') return
    this.lastLines.push(line)
    if (this.lastLines.length > HINT_LINES) this.lastLines.shift()
  }
}
