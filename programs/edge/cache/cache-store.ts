import type { IncomingHttpHeaders } from 'node:http'
import type { CachePurge } from '@seaworthy/routes'
import { matchesVariant, type StoredAnswer, storedBytes } from './stored-answer.ts'

/** Answers to one address are few; an app that varies by what every client says differently must not fill the store. */
const MAX_VARIANTS = 32

/**
 * Stored answers of one worker, bounded by bytes. Eviction is second chance ("clock"), as in the cache of static files:
 * a hit only sets a flag.
 */
export class CacheStore {
  readonly #maxBytes: number
  readonly #byKey = new Map<string, StoredAnswer[]>()
  readonly #clock = new Set<StoredAnswer>()
  #bytes = 0

  constructor({ maxBytes }: { maxBytes: number }) {
    this.#maxBytes = maxBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  get size(): number {
    return this.#clock.size
  }

  /** The largest answer that is kept: an eighth of the store, so that one never drives out all others. */
  get maxAnswerBytes(): number {
    return this.#maxBytes >> 3
  }

  /** The answer for this request; of several that fit the one that came last. */
  find(key: string, request: IncomingHttpHeaders): StoredAnswer | undefined {
    const variants = this.#byKey.get(key)
    if (variants === undefined) return undefined
    for (let index = variants.length - 1; index >= 0; index--) {
      const stored = variants[index]!
      if (!matchesVariant(stored, request)) continue
      stored.used = true
      return stored
    }
    return undefined
  }

  /** The names that answers to this address vary by, or undefined for one that was never stored. */
  variantNames(key: string): readonly string[] | undefined {
    return this.#byKey
      .get(key)
      ?.at(-1)
      ?.variant.map(([name]) => name)
  }

  /** Keeps the answer in place of the one for the same variant. */
  put(answer: Omit<StoredAnswer, 'bytes' | 'used'>): void {
    const stored: StoredAnswer = { ...answer, bytes: storedBytes(answer), used: false }
    if (stored.bytes > this.maxAnswerBytes) return
    const variants = this.#byKey.get(stored.key) ?? []
    const same = variants.find(other => isSameVariant(other, stored))
    if (same) this.#forget(same)
    else if (variants.length >= MAX_VARIANTS) this.#forget(variants[0]!)
    const left = this.#byKey.get(stored.key) ?? []
    left.push(stored)
    this.#byKey.set(stored.key, left)
    this.#clock.add(stored)
    this.#bytes += stored.bytes
    this.#evict()
  }

  /** A stored answer got another form, or other headers. Without effect when it is gone. */
  measure(stored: StoredAnswer): void {
    if (!this.#clock.has(stored)) return
    const bytes = storedBytes(stored)
    this.#bytes += bytes - stored.bytes
    stored.bytes = bytes
    this.#evict()
  }

  forget(key: string): void {
    for (const stored of [...(this.#byKey.get(key) ?? [])]) this.#forget(stored)
  }

  /** @returns how many were forgotten */
  purge(matches: (stored: StoredAnswer) => boolean): number {
    let purged = 0
    for (const stored of this.#clock) {
      if (!matches(stored)) continue
      this.#forget(stored)
      purged++
    }
    return purged
  }

  #evict(): void {
    for (const stored of this.#clock) {
      if (this.#bytes <= this.#maxBytes) return
      if (stored.used) {
        stored.used = false
        this.#clock.delete(stored) // and to the end of the row: a set goes on to what is added meanwhile
        this.#clock.add(stored)
      } else this.#forget(stored)
    }
  }

  #forget(stored: StoredAnswer): void {
    if (!this.#clock.delete(stored)) return
    this.#bytes -= stored.bytes
    const variants = this.#byKey.get(stored.key)!
    variants.splice(variants.indexOf(stored), 1)
    if (variants.length === 0) this.#byKey.delete(stored.key)
  }
}

function isSameVariant(a: Pick<StoredAnswer, 'variant'>, b: Pick<StoredAnswer, 'variant'>): boolean {
  return JSON.stringify(a.variant) === JSON.stringify(b.variant)
}

/** Whether a purge means what is stored, or being fetched, under this address. */
export function isPurged(
  { appId, path, prefix }: CachePurge,
  stored: { appId: string; url: string },
): boolean {
  if (stored.appId !== appId) return false
  if (path !== undefined) return path.includes('?') ? stored.url === path : withoutQuery(stored.url) === path
  return prefix === undefined || stored.url.startsWith(prefix)
}

function withoutQuery(url: string): string {
  const query = url.indexOf('?')
  return query === -1 ? url : url.slice(0, query)
}
