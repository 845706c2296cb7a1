import { closeSync, openSync, readSync } from 'node:fs'
import type { LogLine } from '../log-store.ts'
import {
  decodeSources,
  type KeptSegment,
  type LogSource,
  RECORD,
  readRecord,
  type StoredRecord,
  toCursor,
} from './segment-format.ts'
import { createTextSearch, type TextSearch } from './text-search.ts'

export interface LineFilter {
  since?: number
  until?: number
  grep?: string
  process?: string
  instanceId?: string
  /** Only lines with a higher sequence number. */
  afterSequence?: number
  /** Only lines with a lower one. */
  beforeSequence?: number
}

export interface ScanRequest {
  /** Oldest first. */
  segments: readonly KeptSegment[]
  filter: LineFilter
  limit: number
  /** Which lines win when there are more than `limit`. */
  prefer: 'newest' | 'oldest'
  /** Stops before the texts together grow beyond this. */
  maxBytes: number
}

/** The matching lines, oldest first. Blocks: meant for a thread of its own. */
export function scanSegments(request: ScanRequest): LogLine[] {
  const lines: LogLine[] = []
  const budget = { lines: request.limit, bytes: request.maxBytes }
  const search = request.filter.grep ? createTextSearch(request.filter.grep) : undefined
  for (const segment of inOrder(segmentsToRead(request), request.prefer)) {
    for (const line of linesOfSegment(segment, request, search)) {
      budget.lines -= 1
      budget.bytes -= line.text.length
      if (budget.lines < 0 || (budget.bytes < 0 && lines.length > 0))
        return oldestFirst(lines, request.prefer)
      lines.push(line)
    }
  }
  return oldestFirst(lines, request.prefer)
}

/** The lines of one record that the filter lets through, oldest first. */
export function matchLines(
  bytes: Buffer,
  record: Pick<StoredRecord, 'start' | 'end' | 'at' | 'firstSequence'>,
  source: LogSource,
  filter: LineFilter,
  search: TextSearch | undefined,
): LogLine[] {
  const first = record.firstSequence
  const isWanted = (sequence: number) =>
    sequence > (filter.afterSequence ?? -1) && sequence < (filter.beforeSequence ?? Number.POSITIVE_INFINITY)
  return hits(bytes, record.start, record.end, search)
    .filter(hit => isWanted(first + hit.index))
    .map(hit => ({
      at: record.at,
      process: source.process,
      instanceId: source.instanceId,
      release: source.release,
      stream: source.stream,
      text: hit.text,
      cursor: toCursor(first + hit.index),
    }))
}

/** Whether lines of that source and time can pass the filter at all. */
export function isCandidate(record: { at: number }, source: LogSource, filter: LineFilter): boolean {
  if (filter.since !== undefined && record.at < filter.since) return false
  if (filter.until !== undefined && record.at > filter.until) return false
  if (filter.process !== undefined && source.process !== filter.process) return false
  return filter.instanceId === undefined || source.instanceId === filter.instanceId
}

function segmentsToRead({ segments, filter }: ScanRequest): KeptSegment[] {
  return segments.filter((segment, index) => {
    const next = segments[index + 1]
    if (filter.until !== undefined && segment.createdAt > filter.until) return false
    if (filter.beforeSequence !== undefined && segment.firstSequence >= filter.beforeSequence) return false
    if (!next) return true
    if (filter.since !== undefined && next.createdAt < filter.since) return false
    return filter.afterSequence === undefined || next.firstSequence > filter.afterSequence + 1
  })
}

function inOrder<Item>(items: readonly Item[], prefer: ScanRequest['prefer']): readonly Item[] {
  return prefer === 'newest' ? items.toReversed() : items
}

function oldestFirst(lines: LogLine[], prefer: ScanRequest['prefer']): LogLine[] {
  return prefer === 'newest' ? lines.reverse() : lines
}

function* linesOfSegment(
  segment: KeptSegment,
  { filter, prefer }: ScanRequest,
  search: TextSearch | undefined,
): Generator<LogLine> {
  const bytes = readSegment(segment)
  const sources = new Map<number, LogSource>()
  const records = [...linesRecords(bytes, sources)]
  for (const record of inOrder(records, prefer)) {
    const source = sources.get(record.source)
    if (!source || !isCandidate(record, source, filter)) continue
    yield* inOrder(matchLines(bytes, record, source, filter, search), prefer)
  }
}

function* linesRecords(bytes: Buffer, sources: Map<number, LogSource>): Generator<StoredRecord> {
  for (let record = readRecord(bytes, 0); record; record = readRecord(bytes, record.end)) {
    if (record.kind === RECORD.lines) yield record
    if (record.kind !== RECORD.sources) continue
    for (const source of decodeSources(bytes.subarray(record.start, record.end)))
      sources.set(source.number, source)
  }
}

interface Hit {
  text: string
  /** Of the line in its record. */
  index: number
}

const NEWLINE = 10

function hits(bytes: Buffer, start: number, end: number, search: TextSearch | undefined): Hit[] {
  const found: Hit[] = []
  let index = 0
  let counted = start // lines before this position are in `index`
  for (let from = start; from < end; ) {
    const at = search ? search.next(bytes, from, end) : from
    if (at === -1) break
    const lineStart = at > start ? Math.max(start, bytes.lastIndexOf(NEWLINE, at - 1) + 1) : start
    const lineEnd = bytes.indexOf(NEWLINE, at)
    index += countNewlines(bytes, counted, lineStart)
    counted = lineStart
    const text = bytes.toString('utf8', lineStart, lineEnd)
    if (!search || search.confirms(text)) found.push({ text, index })
    from = lineEnd + 1
  }
  return found
}

function countNewlines(bytes: Buffer, from: number, to: number): number {
  let count = 0
  for (let at = bytes.indexOf(NEWLINE, from); at !== -1 && at < to; at = bytes.indexOf(NEWLINE, at + 1))
    count += 1
  return count
}

let reused = Buffer.alloc(0)

/** Empty when retention deleted the file in the meantime. The bytes are overwritten by the next call. */
function readSegment({ path, bytes }: KeptSegment): Buffer {
  const file = openIfThere(path)
  if (file === undefined) return Buffer.alloc(0)
  try {
    if (reused.length < bytes) reused = Buffer.allocUnsafeSlow(bytes)
    let filled = 0
    for (let read = -1; read !== 0 && filled < bytes; filled += read) {
      read = readSync(file, reused, filled, bytes - filled, filled)
    }
    return reused.subarray(0, filled)
  } finally {
    closeSync(file)
  }
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
