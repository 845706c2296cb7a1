import { readdir, readFile } from 'node:fs/promises'

/**
 * How many children of these processes have ended and were never asked about by their parent (wait(2)): zombies, which
 * still count as processes. They are found by their parent, since no cgroup lists them any more (cgroups(7)). Looks at
 * every process of the host. Linux only; 0 elsewhere.
 */
export async function countUncollected(parentPids: readonly number[]): Promise<number> {
  const parents = new Set(parentPids)
  const names = await readdir('/proc').catch(() => [])
  let count = 0
  for (const name of names) {
    if (!/^\d+$/.test(name)) continue
    const parent = parentOfEnded(await readFile(`/proc/${name}/stat`, 'latin1').catch(() => ''))
    if (parent !== undefined && parents.has(parent)) count += 1
  }
  return count
}

/** proc_pid_stat(5). The name in field 2 may hold spaces and parentheses, so look behind its last `)`. */
function parentOfEnded(stat: string): number | undefined {
  const [state, parentPid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ', 2)
  return state === 'Z' ? Number(parentPid) : undefined
}
