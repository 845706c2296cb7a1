import type { AnswerHeaderRules } from '@seaworthy/routes'
import { headerValue } from '../content/header-list.ts'
import { SHARED_SLOT } from '../counters/counter-memory.ts'
import { answerHeadersFor } from '../proxy/active-routes.ts'
import type { AnswerTap, StandIn } from '../proxy/answer-tap.ts'
import type { ExchangeOptions } from '../proxy/exchange.ts'
import type { ResponseHead } from '../proxy/response-head.ts'
import type { CacheDirectives } from './cache-control.ts'
import type { ActiveCacheRule } from './cache-rules.ts'
import { addCacheStatus } from './cache-status.ts'
import type { CacheStore } from './cache-store.ts'
import type { Flight } from './flights.ts'
import { mayStandIn } from './freshness.ts'
import { type KeepingTerms, termsOfKeeping } from './storage-rules.ts'
import { type StoredAnswer, updatedHeaders, variantOf } from './stored-answer.ts'
import { isNotModified, StoredReply, sendNotModified } from './stored-reply.ts'

/** What fills of one worker share. */
export interface FillBooks {
  readonly store: CacheStore
  /** Those under way, so that a purge reaches them. */
  readonly fills: Set<CacheFill>
  /** Bytes that fills hold, and may hold at most. */
  heldBytes: number
  readonly maxHeldBytes: number
}

export interface CacheFillOptions {
  books: FillBooks
  exchange: ExchangeOptions
  rule: ActiveCacheRule
  asks: CacheDirectives
  key: string
  scope: string
  appId: string
  url: string
  /** What is there and has to be confirmed. */
  stored: StoredAnswer | undefined
  /** Others who wait for this answer. */
  flight: Flight | undefined
}

/** What stands for an app that fails. RFC 5861, 4. */
const FAILURES = new Set([500, 502, 503, 504])
const STATUSES_WITHOUT_BODY = new Set([204, 304])

/**
 * One answer on its way from the app into the cache. Only a whole one is kept; a purge, a client that leaves or an app
 * that breaks off ends it without a trace.
 */
export class CacheFill implements AnswerTap {
  readonly #options: CacheFillOptions
  readonly #requestedAt = Date.now()
  #head: ResponseHead | undefined
  #headers: string[] = []
  #terms: KeepingTerms | undefined
  #chunks: Buffer[] = []
  #bytes = 0
  #isOpen = true

  constructor(options: CacheFillOptions) {
    this.#options = options
    options.books.fills.add(this)
    // However the request ends: those who wait must hear of it.
    options.exchange.response.once('close', () => this.close())
  }

  get appId(): string {
    return this.#options.appId
  }

  get url(): string {
    return this.#options.url
  }

  /** What the app is asked instead of what the client asked: whether the stored answer still holds (RFC 9111, 4.3.1). */
  get conditions(): string {
    const { stored } = this.#options
    if (!stored) return ''
    const etag = headerValue(stored.headers, 'etag')
    const lastModified = headerValue(stored.headers, 'last-modified')
    return `${etag ? `If-None-Match: ${etag}\r\n` : ''}${lastModified ? `If-Modified-Since: ${lastModified}\r\n` : ''}`
  }

