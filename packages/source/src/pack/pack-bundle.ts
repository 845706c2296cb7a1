import { createReadStream, createWriteStream } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { create, replace } from 'tar'

export interface Bundle {
  /** Absolute path of the .tar.gz, which is there whole or not at all. Only its owner may read it. */
  file: string
  /** A file that comes first, under its own name. */
  head: string
  /** Folders, by the name that each gets in the archive. */
  folders: Readonly<Record<string, string>>
  signal?: AbortSignal | undefined
}

/** Packs files and folders, without owners and times. Rejects with the signal's reason and leaves nothing then. */
export async function packBundle({ file, head, folders, signal }: Bundle): Promise<{ sizeBytes: number }> {
  const tar = `${file}.tar`
  const part = `${file}.part`
  const plain = { file: tar, portable: true, noMtime: true, strict: true }
  try {
    await create({ ...plain, cwd: dirname(head) }, [basename(head)])
    for (const [prefix, folder] of Object.entries(folders)) {
      signal?.throwIfAborted()
      await replace({ ...plain, cwd: folder, prefix }, ['.'])
    }
    const compressed = createWriteStream(part, { mode: 0o600 })
    await pipeline(createReadStream(tar), createGzip(), compressed, signal ? { signal } : {})
    await rename(part, file)
  } finally {
    for (const left of [tar, part]) await rm(left, { force: true })
  }
  return { sizeBytes: (await stat(file)).size }
}
