import { readFile } from 'node:fs/promises'

/**
 * For how long the first threads of these processes were ready to run and had no CPU, since their start, in milliseconds
 * all together. Field 2 of /proc/<pid>/schedstat, in nanoseconds (Documentation/scheduler/sched-stats.rst); 0 where the
 * kernel does not count it.
 */
export async function cpuWaitOf(pids: readonly number[]): Promise<number> {
  let waitedMs = 0
  for (const pid of pids) {
    const text = await readFile(`/proc/${pid}/schedstat`, 'utf8').catch(() => '')
    const waitedNs = Number(text.split(' ')[1] ?? 0)
    if (Number.isFinite(waitedNs)) waitedMs += waitedNs / 1e6
  }
  return Math.round(waitedMs)
}
