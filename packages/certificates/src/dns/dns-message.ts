/** The parts of the DNS wire format (RFC 1035, RFC 2136) that an update needs. Names are never compressed. */

export const TYPE = { SOA: 6, TXT: 16, TSIG: 250 } as const
export const CLASS = { IN: 1, NONE: 254, ANY: 255 } as const
const UPDATE = 5
const RESPONSE_BIT = 0x8000

export interface ResourceRecord {
  name: string
  type: number
  class: number
  ttlSeconds: number
  data: Buffer
}

/** An update of `zone` (RFC 2136, 2), before it is signed. */
export function updateMessage({
  id,
  zone,
  updates,
}: {
  id: number
  zone: string
  updates: ResourceRecord[]
}): Buffer {
  const header = Buffer.alloc(12)
  header.writeUInt16BE(id, 0)
  header.writeUInt16BE(UPDATE << 11, 2)
  header.writeUInt16BE(1, 4)
  header.writeUInt16BE(updates.length, 8)
  return Buffer.concat([
    header,
    encodeName(zone),
    uint16(TYPE.SOA),
    uint16(CLASS.IN),
    ...updates.map(encodeRecord),
  ])
}

/** Appends a record to the additional section. */
export function withAdditional(message: Buffer, record: ResourceRecord): Buffer {
  const copy = Buffer.concat([message, encodeRecord(record)])
  copy.writeUInt16BE(copy.readUInt16BE(10) + 1, 10)
  return copy
}

export function encodeRecord(record: ResourceRecord): Buffer {
  const ttl = Buffer.alloc(4)
  ttl.writeUInt32BE(record.ttlSeconds)
  const fixed = [uint16(record.type), uint16(record.class), ttl, uint16(record.data.byteLength)]
  return Buffer.concat([encodeName(record.name), ...fixed, record.data])
}

/** Texts of a TXT record are of at most 255 bytes each. */
export function encodeText(value: string): Buffer {
  const bytes = Buffer.from(value)
  const parts: Buffer[] = []
  for (let at = 0; at === 0 || at < bytes.byteLength; at += 255) {
    const part = bytes.subarray(at, at + 255)
    parts.push(Buffer.from([part.byteLength]), part)
  }
  return Buffer.concat(parts)
}

export function encodeName(name: string): Buffer {
  const labels = name.split('.').filter(label => label !== '')
  const parts = labels.flatMap(label => [
    Buffer.from([label.length]),
    Buffer.from(label.toLowerCase(), 'latin1'),
  ])
  return Buffer.concat([...parts, Buffer.from([0])])
}

export function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}

export interface DnsAnswer {
  id: number
  responseCode: number
  /** The last record of the additional section, with where it begins. */
  last: { record: ResourceRecord; at: number } | undefined
}

/** Reads the head and the last record of an answer. Throws a `RangeError` for what is no DNS message. */
export function readAnswer(message: Buffer): DnsAnswer {
  const flags = message.readUInt16BE(2)
  if ((flags & RESPONSE_BIT) === 0) throw new RangeError('it is no answer')
  const [questions, ...sections] = [4, 6, 8, 10].map(at => message.readUInt16BE(at)) as [
    number,
    number,
    number,
    number,
  ]
  let offset = 12
  for (let index = 0; index < questions; index++) offset = readName(message, offset).end + 4
  let last: DnsAnswer['last']
  for (let left = sections.reduce((sum, count) => sum + count, 0); left > 0; left--) {
    const { record, end } = readRecord(message, offset)
    last = { record, at: offset }
    offset = end
  }
  return { id: message.readUInt16BE(0), responseCode: flags & 0xf, last }
}

function readRecord(message: Buffer, at: number): { record: ResourceRecord; end: number } {
  const { name, end } = readName(message, at)
  const length = message.readUInt16BE(end + 8)
  if (end + 10 + length > message.byteLength) throw new RangeError('it is cut off')
  const record = {
    name,
    type: message.readUInt16BE(end),
    class: message.readUInt16BE(end + 2),
    ttlSeconds: message.readUInt32BE(end + 4),
    data: message.subarray(end + 10, end + 10 + length),
  }
  return { record, end: end + 10 + length }
}

/** Names in answers may point to earlier ones (RFC 1035, 4.1.4). */
export function readName(message: Buffer, at: number): { name: string; end: number } {
  const labels: string[] = []
  let end: number | undefined
  for (let offset = at, jumps = 0; ; ) {
    const length = message.readUInt8(offset)
    if (length >= 0xc0) {
      if (jumps++ > 20) throw new RangeError('its names go in circles')
      end ??= offset + 2
      offset = message.readUInt16BE(offset) & 0x3fff
      continue
    }
    if (length === 0) return { name: labels.join('.'), end: end ?? offset + 1 }
    labels.push(message.toString('latin1', offset + 1, offset + 1 + length))
    offset += length + 1
  }
}