  onHead(head: ResponseHead): StandIn | undefined {
    const { stored, exchange } = this.#options
    if (stored && head.status === 304) return this.#confirmed(stored, head)
    if (stored && FAILURES.has(head.status)) {
      const standIn = this.#standIn(`fwd=stale; fwd-status=${head.status}`)
      if (standIn) return standIn
    }
    this.#judge(head)
    const wayThrough = stored ? `fwd=stale; fwd-status=${head.status}` : 'fwd=miss'
    addCacheStatus(head.headers, this.#terms ? `${wayThrough}; stored` : wayThrough)
    exchange.record.cache = 'miss'
    return head.status === 200 && isNotModified(exchange.request.headers, head.headers)
      ? this.#notModified(head)
      : undefined
  }

  onBody(chunk: Buffer): void {
    if (!this.#terms) return
    const { books } = this.#options
    this.#bytes += chunk.length
    books.heldBytes += chunk.length
    this.#chunks.push(Buffer.from(chunk))
    if (this.#bytes > books.store.maxAnswerBytes || books.heldBytes > books.maxHeldBytes) this.discard()
  }

  onWhole(): void {
    if (this.#terms && this.#isOpen) this.#store(this.#terms)
    this.close()
  }

  onFailure(status: number): StandIn | undefined {
    return this.#standIn(`fwd=stale; detail=app-${status}`)
  }

  /** What came so far is not kept: something was purged meanwhile, or it is too large. */
  discard(): void {
    this.#terms = undefined
    this.#options.books.heldBytes -= this.#bytes
    this.#bytes = 0
    this.#chunks = []
    this.#options.flight?.settle()
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.discard()
    this.#options.books.fills.delete(this)
  }

  /** RFC 9111, 3: judged by the headers that clients get, so that an app's settings decide too. */
  #judge(head: ResponseHead): void {
    const { exchange, rule, stored, books, key, flight } = this.#options
    this.#headers = head.headers.filter((_, index) => !isLength(head.headers[index & ~1]!))
    const shown = [...this.#headers]
    this.#rules?.apply(shown)
    const terms = termsOfKeeping({
      request: exchange.request.headers,
      status: head.status,
      headers: shown,
      rule,
      requestedAt: this.#requestedAt,
      receivedAt: Date.now(),
    })
    const isFramed =
      head.chunked || head.contentLength !== undefined || STATUSES_WITHOUT_BODY.has(head.status)
    const isSmall = (head.contentLength ?? 0) <= books.store.maxAnswerBytes
    if (terms && isFramed && isSmall && this.#isOfScope) {
      this.#head = head
      this.#terms = terms
      return
    }
    if (stored && head.status < 500) books.store.forget(key)
    flight?.isUnstorable()
    flight?.settle()
  }

  #store(terms: KeepingTerms): void {
    const { books, key, scope, appId, url, exchange, flight } = this.#options
    const { status, reason } = this.#head!
    const body = Buffer.allocUnsafeSlow(this.#bytes)
    let at = 0
    for (const chunk of this.#chunks) at += chunk.copy(body, at)
    const headers = withDate(this.#headers, terms.receivedAt)
    const variant = variantOf(headers, exchange.request.headers)
    const about = { key, scope, appId, url, status, reason }
    books.store.put({ ...about, headers, body, variant, terms, coded: new Map() })
    flight?.settle()
  }

  /** RFC 9111, 4.3.4: the stored answer is good again, on the terms that the app names now. */
  #confirmed(stored: StoredAnswer, head: ResponseHead): StandIn {
    const { exchange, rule, books, key, flight } = this.#options
    const headers = withDate(updatedHeaders(stored.headers, head.headers), Date.now())
    const shown = [...headers]
    this.#rules?.apply(shown)
    const judged = { request: exchange.request.headers, status: stored.status, headers: shown, rule }
    const terms = termsOfKeeping({ ...judged, requestedAt: this.#requestedAt, receivedAt: Date.now() })
    const refreshed = { ...stored, headers, terms: terms ?? stored.terms }
    if (terms && this.#isOpen && this.#isOfScope) books.store.put(refreshed)
    else books.store.forget(key)
    flight?.settle()
    exchange.record.cache = 'revalidated'
    return this.#reply(refreshed, 'fwd=stale; fwd-status=304')
  }

  /** While it waited, another release may have become live, or one on trial may have got the request. */
  get #isOfScope(): boolean {
    return this.#options.exchange.record.route?.caching?.scope === this.#options.scope
  }

  /** Of the app's settings; what the edge itself adds for one client, such as a cookie, is not for all. */
  get #rules(): AnswerHeaderRules | undefined {
    const { record, client } = this.#options.exchange
    return record.route && answerHeadersFor(record.route, client)
  }

  #standIn(parameters: string): StandIn | undefined {
    const { stored, asks, exchange } = this.#options
    if (!stored || !mayStandIn(stored.terms, asks, Date.now())) return undefined
    exchange.record.cache = 'stale'
    exchange.context.counters.appFailed(exchange.record.route?.counterSlot ?? SHARED_SLOT)
    return this.#reply(stored, parameters)
  }

  #reply(stored: StoredAnswer, parameters: string): StandIn {
    const { exchange, books } = this.#options
    return new StoredReply({ exchange, store: books.store, stored, parameters })
  }

  /** The client holds what the app just gave: the body goes into the cache only. */
  #notModified(head: ResponseHead): StandIn {
    const { exchange } = this.#options
    return { status: 304, send: () => sendNotModified(exchange, head.headers) }
  }
}

function isLength(name: string): boolean {
  return name.length === 14 && name.toLowerCase() === 'content-length'
}

/** RFC 9110, 6.6.1: who keeps an answer without a date gives it one. */
function withDate(headers: string[], receivedAt: number): string[] {
  if (headerValue(headers, 'date') === undefined) headers.push('Date', new Date(receivedAt).toUTCString())
  return headers
}
