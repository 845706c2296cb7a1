import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readCgroupFile, readCgroupKey, readCgroupNumber, writeCgroupFile } from './cgroup-files.ts'
import { parseProcessCgroups } from './cgroup-of-process.ts'
import { type CgroupMounts, parseCgroupMounts } from './host-cgroups.ts'
import { spareCpuOf } from './spare-cpu.ts'

export interface ForeignLimits {
  /** Without the file cache, which the kernel takes back whenever it needs to. */
  memoryBytes(): number
  /** @throws with the code EBUSY where its processes have more memory already (version 1) */
  limit(limits: { memoryBytes?: number; processes?: number; cpus?: number }): Promise<void>
  /** Leaves one CPU to others for as long as its processes are not very many. Costs little where nothing changed. */
  spareCpu(): Promise<void>
}

/** A process of this host in whose cgroups' path this stands; undefined where there is none. */
export function processInCgroup(mark: string): number | undefined {
  const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name))
  const found = pids.find(pid => readText(`/proc/${pid}/cgroup`).includes(mark))
  return found === undefined ? undefined : Number(found)
}

/**
 * The limits of the cgroups that somebody else, such as a Docker engine, put a process of this host into.
 * @param mark what the path of its cgroups must contain
 * @returns undefined where there is no such process, or nobody could limit its memory there
 */
export function limitsOfProcess(pid: number, { mark }: { mark: string }): ForeignLimits | undefined {
  const paths = parseProcessCgroups(readText(`/proc/${pid}/cgroup`))
  const mounts = parseCgroupMounts(readText('/proc/self/mountinfo'))
  const folderOf = (controller: keyof CgroupMounts['v1'] | '') => {
    const mount = controller === '' ? mounts.v2 : mounts.v1[controller]
    const path = paths.get(controller)
    return mount !== undefined && path?.includes(mark) ? join(mount, path) : undefined
  }
  const memory = folderOf('memory')
  if (memory !== undefined)
    return new V1Limits({
      ...{ memory, cpu: folderOf('cpu'), pids: folderOf('pids'), cpuset: folderOf('cpuset') },
    })
  const all = folderOf('')
  const isLimitable = all !== undefined && readCgroupFile(all, 'memory.max') !== undefined
  return isLimitable ? new V2Limits(all) : undefined
}

const CPU_PERIOD_US = 100_000
type Limits = Parameters<ForeignLimits['limit']>[0]

interface V1Folders {
  memory: string
  cpu?: string
  pids?: string
  cpuset?: string
}

class V1Limits implements ForeignLimits {
  readonly #folders: V1Folders

  constructor(folders: V1Folders) {
    this.#folders = folders
  }

  memoryBytes(): number {
    const { memory } = this.#folders
    const used = readCgroupNumber(memory, 'memory.usage_in_bytes')
    return Math.max(0, used - readCgroupKey(memory, 'memory.stat', 'total_inactive_file'))
  }

  async limit({ memoryBytes, processes, cpus }: Limits): Promise<void> {
    const { memory, cpu, pids } = this.#folders
    if (processes !== undefined && pids !== undefined) await writeCgroupFile(pids, 'pids.max', processes)
    if (cpus !== undefined && cpu !== undefined) {
      await writeCgroupFile(cpu, 'cpu.cfs_period_us', CPU_PERIOD_US)
      await writeCgroupFile(cpu, 'cpu.cfs_quota_us', quotaUs(cpus))
    }
    if (memoryBytes === undefined) return
    await writeCgroupFile(memory, 'memory.limit_in_bytes', memoryBytes)
    // No way around it through swap. Not every kernel counts that.
    await writeCgroupFile(memory, 'memory.memsw.limit_in_bytes', memoryBytes)
  }

  async spareCpu(): Promise<void> {
    const { cpuset, pids } = this.#folders
    if (cpuset === undefined || pids === undefined) return
    const all = readCgroupFile(dirname(cpuset), 'cpuset.cpus')
    await spareCpuOf({ cpuset, pids, all, free: all }, true)
  }
}

class V2Limits implements ForeignLimits {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  memoryBytes(): number {
    const used = readCgroupNumber(this.#folder, 'memory.current')
    return Math.max(0, used - readCgroupKey(this.#folder, 'memory.stat', 'inactive_file'))
  }

  async limit({ memoryBytes, processes, cpus }: Limits): Promise<void> {
    const folder = this.#folder
    if (processes !== undefined) await writeCgroupFile(folder, 'pids.max', processes)
    if (cpus !== undefined) await writeCgroupFile(folder, 'cpu.max', `${quotaUs(cpus)} ${CPU_PERIOD_US}`)
    if (memoryBytes === undefined) return
    await writeCgroupFile(folder, 'memory.swap.max', 0)
    await writeCgroupFile(folder, 'memory.max', memoryBytes)
  }

  async spareCpu(): Promise<void> {
    const folder = this.#folder
    const all = readCgroupFile(dirname(folder), 'cpuset.cpus.effective')
    await spareCpuOf({ cpuset: folder, pids: folder, all, free: '' }, true)
  }
}

function quotaUs(cpus: number): number {
  return Math.max(1_000, Math.round(cpus * CPU_PERIOD_US))
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
