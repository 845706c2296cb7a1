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
import type { CommandTree, TreeUsage } from './command-tree.ts'
import { readProcess } from './process-table.ts'
import type { CommandHandle, CommandLimits, CpuTime } from './sandbox.ts'
import { signalProcess } from './signal-process.ts'
import { spareCpuOf } from './spare-cpu.ts'

/** Where each controller that we use is mounted. Several may share one folder. */
export type V1Controllers = Partial<Record<'memory' | 'cpu' | 'cpuacct' | 'pids' | 'cpuset', string>>

const CPU_PERIOD_US = 100_000

/** One cgroup for each command in every cgroup v1 hierarchy that we use: `<controller>/<name>/<command id>`. */
export class CgroupV1Tree implements CommandTree {
  readonly kind = 'v1'
  readonly #controllers: V1Controllers
  readonly #name: string
  readonly #defaultProcesses: number

  constructor(options: { controllers: V1Controllers; name: string; defaultProcesses: number }) {
    this.#controllers = options.controllers
    this.#name = options.name
    this.#defaultProcesses = options.defaultProcesses
  }

  get enforces(): CommandTree['enforces'] {
    const { memory, cpu, pids, cpuset } = this.#controllers
    return {
      memoryLimit: memory !== undefined,
      cpuLimit: cpu !== undefined,
      processLimit: pids !== undefined,
      spareCpu: cpuset !== undefined,
      ioWeights: false, // written back data is nobody's in v1, so weights would hold nothing
    }
  }

