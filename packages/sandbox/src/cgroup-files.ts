import { readFileSync, rmdirSync } from 'node:fs'
import { mkdir, readdir, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** One file of a cgroup, or undefined where the cgroup or the controller is not there. */
export function readCgroupFile(cgroup: string, file: string): string | undefined {
  try {
    return readFileSync(join(cgroup, file), 'utf8')
  } catch {
    return undefined
  }
}

export function readCgroupNumber(cgroup: string, file: string): number {
  return Number(readCgroupFile(cgroup, file) ?? 0)
}

/** The value behind a key of a flat keyed file such as memory.stat; 0 where it is missing. */
export function readCgroupKey(cgroup: string, file: string, key: string): number {
  return cgroupValue(readCgroupFile(cgroup, file) ?? '', key)
}

/** The same of the text of such a file, for those who want several values. */
export function cgroupValue(text: string, key: string): number {
  const line = text.split('\n').find(one => one.startsWith(`${key} `))
  return Number(line?.slice(key.length + 1) ?? 0)
}

export function readCgroupPids(cgroup: string): number[] {
  const text = readCgroupFile(cgroup, 'cgroup.procs') ?? ''
  // v1 may list a pid twice (cgroups(7)), and 0 stands for a process outside of our pid namespace
  return [...new Set(text.split('\n').map(Number))].filter(pid => pid > 0)
}

/** Writes a setting of a cgroup; a file that this kernel does not have is passed over. */
export async function writeCgroupFile(cgroup: string, file: string, value: string | number): Promise<void> {
  await writeFile(join(cgroup, file), String(value), { flag: 'r+' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
}

export async function makeCgroup(cgroup: string): Promise<void> {
  await mkdir(cgroup, { recursive: true })
}

const REMOVE_DEADLINE_MS = 10_000

/**
 * Removes a cgroup whose processes are gone. The kernel may need some milliseconds more to let go of it (EBUSY), and on a
 * machine under load more than half a second.
 */
export async function removeCgroup(cgroup: string): Promise<void> {
  const deadline = performance.now() + REMOVE_DEADLINE_MS
  for (;;) {
    const code = await rmdir(cgroup).then(
      () => undefined,
      (error: NodeJS.ErrnoException) => error.code,
    )
    if (code === undefined || code === 'ENOENT') return
    if (code !== 'EBUSY' || performance.now() > deadline)
      throw new Error(`cannot remove cgroup ${cgroup}: ${code}`)
    await sleep(10)
  }
}

/** Removes a cgroup unless something is in it. */
export function removeEmptyCgroup(cgroup: string): void {
  try {
    rmdirSync(cgroup)
  } catch {
    // in use, or never made
  }
}

/** The names of the cgroups right below one. */
export async function listCgroups(parent: string): Promise<string[]> {
  const entries = await readdir(parent, { withFileTypes: true }).catch(() => [])
  return entries.filter(entry => entry.isDirectory()).map(entry => entry.name)
}
