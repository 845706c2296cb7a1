import type { IncomingHttpHeaders } from 'node:http'
import { acceptedSet, type Coding } from '../content/accept-encoding.ts'
import { joinedValue, removeHeader } from '../content/header-list.ts'
import type { KeepingTerms } from './storage-rules.ts'

/** A whole answer to a GET, as the app gave it. */
export interface StoredAnswer {
  /** Release, scheme, host and path with query: see `cacheKey`. */
  key: string
  /** Of the route: see `RouteCaching`. */
  scope: string
  appId: string
  /** Path and query as the client asked, for purging. */
  url: string
  status: number
  reason: string
  /** Name, value, name, value …; without framing. */
  headers: readonly string[]
  body: Buffer
  /** The fields that the app chose the answer by, with what the request said in them. */
  variant: readonly (readonly [name: string, value: string])[]
  terms: KeepingTerms
  /** Compressed forms, made when first asked for. */
  coded: Map<Coding, Buffer>
  bytes: number
  /** Asked for since the eviction last came by. */
  used: boolean
}

/** Objects, lists and map slots of one answer, roughly. */
const OVERHEAD_BYTES = 1_024

export function storedBytes({
  key,
  url,
  headers,
  body,
  coded,
}: Omit<StoredAnswer, 'bytes' | 'used'>): number {
  let bytes = OVERHEAD_BYTES + 2 * (key.length + url.length) + body.length
  for (const text of headers) bytes += text.length
  for (const form of coded.values()) bytes += form.length
  return bytes
}

/** The request's fields that `Vary` names, with their values (RFC 9111, 4.1). */
export function variantOf(
  answerHeaders: readonly string[],
  request: IncomingHttpHeaders,
): [name: string, value: string][] {
  const vary = joinedValue(answerHeaders, 'vary')?.toLowerCase() ?? ''
  const names = vary.split(',').map(name => name.trim())
  return [...new Set(names)].filter(name => name !== '').map(name => [name, fieldText(request, name)])
}

export function matchesVariant({ variant }: StoredAnswer, request: IncomingHttpHeaders): boolean {
  return variant.every(([name, value]) => fieldText(request, name) === value)
}

/** Clients spell the same wish in many ways: what they take counts, not how they say it. */
function fieldText(request: IncomingHttpHeaders, name: string): string {
  const value = request[name]
  if (value === undefined) return '\0'
  const text = Array.isArray(value) ? value.join(', ') : value
  if (name === 'accept-encoding') return acceptedSet(text)
  return text.replaceAll(/[\t ]*,[\t ]*/g, ',').trim()
}

/** Framing, and what says how the stored body is coded: a 304 does not change these (RFC 9111, 3.2). */
const KEPT_BY_304 = new Set(['content-length', 'content-encoding', 'content-type', 'content-range', 'etag'])

/** The stored headers as the app's `304 Not Modified` brings them up to date (RFC 9111, 4.3.4). */
export function updatedHeaders(stored: readonly string[], fresh: readonly string[]): string[] {
  const updated = [...stored]
  const replaced = new Set<string>()
  for (let index = 0; index < fresh.length; index += 2) {
    const name = fresh[index]!.toLowerCase()
    if (KEPT_BY_304.has(name)) continue
    if (!replaced.has(name)) removeHeader(updated, name)
    replaced.add(name)
    updated.push(fresh[index]!, fresh[index + 1]!)
  }
  return updated
}
