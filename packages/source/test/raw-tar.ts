/** Writes tar blocks byte by byte, so that tests can say what no honest archiver would. */
export interface RawTarEntry {
  name: string
  /** '0' file, '1' hard link, '2' symbolic link, '3' character device, '5' folder, '6' pipe, 'x' pax header … */
  type?: string
  body?: Buffer | string
  mode?: number
  linkName?: string
  /** What the header claims; the body's length unless told. */
  claimedSize?: number
  mtimeSeconds?: number
  uid?: number
}

const BLOCK_BYTES = 512
export const TAR_END = Buffer.alloc(2 * BLOCK_BYTES)

export function rawTar(entries: readonly RawTarEntry[]): Buffer {
  return Buffer.concat([...entries.map(rawTarEntry), TAR_END])
}

export function rawTarEntry(entry: RawTarEntry): Buffer {
  const body = Buffer.from(entry.body ?? '')
  return Buffer.concat([rawTarHeader(entry, body.length), body, padding(body.length)])
}

export function rawTarHeader(entry: RawTarEntry, bodyBytes: number): Buffer {
  const { name, type = '0', mode = 0o644, linkName = '', claimedSize = bodyBytes } = entry
  const header = Buffer.alloc(BLOCK_BYTES)
  header.write(name, 0, 100)
  header.write(octal(mode, 7), 100)
  header.write(octal(entry.uid ?? 0, 7), 108)
  header.write(octal(0, 7), 116)
  header.write(octal(claimedSize, 11), 124)
  header.write(octal(entry.mtimeSeconds ?? 0, 11), 136)
  header.write('        ', 148)
  header.write(type, 156)
  header.write(linkName, 157, 100)
  header.write('ustar\x0000', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${octal(sum, 6)}\0 `, 148)
  return header
}

/** A pax extended header for the entry that follows: `{ path: '…' }`. */
export function rawPaxEntry(fields: Record<string, string>): Buffer {
  const body = Object.entries(fields)
    .map(([key, value]) => paxRecord(key, value))
    .join('')
  return rawTarEntry({ name: 'PaxHeader', type: 'x', body })
}

function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`
  let length = Buffer.byteLength(rest) + 1
  while (Buffer.byteLength(`${length}${rest}`) > length) length++
  return `${length}${rest}`
}

function padding(bytes: number): Buffer {
  return Buffer.alloc((BLOCK_BYTES - (bytes % BLOCK_BYTES)) % BLOCK_BYTES)
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0')
}
