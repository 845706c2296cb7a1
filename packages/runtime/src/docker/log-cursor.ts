import { readFileSync, rmSync, statSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import type { LogFrame } from './log-frames.ts'

/**
 * Where the copying of an instance's output stands. The engine can only be asked for what came since a time, so the
 * cursor also counts the messages of that very time; for each stream by itself, since the engine stamps them by
 * themselves: a message of one may be kept before an earlier one of the other. The lengths tell how far the spool files
 * were then: what they are longer by now was appended after the cursor was last written down, and is left out when it
 * is read again. So nothing is lost or doubled, although the cursor is written rarely.
 */
export interface LogCursor {
  out: StreamMark
  err: StreamMark
  lengths: { out: number; err: number }
}

export interface StreamMark {
  /** Time of the last message that was copied; empty before the first. */
  timestamp: string
  /** How many messages of exactly that time were copied. */
  messagesAtTime: number
}

const STREAMS = ['out', 'err'] as const
const AT_START: StreamMark = { timestamp: '', messagesAtTime: 0 }
/** So long may a message wait between its stamp and its place among those of the other stream. */
const SLACK_SECONDS = 2

export function cursorAtStart(lengths: LogCursor['lengths']): LogCursor {
  return { out: AT_START, err: AT_START, lengths }
}

/** The cursor after `frame`, but for the lengths. */
export function advance(cursor: LogCursor, { stream, timestamp }: LogFrame): LogCursor {
  const mark = cursor[stream]
  const messagesAtTime = timestamp === mark.timestamp ? mark.messagesAtTime + 1 : 1
  return { ...cursor, [stream]: { timestamp, messagesAtTime } }
}

/** The engine's `since`: seconds with nine decimals; it includes that time. Some of what comes is known already. */
export function sinceOf(cursor: LogCursor): string {
  const times = STREAMS.map(stream => cursor[stream].timestamp).filter(timestamp => timestamp !== '')
  const [earliest] = times.sort()
  if (earliest === undefined) return '0'
  const seconds = Math.floor(Date.parse(earliest) / 1000) - SLACK_SECONDS
  return `${seconds}.${earliest.slice(20, 29)}`
}

/** Leaves out what the cursor has seen already, and what the spool files hold beyond it. */
export class SeenFilter {
  readonly #cursor: LogCursor
  readonly #appended: { out: number; err: number }
  readonly #atSameTime = { out: 0, err: 0 }

  constructor(cursor: LogCursor, sizes: LogCursor['lengths']) {
    this.#cursor = cursor
    const { lengths } = cursor
    this.#appended = { out: Math.max(0, sizes.out - lengths.out), err: Math.max(0, sizes.err - lengths.err) }
  }

  /** Whether the cursor has not passed this frame. Ask once for each, in their order. */
  isAfter(frame: LogFrame): boolean {
    const { timestamp, messagesAtTime } = this.#cursor[frame.stream]
    if (frame.timestamp !== timestamp) return frame.timestamp > timestamp
    this.#atSameTime[frame.stream] += 1
    return this.#atSameTime[frame.stream] > messagesAtTime
  }

  /** What of the frame the spool file does not hold yet. */
  withoutAppended({ stream, data }: LogFrame): Buffer {
    const skipped = Math.min(this.#appended[stream], data.length)
    this.#appended[stream] -= skipped
    return data.subarray(skipped)
  }
}

/** The stored cursor, or undefined where none was stored or it cannot be read. */
export function readCursor(file: string): LogCursor | undefined {
  try {
    const stored = JSON.parse(readFileSync(file, 'utf8')) as LogCursor & Partial<StreamMark>
    const { lengths } = stored
    const { out, err } = stored.timestamp === undefined ? stored : marksOfOld(stored.timestamp)
    const numbers = [out.messagesAtTime, err.messagesAtTime, lengths.out, lengths.err]
    const isWhole = [out, err].every(({ timestamp }) => typeof timestamp === 'string')
    return isWhole && numbers.every(Number.isSafeInteger) ? { out, err, lengths } : undefined
  } catch {
    return undefined
  }
}

/** Of a version that kept one time for both streams. */
function marksOfOld(timestamp: string): Pick<LogCursor, 'out' | 'err'> {
  const mark = { timestamp, messagesAtTime: Number.MAX_SAFE_INTEGER }
  return { out: mark, err: mark }
}

/** Whole or not at all. */
export async function writeCursor(file: string, cursor: LogCursor): Promise<void> {
  await writeFile(`${file}.part`, JSON.stringify(cursor), { mode: 0o600 })
  await rename(`${file}.part`, file)
}

export function removeCursor(file: string): void {
  rmSync(`${file}.part`, { force: true })
  rmSync(file, { force: true })
}

export function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}
