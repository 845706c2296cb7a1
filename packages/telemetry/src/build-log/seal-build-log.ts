import { type FileHandle, open } from 'node:fs/promises'
import { type BuildLogEntry, decodeEntry, encodeEntry } from './build-log-entry.ts'

/** Longer than any entry. */
const TAIL_BYTES = 1_048_576
const NEWLINE = 10

export interface BuildLogEnd {
  /** The last whole entry; undefined in an empty or missing file. */
  last: BuildLogEntry | undefined
  /** Up to the end of that entry: what follows was being written when the process died. */
  bytes: number
}

export async function findEnd(path: string): Promise<BuildLogEnd> {
  const file = await openIfThere(path, 'r')
  if (!file) return { last: undefined, bytes: 0 }
  try {
    return await readEnd(file)
  } finally {
    await file.close()
  }
}

/** Ends the log in `path` with a mark unless it has ended; true if it had not. */
export async function sealBuildLog(path: string): Promise<boolean> {
  const file = await openIfThere(path, 'r+')
  if (!file) return false
  try {
    const { last, bytes } = await readEnd(file)
    if (last?.kind === 'closed') return false
    await file.truncate(bytes)
    await file.write(endMark(last?.sequence ?? 0), 0, undefined, bytes)
    return true
  } finally {
    await file.close()
  }
}

async function readEnd(file: FileHandle): Promise<BuildLogEnd> {
  const { size } = await file.stat()
  const start = Math.max(0, size - TAIL_BYTES)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start)
  const tail = buffer.subarray(0, bytesRead)
  const end = tail.lastIndexOf(NEWLINE)
  if (end === -1) return { last: undefined, bytes: 0 }
  const begin = end === 0 ? 0 : tail.lastIndexOf(NEWLINE, end - 1) + 1
  return { last: decodeEntry(tail.toString('utf8', begin, end)), bytes: start + end + 1 }
}

function endMark(lastSequence: number): Buffer {
  const at = Date.now()
  const text = 'The log ends here: the platform was stopped in the middle.'
  return Buffer.concat([
    encodeEntry({ sequence: lastSequence + 1, at, kind: 'line', step: null, stream: 'platform', text }),
    encodeEntry({ sequence: lastSequence + 2, at, kind: 'closed', reason: 'interrupted' }),
  ])
}

async function openIfThere(path: string, flags: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, flags)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
