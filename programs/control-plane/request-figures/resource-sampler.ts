import type { Logger } from '@seaworthy/kit'
import type { ResourceUsage } from '@seaworthy/runtime'
import type { InstanceManager, LiveInstance } from '../instances/instance-manager.ts'
import type { ReleaseSettings } from '../releases/release-settings.ts'
import type { Releases } from '../releases/releases.ts'
import type { ResourceFigureRow } from '../store/schema.ts'
import { DAY, HOUR, MINUTE, startOfStep } from './figure-steps.ts'

export interface ResourceSamplerOptions {
  manager: Pick<InstanceManager, 'live' | 'sample'>
  releases: Pick<Releases, 'getById'>
  log: Logger
}

/** What an instance uses now. */
export interface InstanceUsage {
  appId: string
  process: string
  memoryBytes: number
  memoryLimitBytes: number | null
  /** How many cores it kept busy since the look before; undefined at the first one. */
  cpus: number | undefined
}

interface Sampled extends InstanceUsage {
  at: number
  cpuMs: number
}

const MB = 1_048_576
/** Drivers ask a kernel file or an engine; many at once would keep the machine from its work. */
const AT_ONCE = 8

/** Looks at what each instance uses. Rows are gathered by minute, so that they cost one write a minute. */
export class ResourceSampler {
  readonly #options: ResourceSamplerOptions
  #latest = new Map<string, Sampled>()
  /** By release. */
  readonly #limits = new Map<string, number | null>()
  #rows = new Map<string, ResourceFigureRow>()

  constructor(options: ResourceSamplerOptions) {
    this.#options = options
  }

  /** The last look at each instance that runs, by id. */
  usage(): ReadonlyMap<string, InstanceUsage> {
    return this.#latest
  }

  /** One look at all instances. Never rejects: one that ends meanwhile is left out. */
  async look(now = Date.now()): Promise<void> {
    const waiting = this.#options.manager.live().filter(live => !live.stopping)
    const latest = new Map<string, Sampled>()
    const work = async () => {
      for (let live = waiting.pop(); live; live = waiting.pop()) {
        const sampled = await this.#sample(live, now)
        if (sampled) latest.set(live.row.id, sampled)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    this.#gather(latest, now)
    this.#latest = latest
  }

  /** Rows of whole minutes and what is there of the running one; each is told once. */
  takeRows(): ResourceFigureRow[] {
    const rows = [...this.#rows.values()]
    this.#rows = new Map()
    return rows
  }

  async #sample(live: LiveInstance, now: number): Promise<Sampled | undefined> {
    const { row } = live
    const usage = await this.#options.manager.sample(live).catch(error => {
      this.#options.log.debug({ instance: row.id, err: error }, 'what an instance uses could not be seen')
      return undefined
    })
    if (!usage) return undefined
    const { app_id: appId, process } = row
    const memoryLimitBytes = row.limits_json ? limitIn(row.limits_json) : await this.#limitOf(row.release_id)
    const before = this.#latest.get(row.id)
    const cpus = before && Math.max(0, usage.cpuMs - before.cpuMs) / Math.max(1, now - before.at)
    return { appId, process, ...rounded(usage), memoryLimitBytes, cpus, at: now }
  }

  #gather(latest: ReadonlyMap<string, Sampled>, now: number): void {
    const processes = new Map<string, ResourceFigureRow>()
    for (const [id, sampled] of latest) {
      const before = this.#latest.get(id)
      const cpu_ms = before ? Math.max(0, sampled.cpuMs - before.cpuMs) : 0
      const row = {
        app_id: sampled.appId,
        process: sampled.process,
        instance_id: id,
        memory_bytes: sampled.memoryBytes,
        memory_limit_bytes: sampled.memoryLimitBytes,
        cpu_ms,
      }
      this.#add({ ...row, step: MINUTE, at: startOfStep(now, MINUTE) })
      addToProcess(processes, { ...row, step: HOUR, at: startOfStep(now, HOUR), instance_id: '' })
    }
    for (const row of processes.values()) {
      this.#add(row)
      this.#add({ ...row, step: DAY, at: startOfStep(now, DAY) })
    }
  }

  #add(row: ResourceFigureRow): void {
    const key = [row.step, row.at, row.app_id, row.process, row.instance_id].join(' ')
    const known = this.#rows.get(key)
    if (!known) {
      this.#rows.set(key, { ...row })
      return
    }
    known.memory_bytes = Math.max(known.memory_bytes, row.memory_bytes)
    known.memory_limit_bytes = row.memory_limit_bytes
    known.cpu_ms += row.cpu_ms
  }

  async #limitOf(releaseId: string): Promise<number | null> {
    const known = this.#limits.get(releaseId)
    if (known !== undefined) return known
    const release = await this.#options.releases.getById(releaseId)
    const settings = release && (JSON.parse(release.settings_json) as ReleaseSettings)
    const memoryMb = settings?.resources?.memoryMb
    const limit = memoryMb === undefined ? null : memoryMb * MB
    if (this.#limits.size > MAX_REMEMBERED) this.#limits.clear()
    this.#limits.set(releaseId, limit)
    return limit
  }
}

const MAX_REMEMBERED = 2_000

/** With which it was started. */
function limitIn(json: string): number | null {
  const { memoryMb } = JSON.parse(json) as { memoryMb?: number }
  return memoryMb === undefined ? null : memoryMb * MB
}

function rounded({ memoryBytes, cpuMs }: ResourceUsage): { memoryBytes: number; cpuMs: number } {
  return { memoryBytes: Math.round(memoryBytes), cpuMs: Math.round(cpuMs) }
}

/** All instances of a process at one look, together. */
function addToProcess(processes: Map<string, ResourceFigureRow>, row: ResourceFigureRow): void {
  const key = `${row.app_id} ${row.process}`
  const known = processes.get(key)
  if (!known) {
    processes.set(key, row)
    return
  }
  known.memory_bytes += row.memory_bytes
  known.cpu_ms += row.cpu_ms
  const both = known.memory_limit_bytes !== null && row.memory_limit_bytes !== null
  known.memory_limit_bytes = both ? known.memory_limit_bytes! + row.memory_limit_bytes! : null
}
