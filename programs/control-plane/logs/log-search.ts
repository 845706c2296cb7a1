/** What the log store does not look for itself: levels, and the surroundings of a time or of a line. */
import type { LogLine, LogQuery, LogStore } from '@seaworthy/telemetry'
import { isAtLeast, type LevelFilter } from './log-level.ts'

export type Filter = Omit<LogQuery, 'limit'> & { level?: LevelFilter | undefined }

const BATCH_LINES = 10_000
/** Looked through at most for one question. */
const MAX_BATCHES = 20

/** The newest lines of a level, oldest first. */
export async function queryLines(
  logs: Pick<LogStore, 'query'>,
  { level, ...wanted }: Filter,
  limit: number,
): Promise<LogLine[]> {
  if (level === undefined) return logs.query({ ...wanted, limit })
  const found: LogLine[] = []
  let { until } = wanted
  let seen: string | undefined
  for (let batch = 0; batch < MAX_BATCHES && found.length < limit; batch++) {
    const lines = await logs.query({ ...wanted, until, limit: BATCH_LINES })
    // The last batch ended within a millisecond: its lines of that one come again.
    const fresh = lines.filter(({ cursor }) => seen === undefined || cursor < seen)
    found.unshift(...fresh.filter(line => isAtLeast(level, line)))
    if (lines.length < BATCH_LINES || fresh.length === 0) break
    seen = fresh[0]!.cursor
    until = fresh[0]!.at
  }
  return found.slice(-limit)
}

export interface Around {
  /** Lines to begin with. */
  first: LogLine[]
  /** Where to go on behind them. */
  next: Pick<LogQuery, 'since' | 'after'>
}

const LINES_BEFORE = 200

/** `around` is a time in milliseconds since 1970, or the cursor of a line. */
export async function linesAround(
  logs: Pick<LogStore, 'query'>,
  wanted: Filter,
  around: number | string,
): Promise<Around> {
  if (typeof around === 'string') return { first: [], next: { after: before(around, LINES_BEFORE) } }
  const first = await queryLines(logs, { ...wanted, until: around }, LINES_BEFORE)
  const last = first.at(-1)
  return { first, next: last ? { after: last.cursor } : { since: around } }
}

/** A cursor is the number of a line within its app, in a fixed width. */
function before(cursor: string, lines: number): string {
  const number = Math.max(0, Number(cursor) - lines - 1)
  return String(number).padStart(cursor.length, '0')
}
