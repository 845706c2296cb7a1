import { setTimeout as sleep } from 'node:timers/promises'
import { type DockerEngine, findContainer } from '@seaworthy/docker'
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

const RETRY_MS = { first: 100, longest: 2_000 }
/** For the engine to end the stream of a container that has ended; then what is left is read anew. */
const STREAM_END_MS = 2_000

/** Follows one container: copies its output and waits for its end, also over restarts of the engine. */
export class ContainerWatch {
  readonly #options: ContainerWatchOptions
  readonly #closed = new AbortController()
  readonly #ended = new AbortController()
  /** Resolves with the exit once the output is complete. Never, when the watch is closed before. */
  readonly exited: Promise<InstanceExit>

  private constructor(options: ContainerWatchOptions) {
    this.#options = options
    this.exited = this.#run()
  }

  static begin(options: ContainerWatchOptions): ContainerWatch {
    return new ContainerWatch(options)
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
    await this.#options.onEnd()
    return exit
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
    await engine.client.getContainer(container).wait({ abortSignal: this.#closed.signal })
    const found = await findContainer(engine, container)
    if (!found) return { code: null, signal: null, oomKilled: false }
    if (found.State.Running) throw new Error('it runs again')
    return exitOf(found.State)
  }

  /** Repeats what fails because the engine is away. Never resolves once the watch is closed. */
  async #untilOpen(action: () => Promise<InstanceExit>): Promise<InstanceExit> {
    for (let pauseMs = RETRY_MS.first; ; pauseMs = Math.min(pauseMs * 2, RETRY_MS.longest)) {
      const exit = await action().catch(error => this.#isGone(error))
      if (this.#closed.signal.aborted) return new Promise(() => undefined)
      if (exit) return exit
      await sleep(pauseMs, undefined, { ref: false })
    }
  }

  /** Someone removed it by hand: it has ended, and how is not known. */
  #isGone(error: unknown): InstanceExit | undefined {
    const isMissing = (error as { statusCode?: number }).statusCode === 404
    return isMissing ? { code: null, signal: null, oomKilled: false } : undefined
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
