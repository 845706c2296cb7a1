import { crc32 } from 'node:zlib'
import { type Entry, getFileNameLowLevel, openPromise, type ZipFile } from 'yauzl'
import { archiveDamaged, SourceRefused } from '../errors.ts'
import { shownPath } from '../tree/tree-problem.ts'
import { specialFile } from '../tree/tree-steps.ts'
import type { TreeWriter } from './tree-writer.ts'
import type { UnpackMeter } from './unpack-meter.ts'

interface ZipUnpacking {
  zip: ZipFile
  writer: TreeWriter
  meter: UnpackMeter
  signal: AbortSignal | undefined
}

/** Unpacks a zip that lies on disk: its table of contents is at its end, so it cannot be read while it streams. */
export async function unpackZip(
  path: string,
  { writer, meter, signal }: { writer: TreeWriter; meter: UnpackMeter; signal?: AbortSignal },
): Promise<void> {
  const zip = await openZip(path)
  try {
    const unpacking = { zip, writer, meter, signal }
    for await (const entry of damagedUnlessRead(zip.eachEntry())) await takeEntry(unpacking, entry)
  } finally {
    zip.close()
  }
}

async function openZip(path: string): Promise<ZipFile> {
  try {
    return await openPromise(path, { decodeStrings: false, validateEntrySizes: true, autoClose: false })
  } catch (cause) {
    throw archiveDamaged(cause)
  }
}

async function takeEntry(unpacking: ZipUnpacking, entry: Entry): Promise<void> {
  unpacking.signal?.throwIfAborted()
  const { writer } = unpacking
  const name = nameOf(entry)
  const kind = kindOf(entry, name)
  if (isMacMetadata(name)) return
  if (kind === 'folder') return await writer.addFolder(name)
  const content = readEntry(unpacking, entry, name)
  if (kind === 'link') return await writer.addSymbolicLink(name, await readLinkTarget(content))
  await writer.addFile(name, { executable: (unixMode(entry) & 0o100) !== 0 }, content)
}

/** Backslashes become slashes: some archivers on Windows write them as separators. */
function nameOf(entry: Entry): string {
  return getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileName, entry.extraFields, false)
}

/** What the Finder of macOS adds beside the folder that was packed. */
function isMacMetadata(name: string): boolean {
  return name.startsWith('__MACOSX/') || name === '.DS_Store'
}

const MADE_ON_UNIX = 3
const MADE_ON_MACOS = 19

/** APPNOTE.TXT, 4.4.2 and 4.4.15: on Unix the upper half of the external attributes is the mode. */
function unixMode({ versionMadeBy, externalFileAttributes }: Entry): number {
  const system = versionMadeBy >>> 8
  return system === MADE_ON_UNIX || system === MADE_ON_MACOS ? externalFileAttributes >>> 16 : 0
}

const FORMAT_MASK = 0o170000
const FORMATS = new Map<number, 'folder' | 'file' | 'link'>([
  [0o040000, 'folder'],
  [0o100000, 'file'],
  [0o120000, 'link'],
])

function kindOf(entry: Entry, name: string): 'folder' | 'file' | 'link' {
  if (name.endsWith('/')) return 'folder'
  const format = unixMode(entry) & FORMAT_MASK
  if (format === 0) return 'file'
  const kind = FORMATS.get(format)
  if (kind === undefined) throw specialFile(name)
  return kind
}

/** The entry's real content: checked against its checksum (which the library leaves to us), and counted. */
async function* readEntry(
  { zip, meter, signal }: ZipUnpacking,
  entry: Entry,
  name: string,
): AsyncGenerator<Buffer> {
  if (entry.isEncrypted()) throw encrypted(name)
  if (!entry.canDecodeFileData()) throw unknownCompression(name)
  let sum = 0
  for await (const chunk of damagedUnlessRead(await zip.openReadStreamPromise(entry).catch(rethrowDamaged))) {
    signal?.throwIfAborted()
    meter.addExpanded(chunk.length)
    sum = crc32(chunk, sum)
    yield chunk
  }
  if (sum !== entry.crc32) throw archiveDamaged(new Error(`checksum of ${name}`))
}

/** No longer than the kernel takes (PATH_MAX). */
const MAX_LINK_BYTES = 4095

async function readLinkTarget(content: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of content) {
    length += chunk.length
    if (length > MAX_LINK_BYTES) throw archiveDamaged(new Error('link target too long'))
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** Whatever goes wrong inside the library while reading is the archive's fault; an abort or a full disk is not. */
async function* damagedUnlessRead<Item>(items: AsyncIterable<Item>): AsyncGenerator<Item> {
  const iterator = items[Symbol.asyncIterator]()
  try {
    for (;;) {
      const { value, done } = await iterator.next().catch(rethrowDamaged)
      if (done) return
      yield value
    }
  } finally {
    await iterator.return?.()
  }
}

function rethrowDamaged(cause: unknown): never {
  throw archiveDamaged(cause)
}

function encrypted(name: string): SourceRefused {
  return new SourceRefused(
    'archive_encrypted',
    `The entry ${shownPath(name)} is encrypted. Pack the folder without a password.`,
  )
}

function unknownCompression(name: string): SourceRefused {
  return new SourceRefused(
    'archive_format_unknown',
    `The entry ${shownPath(name)} is compressed in a way that we cannot read. Pack the folder with the usual settings (deflate).`,
  )
}
