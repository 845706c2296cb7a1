import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** A command that makes millions of files must not keep the platform busy counting them. */
const MAX_ENTRIES = 20_000
/** What the kernel counts blocks in, whatever the file system (stat(2)). */
const BLOCK_BYTES = 512
/** For each file that was not looked at. */
const LEAST_BYTES = 4096

/**
 * Bytes that a folder takes on its disk. Links are not followed, and the folder may change meanwhile: what goes is left
 * out. Beyond 20,000 entries the rest counts with the least that a file can take, so that the answer is never too large.
 */
export async function folderBytes(folder: string): Promise<number> {
  const waiting = [folder]
  let bytes = 0
  let seen = 0
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const entry of await readdir(next, { withFileTypes: true }).catch(() => [])) {
      const path = join(next, entry.name)
      seen += 1
      bytes += seen > MAX_ENTRIES ? LEAST_BYTES : await bytesOnDisk(path)
      if (entry.isDirectory() && seen <= MAX_ENTRIES) waiting.push(path)
    }
  }
  return bytes
}

async function bytesOnDisk(path: string): Promise<number> {
  const stats = await lstat(path).catch(() => undefined)
  return (stats?.blocks ?? 0) * BLOCK_BYTES
}
