import { readCgroupFile, readCgroupPids, writeCgroupFile } from './cgroup-files.ts'
import { parseCpuList, withoutSpareCpu } from './cpu-list.ts'

/** The cgroups of the same processes in the controllers `cpuset` and `pids`; in version 2 they are one. */
export interface CpusetCgroup {
  cpuset: string
  pids: string
  /** The CPUs of the cgroup above, as a list of the kernel. Undefined where nobody can tell. */
  all: string | undefined
  /** What stands for all of them in `cpuset.cpus`. */
  free: string | undefined
}

/**
 * Keeps processes off the first of their CPUs, or lets them use all again. Very many use all, whatever is asked. What is
 * so already is not written again, so that it can be asked at each look.
 */
export async function spareCpuOf(cgroup: CpusetCgroup, spares: boolean): Promise<void> {
  const { cpuset, all = '', free = '' } = cgroup
  const rest = withoutSpareCpu(all)
  const now = readCgroupFile(cpuset, 'cpuset.cpus')
  if (rest === undefined || now === undefined) return
  const wanted = spares && !isCrowded(cgroup) ? rest : free
  const isSo = parseCpuList(now).join() === parseCpuList(wanted).join()
  // Of nothing at all the kernel takes no notice.
  if (!isSo) await writeCgroupFile(cpuset, 'cpuset.cpus', wanted.trim() || '\n')
}

/**
 * So many processes may be kept to some of the CPUs. The kernel lets nobody change cgroups, and then nobody fork, while a
 * process waits for its turn in the middle of a fork: a fork bomb of 1500 on one CPU made that take two seconds each time.
 */
const MOST_SPARING_PROCESSES = 200

/** Too many to be kept off a CPU. The kernel has a count at hand, but of threads: only where those are many are processes counted. */
export function isCrowded({ cpuset, pids }: Pick<CpusetCgroup, 'cpuset' | 'pids'>): boolean {
  const threads = Number(readCgroupFile(pids, 'pids.current') ?? Number.POSITIVE_INFINITY)
  return threads > MOST_SPARING_PROCESSES && readCgroupPids(cpuset).length > MOST_SPARING_PROCESSES
}
