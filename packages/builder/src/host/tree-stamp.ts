import { createHash } from 'node:crypto'
import { lstat, readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'

export interface TreeStamp {
  /** Digest over paths, kinds, sizes, x bits and link targets; not over contents, which would be as slow as installing. */
  digest: string
  bytes: number
}

const CONCURRENT = 64

/** Tells a damaged copy of a tree (missing, cut short, added files) from a whole one. Follows no link. */
export async function stampTree(directory: string): Promise<TreeStamp> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const lines: string[] = []
  let bytes = 0
  for (let at = 0; at < entries.length; at += CONCURRENT) {
    const described = await Promise.all(
      entries.slice(at, at + CONCURRENT).map(async entry => {
        const path = join(entry.parentPath, entry.name)
        if (entry.isDirectory()) return { line: `${path}/`, size: 0 }
        if (entry.isSymbolicLink()) return { line: `${path}>${await readlink(path)}`, size: 0 }
        const { size, mode } = await lstat(path)
        return { line: `${path} ${size} ${mode & 0o100}`, size }
      }),
    )
    for (const { line, size } of described) {
      lines.push(line.slice(directory.length))
      bytes += size
    }
  }
  return { digest: createHash('sha256').update(lines.sort().join('\n')).digest('hex'), bytes }
}
