import { readFile, rm, truncate } from 'node:fs/promises'
import { listSegments } from './list-segments.ts'
import {
  decodeSources,
  isIntact,
  type KeptSegment,
  type LogSource,
  RECORD,
  readRecord,
  type StoredRecord,
} from './segment-format.ts'

export interface RecoveredAppLog {
  segments: KeptSegment[]
  /** Those whose spools are not yet done, with the position kept for each. */
  sources: LogSource[]
  nextSequence: number
  nextSource: number
  lastAt: number
}

/**
 * Reads the newest segment: it begins with the positions of all sources, so that what follows in it is enough to
 * know each position exactly. A segment that was being created when the power went is removed, and a record that was
 * being written is cut off: its lines are still in the spool. Without `repair` it only looks.
 */
export async function recoverAppLog(
  directory: string,
  { repair = true }: { repair?: boolean } = {},
): Promise<RecoveredAppLog> {
  const segments = await listSegments(directory)
  for (;;) {
    const newest = segments.at(-1)
    if (!newest) return { segments, sources: [], nextSequence: 1, nextSource: 1, lastAt: 0 }
    const state = replay(await readFile(newest.path))
    if (state) {
      if (repair && state.bytes < newest.bytes) await truncate(newest.path, state.bytes)
      newest.bytes = state.bytes
      return { segments, ...summarize(state) }
    }
    if (repair) await rm(newest.path)
    segments.pop()
  }
}

interface ReplayState {
  sources: Map<number, LogSource>
  highestSource: number
  nextSequence: number
  lastAt: number
  /** Of the segment, up to the end of its last whole record. */
  bytes: number
}

/** Undefined when not even the first record is whole. */
function replay(segment: Buffer): ReplayState | undefined {
  const state: ReplayState = { sources: new Map(), highestSource: 0, nextSequence: 1, lastAt: 0, bytes: 0 }
  for (;;) {
    const record = readRecord(segment, state.bytes)
    if (!record || !isIntact(segment, record)) break
    applyRecord(state, record, segment)
    state.bytes = record.end
  }
  return state.bytes > 0 ? state : undefined
}

function applyRecord(state: ReplayState, record: StoredRecord, segment: Buffer): void {
  state.nextSequence = record.firstSequence + record.lineCount
  state.lastAt = record.at
  if (record.kind === RECORD.sources)
    declareSources(state, decodeSources(segment.subarray(record.start, record.end)))
  if (record.kind === RECORD.sourceEnded) state.sources.delete(record.source)
  const source = state.sources.get(record.source)
  if (record.kind === RECORD.lines && source) source.spoolEnd = record.spoolEnd
}

function declareSources(state: ReplayState, sources: readonly LogSource[]): void {
  for (const source of sources) {
    state.sources.set(source.number, source)
    state.highestSource = Math.max(state.highestSource, source.number)
  }
}

function summarize({ sources, highestSource, nextSequence, lastAt }: ReplayState) {
  return { sources: [...sources.values()], nextSource: highestSource + 1, nextSequence, lastAt }
}
