import type { IncomingHttpHeaders } from 'node:http'
import { type CacheDirectives, parseCacheControl } from './cache-control.ts'
import type { KeepingTerms } from './storage-rules.ts'

/** What to do with a kept answer that matches a request. */
export type Use =
  | 'fresh'
  /** Stale, but may be used at once while the app is asked behind the client's back (RFC 5861). */
  | 'while-revalidating'
  /** Stale, and the client said that it does not mind. */
  | 'stale'
  /** Only after the app confirmed it. */
  | 'revalidate'

/** RFC 9111, 4.2.3. Milliseconds. */
export function ageMs(terms: KeepingTerms, now: number): number {
  return terms.initialAgeMs + Math.max(0, now - terms.receivedAt)
}

/** What the client asks of caches on the way (RFC 9111, 5.2.1). `Pragma: no-cache` counts where it says nothing else. */
export function requestDirectives(headers: IncomingHttpHeaders): CacheDirectives {
  const asks = parseCacheControl(headers['cache-control'])
  if (headers['cache-control'] === undefined && headers.pragma?.toLowerCase().includes('no-cache')) {
    asks.noCache = true
  }
  return asks
}

/** RFC 9111, 4.2 and 5.2.1; RFC 5861. */
export function useOf(terms: KeepingTerms, asks: CacheDirectives, now: number): Use {
  if (terms.alwaysRevalidate || asks.noCache) return 'revalidate'
  const age = ageMs(terms, now)
  if (asks.maxAge !== undefined && age > asks.maxAge * 1000 && asks.maxStale === undefined)
    return 'revalidate'
  const staleForMs = age - terms.lifetimeMs
  if (staleForMs < 0) return staleForMs + (asks.minFresh ?? 0) * 1000 <= 0 ? 'fresh' : 'revalidate'
  if (terms.neverStale || asks.minFresh !== undefined) return 'revalidate'
  if (asks.maxStale !== undefined && !terms.neverStaleAtWill && staleForMs <= asks.maxStale * 1000)
    return 'stale'
  return staleForMs < terms.staleWhileRevalidateMs ? 'while-revalidating' : 'revalidate'
}

/** Whether the answer may stand in for an app that fails (RFC 5861, 4). */
export function mayStandIn(terms: KeepingTerms, asks: CacheDirectives, now: number): boolean {
  if (terms.neverStale || asks.noCache) return false
  const allowedMs = Math.max(terms.staleIfErrorMs, (asks.staleIfError ?? 0) * 1000)
  return allowedMs > 0 && ageMs(terms, now) - terms.lifetimeMs < allowedMs
}
