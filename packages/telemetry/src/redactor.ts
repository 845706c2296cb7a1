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
  /** The same by the hash of four bytes, asked where the first two fit: of many patterns, some start like any text. */
  prefixes: Uint8Array
  byPrefix: Map<number, Buffer[]>
}

/** No pattern is shorter: see `redactionPatterns`. */
const PREFIX_BYTES = 4

function indexPatterns(all: Buffer[]): PatternIndex {
  const tableSize = all.length === 0 ? 0 : 65_536
  const index: PatternIndex = {
    longestBytes: all.reduce((longest, pattern) => Math.max(longest, pattern.length), 0),
    all,
    starts: new Uint8Array(tableSize),
    byStart: Map.groupBy(all, pattern => startAt(pattern, 0)),
    prefixes: new Uint8Array(tableSize),
    byPrefix: Map.groupBy(all, pattern => prefixAt(pattern, 0)),
  }
  for (const start of index.byStart.keys()) index.starts[start] = 1
  for (const prefix of index.byPrefix.keys()) index.prefixes[hashOf(prefix)] = 1
  return index
}

function startAt(bytes: Buffer, at: number): number {
  return bytes[at]! * 256 + bytes[at + 1]!
}

function prefixAt(bytes: Buffer, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
}

/** Knuth's multiplicative hash, 16 bits of it. */
function hashOf(prefix: number): number {
  return Math.imul(prefix, 0x9e3779b1) >>> 16
}

function findSpans(bytes: Buffer, { all, starts, prefixes, byPrefix }: PatternIndex): Span[] {
  const spans: Span[] = []
  if (all.length === 0) return spans
  const last = bytes.length - PREFIX_BYTES
  for (let at = 0; at <= last; at++) {
    if (starts[startAt(bytes, at)] === 0) continue
    const prefix = prefixAt(bytes, at)
    if (prefixes[hashOf(prefix)] === 0) continue
    const length = longestMatch(bytes, at, byPrefix.get(prefix) ?? [])
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
function cutBeforeUnfinished(bytes: Buffer, spans: readonly Span[], index: PatternIndex): number {
  let cut = Math.max(0, bytes.length - index.longestBytes + 1)
  while (cut < bytes.length && !mayBegin(bytes, cut, index)) cut += 1
  const across = spans.find(({ start, end }) => start < cut && end > cut)
  return across ? across.start : cut
}

/** Whether all bytes from `at` on are the beginning of a longer pattern. */
function mayBegin(bytes: Buffer, at: number, { all, starts, byStart }: PatternIndex): boolean {
  const length = bytes.length - at
  const isAlone = length === 1
  if (!isAlone && starts[startAt(bytes, at)] === 0) return false
  const candidates = isAlone ? all : byStart.get(startAt(bytes, at))!
  return candidates.some(
    pattern => pattern.length > length && bytes.compare(pattern, 0, length, at, bytes.length) === 0,
  )
}
