import { crc32, deflateRawSync } from 'node:zlib'

/** Writes zip records byte by byte (APPNOTE.TXT), so that tests can say what no honest archiver would. */
export interface RawZipEntry {
  name: string
  body?: Buffer | string
  /** Unix mode with its file type, for example 0o120777 for a symbolic link. A plain file unless told. */
  mode?: number
  store?: boolean
  /** What the table of contents claims instead of the truth. */
  claimed?: { size?: number; crc?: number; flags?: number; method?: number }
}

export function rawZip(entries: readonly RawZipEntry[]): Buffer {
  const locals: Buffer[] = []
  const centrals: Buffer[] = []
  let offset = 0
  for (const entry of entries) {
    const { local, central } = rawZipEntry(entry, offset)
    locals.push(local)
    centrals.push(central)
    offset += local.length
  }
  const table = Buffer.concat(centrals)
  return Buffer.concat([...locals, table, endRecord(entries.length, table.length, offset)])
}

function rawZipEntry(entry: RawZipEntry, offset: number): { local: Buffer; central: Buffer } {
  const body = Buffer.from(entry.body ?? '')
  const packed = entry.store ? body : deflateRawSync(body)
  const name = Buffer.from(entry.name)
  const {
    size = body.length,
    crc = crc32(body),
    flags = 0x800,
    method = entry.store ? 0 : 8,
  } = entry.claimed ?? {}

  const shared = Buffer.alloc(26)
  shared.writeUInt16LE(20, 0)
  shared.writeUInt16LE(flags, 2)
  shared.writeUInt16LE(method, 4)
  shared.writeUInt32LE(crc, 10)
  shared.writeUInt32LE(packed.length, 14)
  shared.writeUInt32LE(size, 18)
  shared.writeUInt16LE(name.length, 22)

  const tail = Buffer.alloc(14)
  tail.writeUInt32LE(((entry.mode ?? 0o100644) << 16) >>> 0, 6)
  tail.writeUInt32LE(offset, 10)
  return {
    local: Buffer.concat([Buffer.from('PK\x03\x04'), shared, name, packed]),
    central: Buffer.concat([Buffer.from('PK\x01\x02\x14\x03'), shared, tail, name]),
  }
}

function endRecord(count: number, tableBytes: number, tableOffset: number): Buffer {
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 0, 'latin1')
  end.writeUInt16LE(count, 8)
  end.writeUInt16LE(count, 10)
  end.writeUInt32LE(tableBytes, 12)
  end.writeUInt32LE(tableOffset, 16)
  return end
}
