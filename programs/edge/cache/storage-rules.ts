import type { IncomingHttpHeaders } from 'node:http'
import type { CacheRule } from '@seaworthy/routes'
import { headerValue, joinedValue } from '../content/header-list.ts'
import { parseHttpDate } from '../content/http-date.ts'
import { type CacheDirectives, parseCacheControl } from './cache-control.ts'

/** What is kept of an answer's say over how long it may be used. Times in milliseconds. */
export interface KeepingTerms {
  lifetimeMs: number
  /** Age at `receivedAt`, as it came from upstream caches, clocks and the way (RFC 9111, 4.2.3). */
  initialAgeMs: number
  receivedAt: number
  /** Never without asking the app. */
  alwaysRevalidate: boolean
  /** Not even when the app cannot be asked. */
  neverStale: boolean
  /** `s-maxage` forbids what a client asks for by `max-stale` (RFC 9111, 5.2.2.10). */
  neverStaleAtWill: boolean
  staleWhileRevalidateMs: number
  staleIfErrorMs: number
  /** Fields that must not be sent again, in lower case. */
  withheld: string[]
  /** Kept by the app's cache rule alone: for those who come without cookies and credentials. */
  onlyForAnonymous: boolean
}

export interface JudgedAnswer {
  request: IncomingHttpHeaders
  status: number
  /** Name, value, name, value … as clients get them. */
  headers: readonly string[]
  rule: CacheRule
  /** Milliseconds since 1970: when it was asked for, and when its head came. */
  requestedAt: number
  receivedAt: number
}

/**
 * Whether a shared cache may keep this answer to a GET, and on what terms (RFC 9111, 3).
 * @returns undefined where it may not, or where keeping it would be of no use
 */
export function termsOfKeeping(answer: JudgedAnswer): KeepingTerms | undefined {
  const { request, status, headers, rule } = answer
  const says = parseCacheControl(joinedValue(headers, 'cache-control'))
  if (!STATUSES.has(status) || says.noStore || says.isPrivate) return undefined
  if (parseCacheControl(request['cache-control']).noStore) return undefined
  if (joinedValue(headers, 'vary')?.includes('*')) return undefined
  const withheld = Array.isArray(says.noCache) ? says.noCache : []
  if (headerValue(headers, 'set-cookie') !== undefined && !withheld.includes('set-cookie')) return undefined
  const isShared = says.isPublic || says.mustRevalidate || says.sMaxAge !== undefined
  if (request.authorization !== undefined && !isShared) return undefined
  // RFC 9111 would let a bare max-age be shared; few who write it for a page think of whose page it is.
  if (request.cookie !== undefined && !isShared && !variesBy(headers, 'cookie')) return undefined

  const told = toldLifetimeMs(headers, says, answer.receivedAt)
  const onlyForAnonymous = told === undefined && says.noCache !== true
  if (onlyForAnonymous && (rule.defaultSeconds === undefined || isPersonal(request))) return undefined
  const terms = {
    lifetimeMs: told ?? (onlyForAnonymous ? rule.defaultSeconds! * 1000 : 0),
    initialAgeMs: initialAgeMs(answer),
    receivedAt: answer.receivedAt,
    alwaysRevalidate: says.noCache === true,
    neverStale: says.mustRevalidate || says.proxyRevalidate || says.noCache === true,
    neverStaleAtWill: says.sMaxAge !== undefined,
    staleWhileRevalidateMs: (says.staleWhileRevalidate ?? rule.staleWhileRevalidateSeconds ?? 0) * 1000,
    staleIfErrorMs: (says.staleIfError ?? rule.staleIfErrorSeconds ?? 0) * 1000,
    withheld,
    onlyForAnonymous,
  }
  return isOfUse(terms, headers) ? terms : undefined
}

/** Those that mean the same to whoever asks; none that says that the app has a problem. */
const STATUSES = new Set([200, 203, 204, 300, 301, 302, 303, 307, 308, 404, 405, 410, 414, 451, 501])

function variesBy(headers: readonly string[], name: string): boolean {
  const names = joinedValue(headers, 'vary')?.toLowerCase().split(',') ?? []
  return names.some(each => each.trim() === name)
}

/** Whether the request comes with what may make its answer personal. */
export function isPersonal(request: IncomingHttpHeaders): boolean {
  return request.cookie !== undefined || request.authorization !== undefined
}

/** RFC 9111, 4.2.1. `Expires` counts from `Date`; one that is no date has passed. */
function toldLifetimeMs(
  headers: readonly string[],
  { sMaxAge, maxAge }: CacheDirectives,
  receivedAt: number,
): number | undefined {
  const age = sMaxAge ?? maxAge
  if (age !== undefined) return age * 1000
  const expires = headerValue(headers, 'expires')
  if (expires === undefined) return undefined
  const expiresAt = parseHttpDate(expires)
  if (expiresAt === undefined) return 0
  return Math.max(0, expiresAt - (parseHttpDate(headerValue(headers, 'date')) ?? receivedAt))
}

/** RFC 9111, 4.2.3. */
function initialAgeMs({ headers, requestedAt, receivedAt }: JudgedAnswer): number {
  const date = parseHttpDate(headerValue(headers, 'date'))
  const apparentAgeMs = date === undefined ? 0 : Math.max(0, receivedAt - date)
  const told = headerValue(headers, 'age')
  const toldAgeMs = /^[0-9]{1,10}$/.test(told ?? '') ? Number(told) * 1000 : 0
  // A date has whole seconds: an answer of this very second must not be a second old.
  const roundedAgeMs = apparentAgeMs < 1000 ? 0 : apparentAgeMs
  return Math.max(roundedAgeMs, toldAgeMs + (receivedAt - requestedAt))
}

/** What is stale at once and has nothing to be asked about by would only take memory. */
function isOfUse(terms: KeepingTerms, headers: readonly string[]): boolean {
  if (headerValue(headers, 'etag') !== undefined || headerValue(headers, 'last-modified') !== undefined)
    return true
  if (terms.alwaysRevalidate) return false
  const longestMs = terms.lifetimeMs + Math.max(terms.staleWhileRevalidateMs, terms.staleIfErrorMs)
  return longestMs > terms.initialAgeMs
}
