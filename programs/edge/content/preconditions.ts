import type { IncomingHttpHeaders } from 'node:http'
import { type ByteRange, parseByteRange } from './byte-range.ts'
import { parseHttpDate } from './http-date.ts'

/** What names the state of a representation. */
export interface Validators {
  /** As in the header: quoted, weak with `W/`. */
  etag: string | undefined
  /** As in the header. */
  lastModified: string | undefined
}

/** The elements of a list such as `"a", W/"b,c"`. */
const TAGS = /(?:W\/)?"[^"]*"/g

/** RFC 9110, 8.8.3.2: whether a tag is in the list, by weak comparison. `*` stands for any. */
export function listsTagWeakly(list: string, etag: string | undefined): boolean {
  if (list.trim() === '*') return true
  if (etag === undefined) return false
  const opaque = withoutWeakness(etag)
  return tagsOf(list).some(tag => withoutWeakness(tag) === opaque)
}

/** By strong comparison: a weak tag is never equal to anything. */
export function listsTagStrongly(list: string, etag: string | undefined): boolean {
  if (list.trim() === '*') return true
  return etag?.startsWith('"') === true && tagsOf(list).includes(etag)
}

function tagsOf(list: string): string[] {
  return list.match(TAGS) ?? []
}

function withoutWeakness(tag: string): string {
  return tag.startsWith('W/') ? tag.slice(2) : tag
}

/**
 * The conditions of a GET or HEAD on a file, in the order of RFC 9110, 13.2.2. `If-Modified-Since` is met only by the
 * very same time: after a rollback a file may be older than what the client holds, and yet differ.
 */
export function checkPreconditions(
  headers: IncomingHttpHeaders,
  { etag, lastModified }: Validators,
): 'met' | 'not-modified' | 'failed' {
  const unchanged = headers['if-match']
  if (unchanged !== undefined) {
    if (!listsTagStrongly(unchanged, etag)) return 'failed'
  } else if (wasModifiedSince(headers['if-unmodified-since'], lastModified)) return 'failed'
  const known = headers['if-none-match']
  if (known !== undefined) return listsTagWeakly(known, etag) ? 'not-modified' : 'met'
  const since = headers['if-modified-since']
  return since !== undefined && since === lastModified ? 'not-modified' : 'met'
}

/** RFC 9110, 13.1.4: what is no date is no condition. */
function wasModifiedSince(since: string | undefined, lastModified: string | undefined): boolean {
  const date = parseHttpDate(since)
  const modified = parseHttpDate(lastModified)
  return date !== undefined && modified !== undefined && modified > date
}

/**
 * The range that a GET wants of a whole of `sizeBytes`, or undefined for all of it. `If-Range` holds for exactly this
 * state only: a strong tag, or the very date (RFC 9110, 13.1.5 and 14.2).
 */
export function wantedRange(
  headers: IncomingHttpHeaders,
  { etag, lastModified }: Validators,
  sizeBytes: number,
): ByteRange | 'unsatisfiable' | undefined {
  if (headers.range === undefined) return undefined
  const condition = headers['if-range'] as string | undefined
  if (condition !== undefined && !holdsIfRange(condition, etag, lastModified)) return undefined
  const range = parseByteRange(headers.range, sizeBytes)
  return range === 'ignore' ? undefined : range
}

function holdsIfRange(
  condition: string,
  etag: string | undefined,
  lastModified: string | undefined,
): boolean {
  if (condition.startsWith('"') || condition.startsWith('W/')) {
    return etag?.startsWith('"') === true && condition === etag
  }
  return condition === lastModified
}
