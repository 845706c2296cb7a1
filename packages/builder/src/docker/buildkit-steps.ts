import { createHash } from 'node:crypto'
import { access, readdir, readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { type DockerEngine, engineRootHere } from '@seaworthy/docker'
import {
  cgroupOfProcess,
  examineFiles,
  type ForeignCgroup,
  type ForeignLimits,
  limitsOfProcess,
  processInCgroup,
} from '@seaworthy/sandbox'
import { BuildStrain, MAX_PROCESSES } from '../build-strain.ts'
import type { BuildPace, BuildUsage } from '../builder.ts'

export interface BuildKitStepsOptions {
  engine: DockerEngine
  /** Stands in the hosts file of each step of this build: see `buildMark`. */
  mark: string
  limits: { memoryMb?: number; cpus?: number }
  observe?: (usage: BuildUsage) => BuildPace
  /** A sentence for the log of the build: what it runs into. */
  remark(text: string): void
}

interface Step {
  limits: ForeignLimits
  cgroup: ForeignCgroup | undefined
}

const LOOK_MS = 100
/** Usage and strain are told about as often as those of other builds. */
const OBSERVE_LOOKS = 10
const STRAIN_LOOKS = 30
const FOUND_WITHIN_MS = 10_000
const MB = 1_048_576

/**
 * A name that only the steps of builds of this app know as a host, so that they can be told from all others of the
 * engine. It is the same in each build, since BuildKit's cache counts it in. No Dockerfile can change it.
 */
export function buildMark({ home }: Pick<DockerEngine, 'home'>, appId: string): string {
  return `seaworthy-build-${createHash('sha256').update(`${home} ${appId}`).digest('hex').slice(0, 20)}`
}

/**
 * The steps of one build through BuildKit, limited from outside: the engine's build call knows no limits for them, and
 * takes no cgroup to put them into (`cgroupparent` is read by the classic builder only). BuildKit runs each step in a
 * cgroup of its own and keeps what it was told in `<engine's root>/buildkit/executor/<name of the cgroup>`.
 */
export class BuildKitSteps {
  readonly #options: BuildKitStepsOptions
  readonly #strain: BuildStrain
  /** By name. `foreign` are not of this build. */
  readonly #steps = new Map<string, Step>()
  readonly #foreign = new Set<string>()
  #folder: string | undefined
  #looking: Promise<void> | undefined
  #isClosed = false
  #found = 0
  #looks = 0
  #cpuShare = 1
  #wasKilled = false
  #startedMs = 0

  constructor(options: BuildKitStepsOptions) {
    this.#options = options
    this.#strain = new BuildStrain(options)
  }

  /** Whether a step was ended because the build had more memory than it may. */
  get oomKilled(): boolean {
    return this.#wasKilled
  }

  /** Resolves with whether the steps can be limited: on an engine of this server, by a platform that is root here. */
  async start(): Promise<boolean> {
    const root = process.getuid?.() === 0 ? await engineRootHere(this.#options.engine) : undefined
    const folder = root && join(root, 'buildkit', 'executor')
    const isThere = folder !== undefined && (await canRead(folder))
    if (!isThere) return false
    this.#folder = folder
    this.#startedMs = performance.now()
    this.#looking = this.#keepLooking(folder)
    return true
  }

  /** Ends the watch, and says so where it found nothing in a time in which it should have. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#looking
    const isTelling = this.#folder !== undefined && performance.now() - this.#startedMs > FOUND_WITHIN_MS
    if (isTelling && this.#found === 0)
      this.#options.remark(
        'note: no step of this build was found where BuildKit keeps them, so none was limited',
      )
  }

  async #keepLooking(folder: string): Promise<void> {
    while (!this.#isClosed) {
      await this.#look(folder).catch(() => undefined) // a step ended while it was looked at
      await new Promise(resolve => setTimeout(resolve, LOOK_MS))
    }
  }

  async #look(folder: string): Promise<void> {
    const names = (await readdir(folder, { withFileTypes: true }))
      .filter(entry => entry.isDirectory())
      .map(({ name }) => name)
    for (const name of this.#steps.keys()) if (!names.includes(name)) this.#steps.delete(name)
    for (const name of names) if (!this.#foreign.has(name) && !this.#steps.has(name)) await this.#meet(name)
    this.#keepBelow()
    this.#looks += 1
    if (this.#looks % OBSERVE_LOOKS === 0) await this.#keepPace()
    if (this.#looks % STRAIN_LOOKS === 0) await this.#tellStrain()
  }

  async #meet(name: string): Promise<void> {
    const hosts = await hostsOf(join(this.#folder!, name))
    if (hosts === undefined) return // not begun yet
    if (!hosts.includes(this.#options.mark)) return void this.#foreign.add(name)
    const pid = processInCgroup(name)
    const limits = pid === undefined ? undefined : limitsOfProcess(pid, { mark: name })
    if (!limits) return
    const step = { limits, cgroup: cgroupOfProcess(pid!, { mark: name }) }
    await this.#limit(step)
    this.#steps.set(name, step)
    this.#found += 1
  }

  /** One that has more memory already than all may have is ended. */
  async #limit(step: Step): Promise<void> {
    const { memoryMb } = this.#options.limits
    const memoryBytes = memoryMb && Math.round(memoryMb * MB)
    await step.limits
      .limit({ memoryBytes, processes: MAX_PROCESSES, cpus: this.#cpus() })
      .catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EBUSY') throw error
        this.#kill(step)
      })
  }

  #cpus(): number {
    return (this.#options.limits.cpus ?? availableParallelism()) * this.#cpuShare
  }

  /** The kernel holds each step below the limit; of several at once, the largest goes when they pass it together. */
  #keepBelow(): void {
    const { memoryMb } = this.#options.limits
    if (memoryMb === undefined || this.#steps.size < 2) return
    const sizes = [...this.#steps.values()].map(step => ({ step, bytes: step.limits.memoryBytes() }))
    if (sizes.reduce((sum, { bytes }) => sum + bytes, 0) <= memoryMb * MB) return
    this.#kill(sizes.reduce((one, other) => (other.bytes > one.bytes ? other : one)).step)
  }

  #kill({ cgroup }: Step): void {
    this.#wasKilled = true
    for (const pid of cgroup?.pids() ?? []) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // it has ended meanwhile
      }
    }
  }

  async #keepPace(): Promise<void> {
    const steps = [...this.#steps.values()]
    if (steps.length === 0) return
    for (const { limits } of steps) await limits.spareCpu()
    const memoryBytes = steps.reduce((sum, { limits }) => sum + limits.memoryBytes(), 0)
    const { cpuShare = 1 } = this.#options.observe?.({ memoryBytes }) ?? {}
    if (cpuShare === this.#cpuShare) return
    this.#cpuShare = cpuShare
    for (const { limits } of steps) await limits.limit({ cpus: this.#cpus() })
  }

  async #tellStrain(): Promise<void> {
    for (const { cgroup } of this.#steps.values()) {
      if (!cgroup) continue
      const { openFiles } = await examineFiles(cgroup.pids())
      this.#strain.take({ openFiles, ...cgroup.strain() })
    }
  }
}

function canRead(folder: string): Promise<boolean> {
  return access(folder).then(
    () => true,
    () => false,
  )
}

/** Of the step that an OCI bundle is of; undefined while the bundle is made. */
async function hostsOf(bundle: string): Promise<string | undefined> {
  try {
    const { mounts } = JSON.parse(await readFile(join(bundle, 'config.json'), 'utf8')) as OciConfig
    const hosts = mounts.find(({ destination }) => destination === '/etc/hosts')
    return hosts ? await readFile(hosts.source, 'utf8') : ''
  } catch {
    return undefined
  }
}

/** https://github.com/opencontainers/runtime-spec/blob/main/config.md#mounts */
interface OciConfig {
  mounts: { destination: string; source: string }[]
}
