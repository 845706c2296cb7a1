import { readdir, stat } from 'node:fs/promises'

/** A process may hold a million files; those that fill a disk are found among the first. */
const MAX_LOOKED_AT = 2_000
const BLOCK_BYTES = 512

export interface OpenFiles {
  /** Kept from the disk by files that have no name any more: no folder shows them while they are open. */
  deletedBytes: number
  /** Of the process that has the most. */
  openFiles: number
}

/** What processes have open. Linux only; nothing elsewhere. */
export async function examineFiles(pids: readonly number[]): Promise<OpenFiles> {
  const sizes = new Map<string, number>()
  let openFiles = 0
  let looks = 0
  for (const pid of pids) {
    const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => [])
    openFiles = Math.max(openFiles, descriptors.length)
    for (const descriptor of descriptors.slice(0, Math.max(0, MAX_LOOKED_AT - looks))) {
      looks += 1
      const stats = await stat(`/proc/${pid}/fd/${descriptor}`).catch(() => undefined)
      if (stats?.isFile() && stats.nlink === 0)
        sizes.set(`${stats.dev} ${stats.ino}`, stats.blocks * BLOCK_BYTES)
    }
  }
  return { deletedBytes: [...sizes.values()].reduce((total, bytes) => total + bytes, 0), openFiles }
}
