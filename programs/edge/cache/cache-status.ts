import { addToList } from '../content/header-list.ts'

/** What the cache did, as in the access log. */
export type CacheOutcome = 'hit' | 'stale' | 'revalidated' | 'miss' | 'bypass'

/** Adds our part of `Cache-Status` (RFC 9211), which names every cache on the way. */
export function addCacheStatus(headers: string[], parameters: string): void {
  addToList(headers, 'Cache-Status', `Seaworthy; ${parameters}`)
}
