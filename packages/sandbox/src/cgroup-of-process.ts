import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  cgroupValue,
  readCgroupFile,
  readCgroupKey,
  readCgroupNumber,
  readCgroupPids,
} from './cgroup-files.ts'
import { type CgroupMounts, parseCgroupMounts } from './host-cgroups.ts'
import type { CommandFindings, CpuTime } from './sandbox.ts'
import { isCrowded } from './spare-cpu.ts'

/** What the kernel counts of processes that somebody else, such as a Docker engine, put into cgroups of this host. */
export interface ForeignCgroup {
  pids(): number[]
  /** Whether they are too many to be kept off a CPU: found out at little cost. */
  isCrowded(): boolean
  cpuTime(): CpuTime
  strain(): Pick<CommandFindings, 'refusedProcesses' | 'memoryKills' | 'throttledMs'>
}

/**
 * The cgroups of a process of this host, in whichever version.
 * @param mark what the path of its cgroup must contain, so that the pid of another host or of a successor is told apart
 * @returns undefined where there is no such process here, or not in such a cgroup
 */
export function cgroupOfProcess(pid: number, { mark }: { mark: string }): ForeignCgroup | undefined {
  const paths = parseProcessCgroups(readText(`/proc/${pid}/cgroup`))
  if (![...paths.values()].some(path => path.includes(mark))) return undefined
  return foreignCgroup(paths, parseCgroupMounts(readText('/proc/self/mountinfo')), mark)
}

/** By controller, and by '' of version 2: lines such as `4:memory:/docker/1f…` and `0::/system.slice/…` (cgroups(7)). */
export function parseProcessCgroups(text: string): Map<string, string> {
  const paths = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(.+)$/.exec(line) ?? []
    if (path !== undefined) for (const name of controllers!.split(',')) paths.set(name, path)
  }
  return paths
}

/** On a host of version 1, version 2 may be mounted as well, but has no controllers: then the process has no own part of it. */
function foreignCgroup(paths: Map<string, string>, mounts: CgroupMounts, mark: string): ForeignCgroup {
  const folderOf = (controller: '' | 'memory' | 'cpu' | 'cpuacct' | 'pids') => {
    const mount = controller === '' ? mounts.v2 : mounts.v1[controller]
    const path = paths.get(controller)
    // What is not there is read as nothing.
    return mount !== undefined && path?.includes(mark) ? join(mount, path) : '/nonexistent'
  }
  const either = (controller: 'memory' | 'cpu' | 'pids', one: [string, string], two: [string, string]) =>
    readCgroupKey(folderOf(controller), ...one) || readCgroupKey(folderOf(''), ...two)
  return {
    pids: () => [...new Set([...readCgroupPids(folderOf('pids')), ...readCgroupPids(folderOf(''))])],
    isCrowded: () => [folderOf('pids'), folderOf('')].some(one => isCrowded({ cpuset: one, pids: one })),
    cpuTime: () => {
      const stat =
        readCgroupFile(folderOf('cpu'), 'cpu.stat') ?? readCgroupFile(folderOf(''), 'cpu.stat') ?? ''
      const usedNs = readCgroupNumber(folderOf('cpuacct'), 'cpuacct.usage')
      return {
        usedMs: usedNs > 0 ? usedNs / 1e6 : cgroupValue(stat, 'usage_usec') / 1e3,
        periods: cgroupValue(stat, 'nr_periods'),
        throttledPeriods: cgroupValue(stat, 'nr_throttled'),
      }
    },
    strain: () => ({
      refusedProcesses: either('pids', ['pids.events', 'max'], ['pids.events', 'max']),
      memoryKills: either('memory', ['memory.oom_control', 'oom_kill'], ['memory.events', 'oom_kill']),
      throttledMs: Math.round(
        readCgroupKey(folderOf('cpu'), 'cpu.stat', 'throttled_time') / 1e6 ||
          readCgroupKey(folderOf(''), 'cpu.stat', 'throttled_usec') / 1e3,
      ),
    }),
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
