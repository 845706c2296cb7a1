import { constants } from 'node:fs'
import { open, realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'

const MAX_FILE_BYTES = 64 * 1024 * 1024

/** Reads a regular file of a tree that its owner may have filled with links: none is followed out of the tree. */
export async function readInside(directory: string, path: string): Promise<string | undefined> {
  const root = await realpath(directory)
  const real = await realpath(join(root, path)).catch(() => undefined)
  if (!real?.startsWith(root + sep)) return undefined
  const file = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    () => undefined,
  )
  if (!file) return undefined
  try {
    const info = await file.stat()
    return info.isFile() && info.size <= MAX_FILE_BYTES ? await file.readFile('utf8') : undefined
  } finally {
    await file.close()
  }
}
