import { SourceRefused } from '../errors.ts'

export type ArchiveFormat = 'zip' | 'gzip' | 'zstd' | 'tar'

/** Enough of an archive's beginning to tell its format: one block of a tar. */
export const FORMAT_BYTES = 512

/**
 * Tells the format by the first bytes (all of them, if there are fewer than `FORMAT_BYTES`).
 * Throws `SourceRefused` with the format's name, where it is one that we know but do not take.
 */
export function detectFormat(head: Buffer): ArchiveFormat {
  if (head.length === 0) {
    throw new SourceRefused('archive_empty', 'The upload is empty. Check that you sent the right file.')
  }
  const found = findMagic(head)
  if (found?.format !== undefined) return found.format
  if (isTarHeader(head)) return 'tar'
  const what = found === undefined ? 'no archive that we know' : `a ${found.name} archive`
  throw new SourceRefused(
    'archive_format_unknown',
    `The upload is ${what}. Send a .zip, .tar, .tar.gz or .tar.zst.`,
  )
}

const MAGIC: readonly { bytes: Buffer; format?: ArchiveFormat; name?: string }[] = [
  { bytes: Buffer.from([0x50, 0x4b, 0x03, 0x04]), format: 'zip' },
  { bytes: Buffer.from([0x50, 0x4b, 0x05, 0x06]), format: 'zip' }, // without entries
  { bytes: Buffer.from([0x1f, 0x8b]), format: 'gzip' },
  { bytes: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), format: 'zstd' },
  { bytes: Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]), name: 'xz' },
  { bytes: Buffer.from('BZh'), name: 'bzip2' },
  { bytes: Buffer.from([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]), name: '7z' },
  { bytes: Buffer.from('Rar!'), name: 'RAR' },
]

function findMagic(head: Buffer): (typeof MAGIC)[number] | undefined {
  return MAGIC.find(({ bytes }) => head.subarray(0, bytes.length).equals(bytes))
}

/**
 * A tar has no magic of its own in all its kinds, but a checksum (POSIX pax, "ustar Interchange Format"). One that
 * begins as a compressed file does is none to us: the parser would take it for that and expand it uncounted.
 */
export function isTarHeader(block: Buffer): boolean {
  if (block.length < FORMAT_BYTES || findMagic(block) !== undefined) return false
  const header = block.subarray(0, FORMAT_BYTES)
  if (header.every(byte => byte === 0)) return true // the end of a tar: one without entries
  const expected = Number.parseInt(header.toString('latin1', 148, 156).replace(/\0.*/, '').trim(), 8)
  let sum = 0
  header.forEach((byte, index) => {
    sum += index >= 148 && index < 156 ? 0x20 : byte
  })
  return sum === expected
}
