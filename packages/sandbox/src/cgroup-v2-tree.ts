import { join } from 'node:path'
import {
  cgroupValue,
  listCgroups,
  makeCgroup,
  readCgroupFile,
  readCgroupKey,
  readCgroupNumber,
  readCgroupPids,
  removeCgroup,
  removeEmptyCgroup,
  writeCgroupFile,
} from './cgroup-files.ts'
import { handleOf } from './cgroup-v1-tree.ts'
import type { CommandTree, TreeUsage } from './command-tree.ts'
import type { CommandHandle, CommandLimits, CpuTime } from './sandbox.ts'
import { signalProcess } from './signal-process.ts'
import { spareCpuOf } from './spare-cpu.ts'

const CPU_PERIOD_US = 100_000
/** Of 100, which is what everybody has. io.weight is of the kernel's io.cost, io.bfq.weight of the scheduler BFQ. */
const BACKGROUND_WEIGHT = 25
const BACKGROUND_FILES = ['cpu.weight', 'io.weight', 'io.bfq.weight']

export interface CgroupV2Options {
  /** An existing cgroup. */
  parent: string
  /** Those that are enabled for its children. Limits of others are passed over. */
  controllers: ReadonlySet<string>
  /** Whether a disk of this host shares its time by the weights of cgroups. */
  ioWeights: boolean
  defaultProcesses: number
}

/** One cgroup v2 for each command: `<parent>/<command id>`. */
export class CgroupV2Tree implements CommandTree {
  readonly kind = 'v2'
  readonly enforces: CommandTree['enforces']
  readonly #parent: string
  readonly #defaultProcesses: number

  constructor({ parent, controllers, ioWeights, defaultProcesses }: CgroupV2Options) {
    this.#parent = parent
    this.#defaultProcesses = defaultProcesses
    this.enforces = {
      memoryLimit: controllers.has('memory'),
      cpuLimit: controllers.has('cpu'),
      processLimit: controllers.has('pids'),
      ioWeights,
      spareCpu: controllers.has('cpuset'),
    }
  }

  async prepare(id: string, { memoryMb, cpus, processes, isBackground }: CommandLimits): Promise<void> {
    const cgroup = this.#cgroup(id)
    await makeCgroup(cgroup)
    await writeCgroupFile(cgroup, 'pids.max', processes ?? this.#defaultProcesses)
    await writeCgroupFile(cgroup, 'memory.oom.group', 1) // half an app is worse than none: all of it ends
    if (memoryMb) await writeCgroupFile(cgroup, 'memory.max', Math.round(memoryMb * 1024 * 1024))
    if (memoryMb) await writeCgroupFile(cgroup, 'memory.swap.max', 0)
    if (cpus) await this.setCpus(id, cpus)
    if (isBackground)
      for (const file of BACKGROUND_FILES) await writeCgroupFile(cgroup, file, BACKGROUND_WEIGHT)
  }

  joinFiles(id: string): string[] {
    return [join(this.#cgroup(id), 'cgroup.procs')]
  }

  environment(): Record<string, string> {
    return {}
  }

  async pids({ id }: CommandHandle): Promise<number[]> {
    return readCgroupPids(this.#cgroup(id))
  }

  async signal(handle: CommandHandle, signal: NodeJS.Signals): Promise<void> {
    for (const pid of await this.pids(handle)) signalProcess(pid, signal)
  }

  async kill(handle: CommandHandle): Promise<void> {
    const cgroup = this.#cgroup(handle.id)
    if (readCgroupFile(cgroup, 'cgroup.events') === undefined) return
    await writeCgroupFile(cgroup, 'cgroup.kill', 1) // all at once; Linux 5.14 and later
    await writeCgroupFile(cgroup, 'pids.max', 0)
    await this.signal(handle, 'SIGKILL')
  }

  async usage(handle: CommandHandle): Promise<TreeUsage> {
    const cgroup = this.#cgroup(handle.id)
    const used = readCgroupNumber(cgroup, 'memory.current')
    const cache = readCgroupKey(cgroup, 'memory.stat', 'inactive_file')
    return {
      memoryBytes: Math.max(0, used - cache),
      cpuMs: Math.round(readCgroupKey(cgroup, 'cpu.stat', 'usage_usec') / 1000),
      processes: (await this.pids(handle)).length,
    }
  }

  async setCpus(id: string, cpus: number): Promise<void> {
    await writeCgroupFile(this.#cgroup(id), 'cpu.max', `${Math.round(cpus * CPU_PERIOD_US)} ${CPU_PERIOD_US}`)
  }

  async spareCpu(id: string, spares: boolean): Promise<void> {
    const all = readCgroupFile(this.#parent, 'cpuset.cpus.effective')
    const cgroup = this.#cgroup(id)
    // An empty list means: those of the parent.
    await spareCpuOf({ cpuset: cgroup, pids: cgroup, all, free: '' }, spares)
  }

  cpuTime(id: string): CpuTime {
    const stat = readCgroupFile(this.#cgroup(id), 'cpu.stat') ?? ''
    return {
      usedMs: cgroupValue(stat, 'usage_usec') / 1e3,
      periods: cgroupValue(stat, 'nr_periods'),
      throttledPeriods: cgroupValue(stat, 'nr_throttled'),
    }
  }

  strain(id: string): ReturnType<CommandTree['strain']> {
    const cgroup = this.#cgroup(id)
    return {
      refusedProcesses: readCgroupKey(cgroup, 'pids.events', 'max'),
      memoryKills: readCgroupKey(cgroup, 'memory.events', 'oom_kill'),
      throttledMs: Math.round(readCgroupKey(cgroup, 'cpu.stat', 'throttled_usec') / 1000),
    }
  }

  async oomKilled(id: string): Promise<boolean> {
    return readCgroupKey(this.#cgroup(id), 'memory.events', 'oom_kill') > 0
  }

  async remove(id: string): Promise<void> {
    await removeCgroup(this.#cgroup(id))
  }

  async list(): Promise<CommandHandle[]> {
    const ids = await listCgroups(this.#parent)
    return Promise.all(ids.map(async id => handleOf(id, readCgroupPids(this.#cgroup(id))[0])))
  }

  remembers(id: string): boolean {
    return readCgroupFile(this.#cgroup(id), 'cgroup.procs') !== undefined
  }

  close(): void {
    removeEmptyCgroup(this.#parent)
  }

  #cgroup(id: string): string {
    return join(this.#parent, id)
  }
}
