import { setTimeout as sleep } from 'node:timers/promises'
import { dockerErrors } from '@seaworthy/docker'
import type { Logger } from '@seaworthy/kit'
import { InstanceStartFailed } from '../errors.ts'
import type {
  AttachedCommand,
  AttachSpec,
  CpuPace,
  CpuTime,
  Instance,
  InstanceExit,
  InstanceFindings,
  InstanceSpec,
  ResourceUsage,
  Runtime,
} from '../runtime.ts'
import { NOTHING_FOUND } from './container-findings.ts'
import { parseDockerHandle } from './docker-handle.ts'

export interface LateDockerRuntimeOptions {
  /** Connects to the engine. Rejects with `docker_unreachable` while none answers. */
  open: () => Promise<Runtime>
  /** Whether this platform ever used the engine: only then there can be anything to sweep. */
  wasUsed: () => boolean
  log: Logger
  /** Between two looks for an engine that is away; 2 seconds unless told. */
  retryMs?: number
}

/**
 * The Docker driver of an engine that is connected to only when it is needed, and that may be away for a while: an
 * instance whose engine does not answer at the platform's start is not lost, it is found again when the engine is back.
 */
export function createLateDockerRuntime(options: LateDockerRuntimeOptions): Runtime {
  return new LateDockerRuntime(options)
}

class LateDockerRuntime implements Runtime {
  readonly kind = 'docker'
  readonly #options: LateDockerRuntimeOptions
  readonly #closed = new AbortController()
  #opened: Promise<Runtime> | undefined

  constructor(options: LateDockerRuntimeOptions) {
    this.#options = options
  }

  async start(spec: InstanceSpec): Promise<Instance> {
    const { app, release, process } = spec
    const runtime = await this.#open().catch(error => {
      throw new InstanceStartFailed({ app: app.slug, release, process }, error)
    })
    return runtime.start(spec)
  }

  async adopt(id: string, handle: unknown): Promise<Instance | undefined> {
    const parsed = parseDockerHandle(handle)
    if (!parsed) return undefined
    try {
      return await (await this.#open()).adopt(id, handle)
    } catch (error) {
      if (!dockerErrors.docker_unreachable.is(error)) throw error
      this.#options.log.warn({ instance: id }, 'the Docker engine does not answer; waiting for it')
      const exited = this.#adoptLater(id, handle)
      return { id, handle, exited, ...(parsed.address ? { address: parsed.address } : {}) }
    }
  }

  async stop(id: string, handle: unknown, options: { graceMs: number }): Promise<void> {
    if (parseDockerHandle(handle)) await (await this.#open()).stop(id, handle, options)
  }

  async attach(id: string, handle: unknown, spec: AttachSpec): Promise<AttachedCommand> {
    return (await this.#open()).attach(id, handle, spec)
  }

  async sample(id: string, handle: unknown): Promise<ResourceUsage> {
    if (!parseDockerHandle(handle)) return { memoryBytes: 0, cpuMs: 0 }
    return (await this.#open()).sample(id, handle)
  }

  async cpuTime(id: string, handle: unknown): Promise<CpuTime | undefined> {
    const runtime = parseDockerHandle(handle) && (await this.#open())
    return runtime?.cpuTime?.(id, handle)
  }

  async setCpuPace(id: string, handle: unknown, pace: CpuPace): Promise<void> {
    const runtime = parseDockerHandle(handle) && (await this.#open())
    await runtime?.setCpuPace?.(id, handle, pace)
  }

  async outputSeenUntil(id: string, handle: unknown): Promise<number> {
    const runtime = parseDockerHandle(handle) && (await this.#open())
    return (await runtime?.outputSeenUntil?.(id, handle)) ?? Date.now()
  }

  async examine(id: string, handle: unknown): Promise<InstanceFindings> {
    const runtime = parseDockerHandle(handle) && (await this.#open())
    return (await runtime?.examine?.(id, handle)) ?? NOTHING_FOUND
  }

  async listeningPorts(id: string, handle: unknown): Promise<number[]> {
    return parseDockerHandle(handle) ? (await this.#open()).listeningPorts(id, handle) : []
  }

  async sweep(keepIds: readonly string[]): Promise<void> {
    if (!this.#opened && !this.#options.wasUsed()) return
    try {
      await (await this.#open()).sweep(keepIds)
    } catch (error) {
      this.#options.log.warn({ err: error }, 'what earlier runs left in Docker could not be removed')
    }
  }

  async close(): Promise<void> {
    this.#closed.abort()
    const runtime = await this.#opened?.catch(() => undefined)
    await runtime?.close()
  }

  /** Tells the end once the engine is back: at once, when the instance did not survive. */
  async #adoptLater(id: string, handle: unknown): Promise<InstanceExit> {
    const { retryMs = 2_000 } = this.#options
    for (;;) {
      await sleep(retryMs, undefined, { ref: false, signal: this.#closed.signal }).catch(() => undefined)
      if (this.#closed.signal.aborted) return new Promise(() => undefined)
      const runtime = await this.#open().catch(() => undefined)
      if (!runtime) continue
      const instance = await runtime.adopt(id, handle).catch(() => 'away' as const)
      if (instance === 'away') continue
      return instance ? instance.exited : { code: null, signal: null, oomKilled: false }
    }
  }

  /** A failed attempt is forgotten: the next one may find the engine. */
  #open(): Promise<Runtime> {
    this.#opened ??= this.#options.open().catch(error => {
      this.#opened = undefined
      throw error
    })
    return this.#opened
  }
}
