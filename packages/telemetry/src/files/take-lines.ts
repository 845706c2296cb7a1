import { isUtf8 } from 'node:buffer'
import type { Redactor } from '../redactor.ts'

export interface TakenLines {
  /** Whole lines, each with its newline: redacted, valid UTF-8. */
  text: Buffer
  lineCount: number
  /** How many of the raw bytes were used up. The rest is a line that has not ended yet. */
  takenBytes: number
}

export interface TakeLinesOptions {
  redactor: Redactor
  maxLineBytes: number
  /** No more bytes will come: the last line counts although its newline is missing. */
  isEnd: boolean
}

/** What ends a piece of a line that was too long to keep in one. */
export const SPLIT_MARK = ' [line continues]'

const NEWLINE = 10
const CARRIAGE_RETURN = 13

/** Turns raw output into lines to keep. Pure: the same bytes give the same lines. */
export function takeLines(raw: Buffer, options: TakeLinesOptions): TakenLines {
  const ended = raw.subarray(0, raw.lastIndexOf(NEWLINE) + 1)
  if (ended.length > 0) return takeEnded(ended, options)
  if (isTooLong(raw, options)) return takePiece(raw, options)
  if (options.isEnd && raw.length > 0) return { ...finish([raw], options), takenBytes: raw.length }
  return { text: raw.subarray(0, 0), lineCount: 0, takenBytes: 0 }
}

function takeEnded(ended: Buffer, options: TakeLinesOptions): TakenLines {
  if (!hasLongLine(ended, options.maxLineBytes)) {
    return { ...finishWhole(ended, options.redactor), takenBytes: ended.length }
  }
  const pieces: Buffer[] = []
  for (let from = 0; from < ended.length; ) {
    const newline = ended.indexOf(NEWLINE, from)
    pieces.push(...splitLine(ended.subarray(from, newline), options))
    from = newline + 1
  }
  return { ...finish(pieces, options), takenBytes: ended.length }
}

function hasLongLine(ended: Buffer, maxLineBytes: number): boolean {
  for (let from = 0; from < ended.length; ) {
    // From the farthest place where this line may end, look back: one look for many short lines.
    const newline = ended.lastIndexOf(NEWLINE, Math.min(from + maxLineBytes, ended.length - 1))
    if (newline < from) return true
    from = newline + 1
  }
  return false
}

function splitLine(line: Buffer, options: TakeLinesOptions): Buffer[] {
  const pieces: Buffer[] = []
  let rest = line
  while (rest.length > options.maxLineBytes) {
    const cut = cutPosition(rest, options)
    if (cut >= rest.length) break
    pieces.push(Buffer.concat([rest.subarray(0, cut), Buffer.from(SPLIT_MARK)]))
    rest = rest.subarray(cut)
  }
  return [...pieces, rest]
}

/** The bytes after the cut must be there too, or a secret that lies across the cut would not be seen. */
function isTooLong(raw: Buffer, { maxLineBytes, redactor, isEnd }: TakeLinesOptions): boolean {
  return raw.length > maxLineBytes + (isEnd ? 0 : redactor.longestBytes)
}

function takePiece(raw: Buffer, options: TakeLinesOptions): TakenLines {
  const cut = cutPosition(raw, options)
  const piece = Buffer.concat([raw.subarray(0, cut), Buffer.from(SPLIT_MARK)])
  return { ...finish([piece], options), takenBytes: cut }
}

/** At most `maxLineBytes` unless a secret is longer; never inside a secret, never inside a UTF-8 character. */
function cutPosition(line: Buffer, { maxLineBytes, redactor }: TakeLinesOptions): number {
  const window = line.subarray(0, maxLineBytes + redactor.longestBytes)
  const across = redactor.find(window).find(({ start, end }) => start < maxLineBytes && end > maxLineBytes)
  if (across) return across.start > 0 ? across.start : across.end
  return characterStart(line, maxLineBytes)
}

function characterStart(line: Buffer, at: number): number {
  for (let back = 0; back < 4; back++) {
    if ((line[at - back]! & 0xc0) !== 0x80) return at - back
  }
  return at // no UTF-8 in any case
}

function finish(lines: readonly Buffer[], { redactor }: TakeLinesOptions): Omit<TakenLines, 'takenBytes'> {
  const newline = Buffer.from([NEWLINE])
  return finishWhole(Buffer.concat(lines.flatMap(line => [line, newline])), redactor)
}

function finishWhole(ended: Buffer, redactor: Redactor): Omit<TakenLines, 'takenBytes'> {
  const text = withoutCarriageReturns(toValidUtf8(redactor.redactBytes(ended)))
  return { text, lineCount: countLines(text) }
}

function toValidUtf8(bytes: Buffer): Buffer {
  return isUtf8(bytes) ? bytes : Buffer.from(bytes.toString('utf8'))
}

function withoutCarriageReturns(text: Buffer): Buffer {
  if (!text.includes(CARRIAGE_RETURN)) return text
  return Buffer.from(text.toString('latin1').replaceAll('\r\n', '\n'), 'latin1')
}

function countLines(text: Buffer): number {
  let count = 0
  for (let at = text.indexOf(NEWLINE); at !== -1; at = text.indexOf(NEWLINE, at + 1)) count += 1
  return count
}
