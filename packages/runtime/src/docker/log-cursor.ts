import { readFileSync, rmSync, statSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import type { LogFrame } from './log-frames.ts'

/**
 * Where the copying of an instance's output stands. The engine can only be asked for what came since a time, so the
 * cursor also counts the messages of that very time. The lengths tell how far the spool files were then: what they
 * are longer by now was appended after the cursor was last written down, and is left out when it is read again. So
 * nothing is lost or doubled, although the cursor is written rarely.
 */
export interface LogCursor {
  /** Time of the last message that was copied; empty before the first. */
  timestamp: string
  /** How many messages of exactly that time were copied. */
  messagesAtTime: number
  lengths: { out: number; err: number }
}

export function cursorAtStart(lengths: LogCursor['lengths']): LogCursor {
  return { timestamp: '', messagesAtTime: 0, lengths }
}

/** The cursor after `frame`, but for the lengths. */
export function advance(cursor: LogCursor, { timestamp }: LogFrame): LogCursor {
  const isSameTime = timestamp === cursor.timestamp
  return { ...cursor, timestamp, messagesAtTime: isSameTime ? cursor.messagesAtTime + 1 : 1 }
}

/** The engine's `since`: seconds with nine decimals; it includes that time. */
export function sinceOf({ timestamp }: LogCursor): string {
  if (timestamp === '') return '0'
  const seconds = Math.floor(Date.parse(timestamp) / 1000)
  return `${seconds}.${timestamp.slice(20, 29)}`
}

/** Leaves out what the cursor has seen already, and what the spool files hold beyond it. */
export class SeenFilter {
  readonly #cursor: LogCursor
  readonly #appended: { out: number; err: number }
  #atSameTime = 0

  constructor(cursor: LogCursor, sizes: LogCursor['lengths']) {
    this.#cursor = cursor
    const { lengths } = cursor
    this.#appended = { out: Math.max(0, sizes.out - lengths.out), err: Math.max(0, sizes.err - lengths.err) }
  }

  /** Whether the cursor has not passed this frame. Ask once for each, in their order. */
  isAfter(frame: LogFrame): boolean {
    const { timestamp, messagesAtTime } = this.#cursor
    if (frame.timestamp !== timestamp) return frame.timestamp > timestamp
    this.#atSameTime += 1
    return this.#atSameTime > messagesAtTime
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
    const { timestamp, messagesAtTime, lengths } = JSON.parse(readFileSync(file, 'utf8')) as LogCursor
    const numbers = [messagesAtTime, lengths.out, lengths.err]
    const isWhole = typeof timestamp === 'string' && numbers.every(Number.isSafeInteger)
    return isWhole ? { timestamp, messagesAtTime, lengths } : undefined
  } catch {
    return undefined
  }
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
