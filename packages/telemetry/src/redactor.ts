import { redactionPatterns } from './redaction-patterns.ts'

/** What stands in a log where a secret value was. */
export const REDACTED = '[redacted]'

export interface Redactor {
  /** Length in bytes of the longest text that is looked for; 0 when there is nothing to hide. */
  readonly longestBytes: number
  /** The line with each secret value replaced by `[redacted]`. */
  redact(line: string): string
  /** The same for bytes; returns `bytes` itself where nothing was found. No pattern holds a line break. */
  redactBytes(bytes: Buffer): Buffer
  /** Where secret values stand, in order, overlapping ones as one. `end` is exclusive. */
  find(bytes: Buffer): Span[]
  /** For text that comes in pieces (a terminal): a value is found also where it lies across pieces. */
  stream(): RedactingStream
}

export interface Span {
  start: number
  end: number
}

export interface RedactingStream {
  /** What may be shown by now: the rest, which could be the beginning of a value, comes with a later piece. */
  write(piece: Buffer): Buffer
  /** What was held back. Call it also when nothing came for a moment, so that a prompt or an echoed key shows. */
  end(): Buffer
}

/** Hides `values` (see `redactionPatterns` for the forms that are found). Costs about 1 ns a byte. */
export function createRedactor(values: readonly string[]): Redactor {
  const patterns = indexPatterns(redactionPatterns(values))
  const find = (bytes: Buffer) => findSpans(bytes, patterns)
  const redactBytes = (bytes: Buffer) => replaceSpans(bytes, find(bytes))
  return {
    longestBytes: patterns.longestBytes,
    find,
    redactBytes,
    redact: line => redactText(line, redactBytes),
    stream: () => createRedactingStream(patterns, find),
  }
}

interface PatternIndex {
  longestBytes: number
  all: Buffer[]
  /** 1 where a pattern starts with the two bytes (first × 256 + second): one look per byte of text. */
  starts: Uint8Array
  byStart: Map<number, Buffer[]>
}

function indexPatterns(all: Buffer[]): PatternIndex {
  const index: PatternIndex = {
    longestBytes: Math.max(0, ...all.map(pattern => pattern.length)),
    all,
    starts: new Uint8Array(all.length === 0 ? 0 : 65_536),
    byStart: new Map(),
  }
  for (const pattern of all) {
    const start = pattern[0]! * 256 + pattern[1]!
    index.starts[start] = 1
    index.byStart.set(start, [...(index.byStart.get(start) ?? []), pattern])
  }
  return index
}

function findSpans(bytes: Buffer, { all, starts, byStart }: PatternIndex): Span[] {
  const spans: Span[] = []
  if (all.length === 0) return spans
  for (let at = 0; at + 1 < bytes.length; at++) {
    const start = bytes[at]! * 256 + bytes[at + 1]!
    if (starts[start] === 0) continue
    const length = longestMatch(bytes, at, byStart.get(start)!)
    if (length > 0) addSpan(spans, { start: at, end: at + length })
  }
  return spans
}

function longestMatch(bytes: Buffer, at: number, candidates: readonly Buffer[]): number {
  let longest = 0
  for (const pattern of candidates) {
    const end = at + pattern.length
    if (pattern.length <= longest || end > bytes.length) continue
    if (bytes.compare(pattern, 0, pattern.length, at, end) === 0) longest = pattern.length
  }
  return longest
}

function addSpan(spans: Span[], span: Span): void {
  const last = spans.at(-1)
  if (last && span.start < last.end) last.end = Math.max(last.end, span.end)
  else spans.push(span)
}

function replaceSpans(bytes: Buffer, spans: readonly Span[]): Buffer {
  if (spans.length === 0) return bytes
  const mask = Buffer.from(REDACTED)
  const parts: Buffer[] = []
  let from = 0
  for (const { start, end } of spans) {
    parts.push(bytes.subarray(from, start), mask)
    from = end
  }
  parts.push(bytes.subarray(from))
  return Buffer.concat(parts)
}

function redactText(line: string, redactBytes: (bytes: Buffer) => Buffer): string {
  const bytes = Buffer.from(line)
  const redacted = redactBytes(bytes)
  return redacted === bytes ? line : redacted.toString()
}

function createRedactingStream(patterns: PatternIndex, find: (bytes: Buffer) => Span[]): RedactingStream {
  let held: Buffer = Buffer.alloc(0)
  return {
    write(piece) {
      const bytes = Buffer.concat([held, piece])
      const cut = cutBeforeUnfinished(bytes, find(bytes), patterns)
      held = bytes.subarray(cut)
      const shown = bytes.subarray(0, cut)
      return replaceSpans(shown, find(shown))
    },
    end() {
      const rest = replaceSpans(held, find(held))
      held = Buffer.alloc(0)
      return rest
    },
  }
}

/** The first position from which on the bytes may turn out to be (a longer or overlapping) value. */
function cutBeforeUnfinished(
  bytes: Buffer,
  spans: readonly Span[],
  { all, longestBytes }: PatternIndex,
): number {
  let cut = bytes.length
  for (let at = Math.max(0, bytes.length - longestBytes + 1); at < bytes.length; at++) {
    const rest = bytes.subarray(at)
    if (!all.some(pattern => pattern.length > rest.length && pattern.subarray(0, rest.length).equals(rest)))
      continue
    cut = at
    break
  }
  const across = spans.find(({ start, end }) => start < cut && end > cut)
  return across ? across.start : cut
}