  async prepare(id: string, { memoryMb, cpus, processes, isBackground }: CommandLimits): Promise<void> {
    for (const cgroup of this.#cgroups(id)) await makeCgroup(cgroup)
    if (this.#controllers.cpuset) await fillCpuset(this.#controllers.cpuset, [this.#name, id])
    await writeCgroupFile(this.#cgroup('pids', id), 'pids.max', processes ?? this.#defaultProcesses)
    if (memoryMb) await this.#limitMemory(id, Math.round(memoryMb * 1024 * 1024))
    if (cpus) await this.#limitCpus(id, cpus)
    if (isBackground) await writeCgroupFile(this.#cgroup('cpu', id), 'cpu.shares', 256) // of 1024
  }

  joinFiles(id: string): string[] {
    return this.#cgroups(id).map(cgroup => join(cgroup, 'cgroup.procs'))
  }

  environment(): Record<string, string> {
    return {}
  }

  async pids({ id }: CommandHandle): Promise<number[]> {
    return [...new Set(this.#cgroups(id).flatMap(readCgroupPids))]
  }

  async signal(handle: CommandHandle, signal: NodeJS.Signals): Promise<void> {
    for (const pid of await this.pids(handle)) signalProcess(pid, signal)
  }

  async kill(handle: CommandHandle): Promise<void> {
    // v1 cannot kill a cgroup at once: forbid new processes first, so that no fork outruns us.
    await writeCgroupFile(this.#cgroup('pids', handle.id), 'pids.max', 0)
    await this.signal(handle, 'SIGKILL')
  }

  async usage(handle: CommandHandle): Promise<TreeUsage> {
    const memory = this.#cgroup('memory', handle.id)
    const used = readCgroupNumber(memory, 'memory.usage_in_bytes')
    const cache = readCgroupKey(memory, 'memory.stat', 'total_inactive_file')
    return {
      memoryBytes: Math.max(0, used - cache),
      cpuMs: Math.round(readCgroupNumber(this.#cgroup('cpuacct', handle.id), 'cpuacct.usage') / 1e6),
      processes: (await this.pids(handle)).length,
    }
  }

  setCpus(id: string, cpus: number): Promise<void> {
    return this.#limitCpus(id, cpus)
  }

  async spareCpu(id: string, spares: boolean): Promise<void> {
    const all = readCgroupFile(this.#controllers.cpuset ?? '/nonexistent', 'cpuset.cpus')?.trim()
    const cgroups = { cpuset: this.#cgroup('cpuset', id), pids: this.#cgroup('pids', id) }
    await spareCpuOf({ ...cgroups, all, free: all }, spares)
  }

  cpuTime(id: string): CpuTime {
    const stat = readCgroupFile(this.#cgroup('cpu', id), 'cpu.stat') ?? ''
    return {
      usedMs: readCgroupNumber(this.#cgroup('cpuacct', id), 'cpuacct.usage') / 1e6,
      periods: cgroupValue(stat, 'nr_periods'),
      throttledPeriods: cgroupValue(stat, 'nr_throttled'),
    }
  }

  strain(id: string): ReturnType<CommandTree['strain']> {
    return {
      refusedProcesses: readCgroupKey(this.#cgroup('pids', id), 'pids.events', 'max'),
      memoryKills: readCgroupKey(this.#cgroup('memory', id), 'memory.oom_control', 'oom_kill'),
      throttledMs: Math.round(readCgroupKey(this.#cgroup('cpu', id), 'cpu.stat', 'throttled_time') / 1e6),
    }
  }

  async oomKilled(id: string): Promise<boolean> {
    return readCgroupKey(this.#cgroup('memory', id), 'memory.oom_control', 'oom_kill') > 0
  }

  async remove(id: string): Promise<void> {
    for (const cgroup of this.#cgroups(id)) await removeCgroup(cgroup)
  }

  async list(): Promise<CommandHandle[]> {
    const found = await Promise.all(this.#folders().map(folder => listCgroups(join(folder, this.#name))))
    const ids = [...new Set(found.flat())]
    return Promise.all(ids.map(async id => handleOf(id, this.#cgroups(id).flatMap(readCgroupPids)[0])))
  }

  remembers(id: string): boolean {
    return this.#cgroups(id).some(cgroup => readCgroupFile(cgroup, 'cgroup.procs') !== undefined)
  }

  close(): void {
    for (const folder of this.#folders()) removeEmptyCgroup(join(folder, this.#name))
  }

  async #limitMemory(id: string, bytes: number): Promise<void> {
    const cgroup = this.#cgroup('memory', id)
    await writeCgroupFile(cgroup, 'memory.limit_in_bytes', bytes)
    await writeCgroupFile(cgroup, 'memory.memsw.limit_in_bytes', bytes) // no way around the limit through swap
  }

  async #limitCpus(id: string, cpus: number): Promise<void> {
    const cgroup = this.#cgroup('cpu', id)
    await writeCgroupFile(cgroup, 'cpu.cfs_period_us', CPU_PERIOD_US)
    await writeCgroupFile(cgroup, 'cpu.cfs_quota_us', Math.round(cpus * CPU_PERIOD_US))
  }

  #cgroup(controller: keyof V1Controllers, id: string): string {
    // A controller that the host lacks gets a folder that does not exist: reads give nothing, writes pass.
    return join(this.#controllers[controller] ?? '/nonexistent', this.#name, id)
  }

  #cgroups(id: string): string[] {
    return this.#folders().map(folder => join(folder, this.#name, id))
  }

  #folders(): string[] {
    return [...new Set(Object.values(this.#controllers))]
  }
}

/** A handle for a command that only its cgroup tells of. Pid 0 where nothing of it runs. */
export async function handleOf(id: string, pid = 0): Promise<CommandHandle> {
  const facts = pid === 0 ? undefined : await readProcess(pid)
  return { id, pid, pidStartTicks: facts?.startTicks ?? 0 }
}

/**
 * A new cpuset has no CPUs and no memory, and takes no process until it has (cpuset(7)): each folder on the way gets those
 * of the one above it.
 */
export async function fillCpuset(root: string, names: readonly string[]): Promise<void> {
  let above = root
  for (const name of names) {
    const cpuset = join(above, name)
    for (const file of ['cpuset.cpus', 'cpuset.mems'])
      if (readCgroupFile(cpuset, file)?.trim() === '')
        await writeCgroupFile(cpuset, file, readCgroupFile(above, file)!.trim())
    above = cpuset
  }
}
