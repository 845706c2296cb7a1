import { availableParallelism, cpus } from 'node:os'
import { type DockerEngine, HOME_LABEL, type Labels, statusOf } from '@seaworthy/docker'
import {
  cgroupOfProcess,
  countUncollected,
  cpuWaitOf,
  examineFiles,
  type ForeignCgroup,
  withoutSpareCpu,
} from '@seaworthy/sandbox'
import { BuildStrain, MAX_PROCESSES } from '../build-strain.ts'
import type { BuildPace, BuildUsage } from '../builder.ts'

export interface BuildContainersOptions {
  engine: DockerEngine
  /** The labels that everything of this build carries. */
  labels: Labels
  limits: { memoryMb?: number; cpus?: number }
  /** Of all that a step writes, in bytes. */
  maxStepBytes: number
  observe?: (usage: BuildUsage) => BuildPace
  /** Aborts when the build is stopped. */
  signal: AbortSignal
  /** A step wrote more than it may. May be called more than once. */
  onTooLarge(): void
  /** A sentence for the log of the build: what it runs into. */
  remark(text: string): void
}

const LOOK_MS = 1_000
/** The engine counts the files of a container to tell its size: not at each look. */
const SIZE_LOOKS = 3
const GONE_LOOK_MS = 100
const GONE_WITHIN_MS = 5_000
const CPU_PERIOD_US = 100_000

/**
 * The containers in which the classic builder runs the steps of one build, one at a time. It limits what the engine's
 * build call cannot limit, tells what they use, and makes sure that they are gone in the end.
 */
export class BuildContainers {
  readonly #options: BuildContainersOptions
  readonly #watch = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #looks = 0
  #cpuShare = 1
  /** The step that is kept off one CPU. */
  #sparing: string | undefined
  #oomKilled = false
  readonly #strain: BuildStrain
  /** By container; undefined for one of an engine elsewhere, of which nobody can tell. */
  readonly #cgroups = new Map<string, ForeignCgroup | undefined>()
  #killedProcesses = 0

  constructor(options: BuildContainersOptions) {
    this.#options = options
    this.#strain = new BuildStrain(options)
  }

  /** Whether the kernel ended something of the build for its memory. */
  get oomKilled(): boolean {
    return this.#oomKilled
  }

  async start(): Promise<void> {
    await this.#followEvents()
    // At once: the engine ends what runs as soon as it hears of the stop.
    const count = () => {
      this.#killedProcesses = this.#countProcesses()
    }
    this.#options.signal.addEventListener('abort', count, { once: true, signal: this.#watch.signal })
    this.#planLook()
  }

