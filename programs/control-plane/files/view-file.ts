/** One file: what can be shown of it in a page, and the whole of it for a download. */
import type { FileHandle } from 'node:fs/promises'
import { basename } from 'node:path/posix'
import type { FileView } from '@seaworthy/api'
import type { Download } from '../http/file-download.ts'
import { imageType } from './image-type.ts'
import { openFile, type Place, withParent } from './inside-folder.ts'
import { entryAt } from './list-folder.ts'

/** A longer text is downloaded: no page can show it well. */
export const MAX_TEXT_BYTES = 1_048_576
const MAX_IMAGE_BYTES = 10 * 1_048_576
const HEAD_BYTES = 64
const CHUNK_BYTES = 64 * 1_024

export async function viewFile(place: Place): Promise<FileView> {
  const entry = await withParent(place, at => entryAt(...splitAt(at)))
  const whole = { ...entry, path: place.path, preview: 'none' as const, text: null }
  // Gone, or nothing to open: the walk says which.
  if (entry.modifiedAt !== null && entry.kind !== 'file') return whole
  return { ...whole, ...(await withFile(place, previewOf)) }
}

/** The problem, if there is one, is thrown before anything is sent. */
export async function downloadOf(place: Place): Promise<Download> {
  const { sizeBytes, contentType } = await withFile(place, async handle => {
    const { size } = await handle.stat()
    return { sizeBytes: size, contentType: imageType(await readUpTo(handle, HEAD_BYTES)) }
  })
  const name = basename(place.path)
  return {
    filename: name.replace(/[^\w.-]/g, '-').slice(-100),
    name,
    contentType: contentType ?? 'application/octet-stream',
    sizeBytes,
    chunks: chunksOf(place, sizeBytes),
  }
}

async function previewOf(handle: FileHandle): Promise<Pick<FileView, 'preview' | 'text'>> {
  const { size } = await handle.stat()
  if (imageType(await readUpTo(handle, HEAD_BYTES)))
    return { preview: size <= MAX_IMAGE_BYTES ? 'image' : 'too-large', text: null }
  if (size > MAX_TEXT_BYTES) return { preview: 'too-large', text: null }
  const bytes = await readUpTo(handle, MAX_TEXT_BYTES + 1)
  if (bytes.length > MAX_TEXT_BYTES) return { preview: 'too-large', text: null }
  const text = textOf(bytes)
  return text === undefined ? { preview: 'binary', text: null } : { preview: 'text', text }
}

function textOf(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** From the beginning; fewer bytes at the end of the file. */
async function readUpTo(handle: FileHandle, mostBytes: number): Promise<Uint8Array> {
  const buffer = Buffer.alloc(Math.min(mostBytes, (await handle.stat()).size + 1))
  let filled = 0
  while (filled < buffer.length) {
    const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return buffer.subarray(0, filled)
}

/** Opened anew with the first pull: a download that nobody takes holds no file. It ends where the file ended then. */
async function* chunksOf(place: Place, sizeBytes: number): AsyncGenerator<Uint8Array> {
  const handle = await openFile(place)
  try {
    for (let at = 0; at < sizeBytes; ) {
      const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, sizeBytes - at))
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, at)
      if (bytesRead === 0) throw new Error('A file became shorter while it was sent.')
      at += bytesRead
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await handle.close()
  }
}

async function withFile<Result>(place: Place, use: (handle: FileHandle) => Promise<Result>): Promise<Result> {
  const handle = await openFile(place)
  try {
    return await use(handle)
  } finally {
    await handle.close()
  }
}

function splitAt(path: string): [folder: string, name: string] {
  const slash = path.lastIndexOf('/')
  return [path.slice(0, slash), path.slice(slash + 1)]
}
