import { statfs } from 'node:fs/promises'
import type { DockerEngine, Dockerode } from '@seaworthy/docker'
import { cgroupOfProcess, countUncollected, examineFiles, type ForeignCgroup } from '@seaworthy/sandbox'
import type { InstanceFindings } from '../runtime.ts'

type Container = Dockerode.ContainerInspectInfo

export const NOTHING_FOUND: InstanceFindings = {
  diskBytes: 0,
  openFiles: 0,
  refusedProcesses: 0,
  memoryKills: 0,
  throttledMs: 0,
  uncollected: 0,
}

/**
 * What a running container runs into. Of an engine on this host the kernel tells it all; of one elsewhere (another
 * machine, or one that the platform only has the socket of) the engine tells of processes, memory and CPU time, and
 * nobody tells of open files and temporary files.
 */
export async function findingsOf(engine: DockerEngine, found: Container): Promise<InstanceFindings> {
  const cgroup = cgroupOfProcess(found.State.Pid, { mark: found.Id })
  return cgroup ? findingsOfHost(cgroup, found) : findingsOfEngine(engine, found)
}

async function findingsOfHost(cgroup: ForeignCgroup, found: Container): Promise<InstanceFindings> {
  const pids = cgroup.pids()
  const { openFiles } = await examineFiles(pids)
  const strain = cgroup.strain()
  const uncollected = strain.refusedProcesses > 0 ? await countUncollected(pids) : 0
  return { ...(await fullestOf(found)), openFiles, ...strain, uncollected }
}

/** Of its temporary folders, each of which has a size of its own, the one that has the least left. */
async function fullestOf({
  State,
  HostConfig,
}: Container): Promise<Pick<InstanceFindings, 'diskBytes' | 'maxDiskBytes'>> {
  const folders = Object.keys((HostConfig.Tmpfs as Record<string, string> | null) ?? {})
  const sizes = await Promise.all(folders.map(path => sizeOf(`/proc/${State.Pid}/root${path}`)))
  return sizes
    .flatMap(size => size ?? [])
    .reduce((one, other) => (leftOf(other) < leftOf(one) ? other : one), { diskBytes: 0 })
}

/** Undefined where this user may not look, or the container is ending. */
async function sizeOf(folder: string): Promise<{ diskBytes: number; maxDiskBytes: number } | undefined> {
  const found = await statfs(folder).catch(() => undefined)
  if (!found) return undefined
  const { blocks, bfree, bsize } = found
  return { diskBytes: (blocks - bfree) * bsize, maxDiskBytes: blocks * bsize }
}

function leftOf({ diskBytes, maxDiskBytes }: Pick<InstanceFindings, 'diskBytes' | 'maxDiskBytes'>): number {
  return maxDiskBytes === undefined ? Number.POSITIVE_INFINITY : maxDiskBytes - diskBytes
}

async function findingsOfEngine(engine: DockerEngine, { Id, State }: Container): Promise<InstanceFindings> {
  const stats = await engine.call('measure an instance', () =>
    engine.client.getContainer(Id).stats({ stream: false, 'one-shot': true }),
  )
  const { current = 0, limit } = stats.pids_stats as { current?: number; limit?: number }
  const throttledNs = stats.cpu_stats.throttling_data?.throttled_time ?? 0
  return {
    ...NOTHING_FOUND,
    // It has all that it may have; whether it wanted more, the engine does not say.
    refusedProcesses: limit !== undefined && limit > 0 && current >= limit ? 1 : 0,
    memoryKills: State.OOMKilled ? 1 : 0,
    throttledMs: Math.round(throttledNs / 1e6),
  }
}
