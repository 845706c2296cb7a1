import { readdirSync, readlinkSync } from 'node:fs'
import { stat } from 'node:fs/promises'

/** A process may hold a million files; those that fill a disk are found among the first. */
const MAX_LOOKED_AT = 2_000
const BLOCK_BYTES = 512
/** What the kernel says of a file without a name (proc_pid_fd(5)). */
const DELETED = ' (deleted)'

export interface OpenFiles {
  /** Kept from the disk by files that have no name any more: no folder shows them while they are open. */
  deletedBytes: number
  /** Of the process that has the most. */
  openFiles: number
}

/**
 * What processes have open. Linux only; nothing elsewhere. The looks at /proc wait for no disk, so no thread makes them,
 * which would cost ten times as much; those at files without a name may wait (NFS), and are few.
 */
export async function examineFiles(pids: readonly number[]): Promise<OpenFiles> {
  const deleted: string[] = []
  let openFiles = 0
  let looks = 0
  for (const pid of pids) {
    const descriptors = descriptorsOf(pid)
    openFiles = Math.max(openFiles, descriptors.length)
    for (const descriptor of descriptors.slice(0, Math.max(0, MAX_LOOKED_AT - looks))) {
      looks += 1
      if (isDeleted(`/proc/${pid}/fd/${descriptor}`)) deleted.push(`/proc/${pid}/fd/${descriptor}`)
    }
  }
  return { deletedBytes: await bytesOf(deleted), openFiles }
}

/** Several processes may hold one file. */
async function bytesOf(paths: readonly string[]): Promise<number> {
  const sizes = new Map<string, number>()
  for (const path of paths) {
    const stats = await stat(path).catch(() => undefined)
    if (stats?.isFile() && stats.nlink === 0)
      sizes.set(`${stats.dev} ${stats.ino}`, stats.blocks * BLOCK_BYTES)
  }
  return [...sizes.values()].reduce((total, bytes) => total + bytes, 0)
}

/** None of a process that ended meanwhile. */
function descriptorsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`)
  } catch {
    return []
  }
}

function isDeleted(path: string): boolean {
  try {
    return readlinkSync(path).endsWith(DELETED)
  } catch {
    return false
  }
}
