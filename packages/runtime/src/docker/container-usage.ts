import type { DockerEngine } from '@seaworthy/docker'
import type { ResourceUsage } from '../runtime.ts'

/** Memory without the page cache that the kernel may take back, and CPU time, of all processes in a container. */
export async function usageOf(engine: DockerEngine, container: string): Promise<ResourceUsage> {
  const stats = await engine.call('measure an instance', () =>
    engine.client.getContainer(container).stats({ stream: false, 'one-shot': true }),
  )
  const { usage = 0, stats: parts } = stats.memory_stats as { usage?: number; stats?: Record<string, number> }
  // cgroup v1 says total_inactive_file, v2 inactive_file.
  const cache = parts?.total_inactive_file ?? parts?.inactive_file ?? 0
  return {
    memoryBytes: Math.max(0, usage - cache),
    cpuMs: Math.floor((stats.cpu_stats.cpu_usage?.total_usage ?? 0) / 1e6),
    processes: stats.pids_stats?.current,
  }
}

/** The host's ids of the processes in a container. */
export async function processIdsOf(engine: DockerEngine, container: string): Promise<number[]> {
  const { Titles, Processes } = await engine.call('list the processes of an instance', () =>
    engine.client.getContainer(container).top({ ps_args: '-eo pid' }),
  )
  const column = (Titles as string[]).indexOf('PID')
  return (Processes as string[][]).map(row => Number(row[column])).filter(Number.isSafeInteger)
}
