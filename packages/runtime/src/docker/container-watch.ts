import { setTimeout as sleep } from 'node:timers/promises'
import { type DockerEngine, findContainer, statusOf, waitForEnd } from '@seaworthy/docker'
import type { InstanceExit } from '../runtime.ts'
import { exitOf } from './container-exit.ts'
import type { ContainerOutput } from './container-output.ts'

export interface ContainerWatchOptions {
  engine: DockerEngine
  container: string
  output: ContainerOutput
  /** Called once when it has ended and its output is complete. */
  onEnd: () => Promise<void>
}

type FoundAtStop = Pick<InstanceExit, 'killedProcesses' | 'orphanedProcesses'>

/** The engine's exit code of a container whose end it did not see. */
const LOST_SIGHT = 255
const RETRY_MS = { first: 100, longest: 2_000 }
/** For the engine to end the stream of a container that has ended; then what is left is read anew. */
const STREAM_END_MS = 2_000

/** Follows one container: copies its output and waits for its end, also over restarts of the engine. */
export class ContainerWatch {
  readonly #options: ContainerWatchOptions
  readonly #closed = new AbortController()
  readonly #ended = new AbortController()
  /** Whether the engine was away at some time since the watch began. */
  #wasAway = false
  #isEndWanted = false
  #foundAtStop: FoundAtStop = {}
  /** Resolves with the exit once the output is complete. Never, when the watch is closed before. */
  readonly exited: Promise<InstanceExit>

  private constructor(options: ContainerWatchOptions) {
    this.#options = options
    this.exited = this.#run()
  }

  static begin(options: ContainerWatchOptions): ContainerWatch {
    return new ContainerWatch(options)
  }

  /** The platform is about to end it: whatever the engine did before has nothing to do with that. */
  expectEnd(): void {
    this.#isEndWanted = true
  }

  /** What the exit is to tell of how the platform ended it; the last word counts. */
  noteAtStop(found: FoundAtStop): void {
    this.#foundAtStop = found
  }

  outputSeenUntil(): number {
    return this.#options.output.seenUntil()
  }

  close(): void {
    this.#closed.abort()
  }

  async #run(): Promise<InstanceExit> {
    const copied = this.#copyWhileRunning()
    const exit = await this.#untilOpen(() => this.#waitForEnd())
    this.#ended.abort()
    await copied
    await this.#copyRest()
    // The next platform has to learn of the end: what tells of it must stay.
    if (this.#closed.signal.aborted) return new Promise(() => undefined)
    await this.#options.onEnd()
    return { ...exit, ...this.#foundAtStop }
  }

  /** The engine may restart meanwhile: then the stream breaks, and is opened again where it stopped. */
  async #copyWhileRunning(): Promise<void> {
    let pauseMs = RETRY_MS.first
    while (!this.#ended.signal.aborted && !this.#closed.signal.aborted) {
      await this.#options.output.copy(this.#streamSignal()).catch(() => undefined)
      await sleep(pauseMs, undefined, { signal: this.#either(), ref: false }).catch(() => undefined)
      pauseMs = Math.min(pauseMs * 2, RETRY_MS.longest)
    }
  }

  async #copyRest(): Promise<void> {
    const { engine, output, container } = this.#options
    try {
      await output.copy(AbortSignal.any([this.#closed.signal, AbortSignal.timeout(60_000)]))
    } catch (error) {
      engine.log.warn({ container, err: error }, 'the last output of an instance could not be read')
    }
  }

  async #waitForEnd(): Promise<InstanceExit> {
    const { engine, container } = this.#options
    // An engine that is back and left it alone is no longer a reason for its end.
    if ((await findContainer(engine, container))?.State.Running) this.#wasAway = false
    await waitForEnd(engine, container, { signal: this.#closed.signal })
    const found = await findContainer(engine, container)
    if (!found) return { code: null, signal: null, oomKilled: false }
    if (found.State.Running) throw new Error('it runs again')
    return this.#withCause(exitOf(found.State))
  }

  /** An engine that ends takes its containers along, by a signal, unless it is set to leave them alone. */
  async #withCause(exit: InstanceExit): Promise<InstanceExit> {
    const mayBeByEngine = (exit.signal !== null || exit.code === LOST_SIGHT) && !exit.oomKilled
    const isByEngine = mayBeByEngine && (await this.#lostEngine())
    return isByEngine ? { ...exit, endedWithEngine: true } : exit
  }

  async #lostEngine(): Promise<boolean> {
    if (this.#isEndWanted) return false
    return this.#wasAway || !(await this.#options.engine.answers())
  }

  /** Repeats what fails because the engine is away. Never resolves once the watch is closed. */
  async #untilOpen(action: () => Promise<InstanceExit>): Promise<InstanceExit> {
    for (let pauseMs = RETRY_MS.first; ; pauseMs = Math.min(pauseMs * 2, RETRY_MS.longest)) {
      const exit = await action().catch(error => this.#exitOrAway(error))
      if (this.#closed.signal.aborted) return new Promise(() => undefined)
      if (exit) return exit
      await sleep(pauseMs, undefined, { ref: false })
    }
  }

  /** Not found: someone removed it by hand, so it has ended, and how is not known. */
  #exitOrAway(error: unknown): InstanceExit | undefined {
    const status = statusOf(error) ?? statusOf((error as Error).cause)
    if (status === 404) return { code: null, signal: null, oomKilled: false }
    if (status === undefined && !this.#wasAway && !this.#closed.signal.aborted) {
      this.#wasAway = true
      const { engine, container } = this.#options
      engine.log.warn({ container }, 'the Docker engine does not answer; waiting for it')
    }
    return undefined
  }

  #streamSignal(): AbortSignal {
    const late = new AbortController()
    const cut = () => setTimeout(() => late.abort(), STREAM_END_MS).unref()
    this.#ended.signal.addEventListener('abort', cut, { once: true })
    return AbortSignal.any([this.#closed.signal, late.signal])
  }

  #either(): AbortSignal {
    return AbortSignal.any([this.#closed.signal, this.#ended.signal])
  }
}
