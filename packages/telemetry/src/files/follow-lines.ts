import type { LogLine } from '../log-store.ts'
import type { AppendedLines, AppLog } from './app-log.ts'
import { LineQueue } from './line-queue.ts'
import { fromCursor, toCursor } from './segment-format.ts'
import { isCandidate, type LineFilter, matchLines, type ScanRequest } from './segment-scan.ts'
import { createTextSearch } from './text-search.ts'

export interface FollowOptions {
  log: AppLog
  filter: LineFilter
  scan: (request: ScanRequest) => Promise<LogLine[]>
  maxQueueBytes: number
  signal: AbortSignal
}

const PAGE_LINES = 2_000
const PAGE_BYTES = 4_194_304

/**
 * Kept lines first (those after `afterSequence`, or since a time), then each new one: no gap and no double between
 * the two, since listening begins before the first look at what is kept.
 */
export async function* followLines(options: FollowOptions): AsyncGenerator<LogLine> {
  const { log, filter, maxQueueBytes, signal } = options
  const queue = new LineQueue({ maxBytes: maxQueueBytes })
  const firstLive = log.nextSequence
  const unlisten = log.listen(listenerFor(queue, filter))
  try {
    if (filter.afterSequence !== undefined || filter.since !== undefined) yield* keptLines(options, firstLive)
    for (let next = await queue.next(signal); next; next = await queue.next(signal)) {
      if (next.skippedLines > 0) yield skippedMark(next.skippedLines, next.lines[0])
      yield* next.lines
    }
  } finally {
    unlisten()
  }
}

async function* keptLines(
  { log, filter, scan, signal }: FollowOptions,
  firstLive: number,
): AsyncGenerator<LogLine> {
  let after = filter.afterSequence ?? 0
  while (!signal.aborted) {
    const page = await scan({
      segments: log.segments,
      filter: { ...filter, afterSequence: after, beforeSequence: firstLive },
      limit: PAGE_LINES,
      prefer: 'oldest',
      maxBytes: PAGE_BYTES,
    })
    yield* page
    const last = page.at(-1)
    if (!last) return
    after = fromCursor(last.cursor)!
  }
}

function listenerFor(queue: LineQueue, filter: LineFilter): (appended: AppendedLines) => void {
  const search = filter.grep ? createTextSearch(filter.grep) : undefined
  return ({ source, at, firstSequence, lineCount, text }) => {
    if (lineCount === 0 || !isCandidate({ at }, source, filter)) return
    if (search && search.next(text, 0, text.length) === -1) return
    const record = { start: 0, end: text.length, at, firstSequence }
    // A copy: the text may lie in the read buffer, which is overwritten by the next read.
    const kept = Buffer.from(text)
    const lines = () => matchLines(kept, record, source, { afterSequence: filter.afterSequence }, search)
    queue.push({ bytes: text.length, lineCount, lines })
  }
}

/** A line of ours in place of what a slow reader missed; its cursor lets a new `follow` begin right after the gap. */
function skippedMark(count: number, next: LogLine | undefined): LogLine {
  return {
    at: next?.at ?? Date.now(),
    process: 'platform',
    instanceId: next?.instanceId ?? '',
    release: next?.release ?? '',
    stream: 'stderr',
    text: `[seaworthy] ${count} lines skipped: they came faster than they were read`,
    cursor: toCursor(next ? fromCursor(next.cursor)! - 1 : 0),
  }
}
