import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { archiveDamaged, SourceRefused } from '../errors.ts'
import { detectFormat, FORMAT_BYTES, isTarHeader } from './archive-format.ts'
import { peek } from './peek.ts'
import { unpackTar } from './tar-unpacker.ts'
import type { TreeWriter } from './tree-writer.ts'
import type { UnpackMeter } from './unpack-meter.ts'
import { unpackZip } from './zip-unpacker.ts'

export interface Unpacking {
  writer: TreeWriter
  meter: UnpackMeter
  /** Folder for the one archive that must lie on disk: a zip. */
  temporary: string
  signal?: AbortSignal
}

/**
 * Unpacks an archive of any kind that we take while it streams in: nothing but a zip is stored, and no more than a
 * few buffers are in memory. Rejects with `SourceRefused`, `TreeProblem`, or what reading and writing throws.
 */
export async function unpackArchive(upload: AsyncIterable<Uint8Array>, unpacking: Unpacking): Promise<void> {
  const packed = countPacked(upload, unpacking)
  try {
    const { head, all } = await peek(packed, FORMAT_BYTES)
    const format = detectFormat(head)
    if (format === 'zip') await storeAndUnpackZip(all, unpacking)
    else if (format === 'tar') await unpackTar(all, unpacking.writer)
    else await unpackCompressed(all, format, unpacking)
  } finally {
    await unpacking.writer.settle()
  }
}

async function* countPacked(upload: AsyncIterable<Uint8Array>, { meter }: Unpacking): AsyncGenerator<Buffer> {
  for await (const chunk of upload) {
    meter.addPacked(chunk.length)
    yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
  }
}

async function storeAndUnpackZip(
  all: AsyncIterable<Buffer>,
  { temporary, ...unpacking }: Unpacking,
): Promise<void> {
  const path = join(temporary, 'upload.zip')
  await pipeline(all, createWriteStream(path))
  await unpackZip(path, unpacking)
  await rm(path)
}

async function unpackCompressed(
  all: AsyncIterable<Buffer>,
  format: 'gzip' | 'zstd',
  { writer, meter }: Unpacking,
): Promise<void> {
  const { head, all: expanded } = await peek(expand(all, format, meter), FORMAT_BYTES)
  // Also what keeps an archive within an archive from being expanded a second time, uncounted.
  if (!isTarHeader(head)) throw notATar(format)
  await unpackTar(expanded, writer)
}

const CHUNK_BYTES = 128 * 1024

async function* expand(
  all: AsyncIterable<Buffer>,
  format: 'gzip' | 'zstd',
  meter: UnpackMeter,
): AsyncGenerator<Buffer> {
  const decompressor =
    format === 'gzip'
      ? createGunzip({ chunkSize: CHUNK_BYTES })
      : createZstdDecompress({ chunkSize: CHUNK_BYTES })
  const feeding = pipeline(Readable.from(all), decompressor)
  feeding.catch(() => {}) // the decompressor's reader is told as well
  try {
    for await (const chunk of decompressor) {
      meter.addExpanded(chunk.length)
      yield chunk
    }
    await feeding
  } catch (error) {
    throw isFault(error) ? archiveDamaged(error) : error
  }
}

function isFault(error: unknown): boolean {
  const code = String((error as NodeJS.ErrnoException | undefined)?.code ?? '')
  return code.startsWith('Z_') || code.startsWith('ZSTD_') || code.startsWith('ERR_ZLIB')
}

function notATar(format: string): SourceRefused {
  return new SourceRefused(
    'archive_format_unknown',
    `The upload is a ${format} file, but there is no tar in it. Send a .zip, .tar, .tar.gz or .tar.zst of your folder.`,
  )
}
