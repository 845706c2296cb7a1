import { crc32 } from 'node:zlib'
import type { LogLine } from '../log-store.ts'

/**
 * A segment file is a row of records, appended and never changed. Each record is a header of 48 bytes and a payload:
 *
 * | byte | header field, little-endian                                          |
 * | ---: | -------------------------------------------------------------------- |
 * |    0 | `SWLG`                                                               |
 * |    4 | kind: 1 lines, 2 sources (a checkpoint), 3 source ended              |
 * |    8 | payload length in bytes                                              |
 * |   12 | CRC-32 of all that follows, so that a torn record is never believed  |
 * |   16 | time, milliseconds since 1970 (float64, as all below but the last 2) |
 * |   24 | sequence number of the first line                                    |
 * |   32 | how far the source's spool has been read, with this record           |
 * |   40 | source number                                                        |
 * |   44 | number of lines                                                      |
 *
 * Lines of a record come from one source and are kept as plain text with newlines: a search runs over them as they
 * are. Since the spool's position is part of the record, lines and position cannot disagree after a crash.
 */
export const HEADER_BYTES = 48
const MAGIC = 0x474c5753

export const RECORD = { lines: 1, sources: 2, sourceEnded: 3 } as const

export interface RecordHeader {
  kind: number
  payloadBytes: number
  at: number
  firstSequence: number
  spoolEnd: number
  source: number
  lineCount: number
}

/** One output stream of one instance. */
export interface LogSource {
  number: number
  instanceId: string
  process: string
  release: string
  stream: LogLine['stream']
  /** Bytes of its spool that are kept. */
  spoolEnd: number
}

export function encodeRecord(header: Omit<RecordHeader, 'payloadBytes'>, payload: Buffer): Buffer {
  const record = Buffer.allocUnsafe(HEADER_BYTES + payload.length)
  record.writeUInt32LE(MAGIC, 0)
  record.writeUInt32LE(header.kind, 4)
  record.writeUInt32LE(payload.length, 8)
  record.writeDoubleLE(header.at, 16)
  record.writeDoubleLE(header.firstSequence, 24)
  record.writeDoubleLE(header.spoolEnd, 32)
  record.writeUInt32LE(header.source, 40)
  record.writeUInt32LE(header.lineCount, 44)
  payload.copy(record, HEADER_BYTES)
  record.writeUInt32LE(crc32(record.subarray(16)), 12)
  return record
}

/** The sources that are being read: the first record of each segment, so that each segment can be read alone. */
export function encodeSources(sources: readonly LogSource[], at: number, firstSequence: number): Buffer {
  const payload = Buffer.from(JSON.stringify(sources))
  return encodeRecord(
    { kind: RECORD.sources, at, firstSequence, spoolEnd: 0, source: 0, lineCount: 0 },
    payload,
  )
}

export function decodeSources(payload: Buffer): LogSource[] {
  return JSON.parse(payload.toString()) as LogSource[]
}

export interface StoredRecord extends RecordHeader {
  /** Where the payload starts and ends in the segment. */
  start: number
  end: number
}

/** The record at `offset`, or undefined where no whole record starts. Does not check the sum: see `isIntact`. */
export function readRecord(segment: Buffer, offset: number): StoredRecord | undefined {
  const start = offset + HEADER_BYTES
  if (start > segment.length || segment.readUInt32LE(offset) !== MAGIC) return undefined
  const payloadBytes = segment.readUInt32LE(offset + 8)
  const end = start + payloadBytes
  if (end > segment.length) return undefined
  return {
    kind: segment.readUInt32LE(offset + 4),
    payloadBytes,
    at: segment.readDoubleLE(offset + 16),
    firstSequence: segment.readDoubleLE(offset + 24),
    spoolEnd: segment.readDoubleLE(offset + 32),
    source: segment.readUInt32LE(offset + 40),
    lineCount: segment.readUInt32LE(offset + 44),
    start,
    end,
  }
}

export function isIntact(segment: Buffer, { start, end }: StoredRecord): boolean {
  return (
    segment.readUInt32LE(start - HEADER_BYTES + 12) ===
    crc32(segment.subarray(start - HEADER_BYTES + 16, end))
  )
}

export interface SegmentFile {
  path: string
  firstSequence: number
  /** Time of its first line at the earliest; its last line is no newer than the next segment's `createdAt`. */
  createdAt: number
}

/** A segment and how much of it may be read. */
export interface KeptSegment extends SegmentFile {
  bytes: number
}

const NAME = /^(\d{15})-(\d{15})\.log$/

/** `<first sequence>-<time>.log`: sorts by age, and tells a search what it can leave out. */
export function segmentName({ firstSequence, createdAt }: Omit<SegmentFile, 'path'>): string {
  return `${pad(firstSequence)}-${pad(createdAt)}.log`
}

export function parseSegmentName(name: string): Omit<SegmentFile, 'path'> | undefined {
  const match = NAME.exec(name)
  return match ? { firstSequence: Number(match[1]), createdAt: Number(match[2]) } : undefined
}

/** A line's cursor is its sequence number in the app, of fixed width so that cursors also sort as text. */
export function toCursor(sequence: number): string {
  return pad(sequence)
}

/** The sequence number; undefined for a text that is no cursor. */
export function fromCursor(cursor: string): number | undefined {
  return /^\d{1,15}$/.test(cursor) ? Number(cursor) : undefined
}

function pad(count: number): string {
  return String(count).padStart(15, '0')
}