  /** Ends the watch and removes what is left. Resolves once nothing of the build runs. */
  async close(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#watch.abort()
    this.#strain.finish({
      killedProcesses: this.#killedProcesses,
      wasStopped: this.#options.signal.aborted,
    })
    const untilMs = performance.now() + GONE_WITHIN_MS
    // The engine may be about to start one more when it hears of a cancel.
    for (;;) {
      const left = await this.#list()
      if (left.length === 0) return
      for (const { Id } of left) await this.#remove(Id)
      if (performance.now() > untilMs) throw new Error('containers of a build are still there')
      await new Promise(resolve => setTimeout(resolve, GONE_LOOK_MS))
    }
  }

  async #followEvents(): Promise<void> {
    const { engine, labels } = this.#options
    const filters = {
      type: ['container' as const],
      event: ['start', 'oom'],
      label: Object.entries(labels).map(([name, value]) => `${name}=${value}`),
    }
    const stream = await engine.call('follow a build', () =>
      engine.client.getEvents({ filters, abortSignal: this.#watch.signal }),
    )
    stream.on('error', () => {}) // by our own end; without events the next look does the same
    stream.on('data', (chunk: Buffer) => {
      for (const line of chunk.toString('utf8').split('\n')) this.#take(line)
    })
  }

  #take(line: string): void {
    const event = parseEvent(line)
    if (!event || event.Actor.Attributes?.[HOME_LABEL]) return
    if (event.Action === 'oom') this.#oomKilled = true
    else void this.#limit(event.Actor.ID)
  }

  /** The engine's build call knows no limit of processes. */
  async #limit(id: string): Promise<void> {
    await this.#update(id, { PidsLimit: MAX_PROCESSES, ...(this.#cpuShare === 1 ? {} : this.#cpuSettings()) })
    await this.#findCgroup(id).catch(() => undefined) // it has ended
  }

  async #update(id: string, settings: object): Promise<void> {
    const { engine } = this.#options
    await engine.client
      .getContainer(id)
      .update(settings)
      .catch(() => undefined) // it has ended
  }

  #cpuSettings(): object {
    const cpus = (this.#options.limits.cpus ?? availableParallelism()) * this.#cpuShare
    return { CpuPeriod: CPU_PERIOD_US, CpuQuota: Math.max(1_000, Math.round(cpus * CPU_PERIOD_US)) }
  }

  #planLook(): void {
    this.#timer = setTimeout(() => {
      this.#look()
        .catch(() => undefined) // the engine may be away for a moment; the build itself will tell
        .finally(() => this.#timer && this.#planLook())
    }, LOOK_MS)
  }

  async #look(): Promise<void> {
    this.#looks += 1
    const found = await this.#list({ size: this.#looks % SIZE_LOOKS === 0 })
    const running = found.filter(({ State }) => State === 'running')
    if (running.some(container => sizeOf(container) > this.#options.maxStepBytes)) this.#options.onTooLarge()
    for (const { Id } of running) await this.#findCgroup(Id)
    for (const { Id } of running) await this.#spareCpu(Id)
    for (const { Id } of running) await this.#observe(Id)
    if (this.#looks % SIZE_LOOKS === 0) for (const { Id } of running) await this.#tellStrain(Id)
  }

  async #findCgroup(id: string): Promise<void> {
    if (this.#cgroups.has(id)) return
    const { State } = await this.#options.engine.client.getContainer(id).inspect()
    this.#cgroups.set(id, cgroupOfProcess(State.Pid, { mark: id }))
  }

  /** Steps leave one CPU to the apps, but for those with very many processes; on an engine of this host. */
  async #spareCpu(id: string): Promise<void> {
    const cgroup = this.#cgroups.get(id)
    if (!cgroup) return
    const spares = !cgroup.isCrowded()
    if (spares === (this.#sparing === id)) return
    const all = `0-${cpus().length - 1}`
    await this.#update(id, { CpusetCpus: (spares && withoutSpareCpu(all)) || all })
    this.#sparing = spares ? id : undefined
  }

  #countProcesses(): number {
    return [...this.#cgroups.values()].reduce((sum, cgroup) => sum + (cgroup?.pids().length ?? 0), 0)
  }

  /** Of an engine elsewhere nobody can tell; then what fails tells. */
  async #tellStrain(id: string): Promise<void> {
    const cgroup = this.#cgroups.get(id)
    if (!cgroup) return
    const pids = cgroup.pids()
    const { openFiles } = await examineFiles(pids)
    const strain = cgroup.strain()
    const uncollected = strain.refusedProcesses > 0 ? await countUncollected(pids) : 0
    this.#strain.take({ openFiles, ...strain, uncollected, cpuWaitMs: await cpuWaitOf(pids) })
  }

  async #observe(id: string): Promise<void> {
    const { observe } = this.#options
    if (!observe) return
    const stats = await this.#options.engine.client
      .getContainer(id)
      .stats({ stream: false, 'one-shot': true })
    const { usage = 0, stats: parts } = stats.memory_stats as MemoryStats
    const fileCache = parts?.total_inactive_file ?? parts?.inactive_file ?? 0
    const { cpuShare } = observe({ memoryBytes: Math.max(0, usage - fileCache) })
    if (cpuShare === this.#cpuShare) return
    this.#cpuShare = cpuShare
    await this.#update(id, this.#cpuSettings())
  }

  /** An instance of an image carries the labels of its build too; unlike a build's container it has a home of its own. */
  async #list({ size = false } = {}) {
    const { engine, labels } = this.#options
    const label = Object.entries(labels).map(([name, value]) => `${name}=${value}`)
    const found = await engine.call('list the containers of a build', () =>
      engine.client.listContainers({ all: true, size, filters: { label } }),
    )
    return found.filter(({ Labels }) => !Labels[HOME_LABEL])
  }

  async #remove(id: string): Promise<void> {
    await this.#options.engine.client
      .getContainer(id)
      .remove({ force: true, v: true })
      .catch(error => {
        if (![404, 409].includes(statusOf(error) ?? 0)) throw error
      })
  }
}

/** There when a list was asked for sizes; dockerode's types know nothing of it. */
function sizeOf(container: object): number {
  return (container as { SizeRw?: number }).SizeRw ?? 0
}

interface MemoryStats {
  usage?: number
  stats?: { total_inactive_file?: number; inactive_file?: number }
}

interface EngineEvent {
  Action: string
  Actor: { ID: string; Attributes?: Record<string, string> }
}

function parseEvent(line: string): EngineEvent | undefined {
  try {
    return JSON.parse(line) as EngineEvent
  } catch {
    return undefined // a part of one, or nothing: the next look finds the container
  }
}
