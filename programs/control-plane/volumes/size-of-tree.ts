import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'

const BLOCK_BYTES = 512

/** Bytes on disk, without following links. What goes while it is counted counts nothing. */
export async function sizeOfTree(path: string): Promise<number> {
  const stats = await lstat(path).catch(() => undefined)
  if (!stats) return 0
  const own = stats.blocks * BLOCK_BYTES
  if (!stats.isDirectory()) return own
  let sum = own
  for (const name of await readdir(path).catch(() => [])) sum += await sizeOfTree(join(path, name))
  return sum
}
