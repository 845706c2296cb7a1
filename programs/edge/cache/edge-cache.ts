import type { CachePurge } from '@seaworthy/routes'
import { type ActiveRoute, answerHeadersFor } from '../proxy/active-routes.ts'
import type { Deadlines } from '../proxy/deadlines.ts'
import type { ErrorPage } from '../proxy/error-pages.ts'
import type { ExchangeOptions } from '../proxy/exchange.ts'
import { nominatedFields } from '../proxy/header-kinds.ts'
import { type Fetcher, fetchInBackground } from './background-fetch.ts'
import type { CacheDirectives } from './cache-control.ts'
import { CacheFill, type FillBooks } from './cache-fill.ts'
import type { ActiveCacheRule } from './cache-rules.ts'
import type { CacheOutcome } from './cache-status.ts'
import { CacheStore, isPurged } from './cache-store.ts'
import { Flights } from './flights.ts'
import { ageMs, requestDirectives, useOf } from './freshness.ts'
import { StatusTap, UnsafeMethodTap } from './passing-taps.ts'
import { isPersonal } from './storage-rules.ts'
import type { StoredAnswer } from './stored-answer.ts'
import { StoredReply } from './stored-reply.ts'

/** Where requests go that the cache does not answer. */
export interface Onward extends Fetcher {
  /** @param route undefined where the app is gone since */
  forward(exchange: ExchangeOptions, route: ActiveRoute | undefined): void
  refuse(exchange: ExchangeOptions, page: ErrorPage): void
}

export interface EdgeCacheOptions {
  maxBytes: number
  deadlines: Deadlines
  /** Tells the other workers what a request made invalid. */
  onInvalidated(selector: CachePurge): void
}

/** A request that the cache may answer. */
interface Job {
  exchange: ExchangeOptions
  route: ActiveRoute
  rule: ActiveCacheRule
  onward: Onward
  asks: CacheDirectives
  key: string
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'QUERY', 'PROPFIND', 'REPORT', 'SEARCH'])

/**
 * The shared cache of one worker (RFC 9111). It answers what it holds, and has what it lacks fetched once for all who
 * ask at the same time. Only paths whose rules say `store` come here.
 */
export class EdgeCache {
  readonly #books: FillBooks
  readonly #flights: Flights
  readonly #onInvalidated: (selector: CachePurge) => void

  constructor({ maxBytes, deadlines, onInvalidated }: EdgeCacheOptions) {
    const store = new CacheStore({ maxBytes })
    this.#books = { store, fills: new Set(), heldBytes: 0, maxHeldBytes: maxBytes >> 2 }
    this.#flights = new Flights({ deadlines })
    this.#onInvalidated = onInvalidated
  }

  get store(): CacheStore {
    return this.#books.store
  }

  /** Answers the request, or sends it onward with an ear for its answer. The route has cache rules. */
  serve(exchange: ExchangeOptions, route: ActiveRoute, onward: Onward): void {
    const rule = route.caching!.ruleFor(exchange.target.url)
    exchange.cacheRule = rule
    const isProxied = route.mode === 'proxy' || route.mode === 'wake'
    if (!rule?.store || !isProxied) onward.forward(exchange, route)
    else if (isLookedUp(exchange, route)) {
      const asks = requestDirectives(exchange.request.headers)
      this.#answer({ exchange, route, rule, onward, asks, key: cacheKey(exchange, route) })
    } else this.#pass(exchange, route, onward)
  }

  /** @returns how many stored answers were forgotten. Those that are being fetched will not be kept. */
  purge(selector: CachePurge): number {
    for (const fill of this.#books.fills) if (isPurged(selector, fill)) fill.discard()
    return this.store.purge(stored => isPurged(selector, stored))
  }

  /** A new table: what was stored under rules or releases that are gone is never found again, and makes room now. */
  keepOnly(scopes: ReadonlySet<string>): void {
    if (this.store.size > 0) this.store.purge(({ scope }) => !scopes.has(scope))
  }

  #pass(exchange: ExchangeOptions, route: ActiveRoute, onward: Onward): void {
    const isSafe = SAFE.has(exchange.request.method!)
    exchange.record.cache = 'bypass'
    exchange.tap = isSafe
      ? new StatusTap('fwd=bypass')
      : new UnsafeMethodTap({ exchange, invalidate: url => this.#invalidate(route.appId, url) })
    onward.forward(exchange, route)
  }

  /** RFC 9111, 4.4: in all workers. */
  #invalidate(appId: string, url: string): void {
    const selector = { appId, path: url }
    this.purge(selector)
    this.#onInvalidated(selector)
  }

  #answer(job: Job, mayWait = true): void {
    const { exchange, asks, key } = job
    const { headers } = exchange.request
    const found = this.store.find(key, headers)
    const stored = found?.terms.onlyForAnonymous && isPersonal(headers) ? undefined : found
    const use = stored && useOf(stored.terms, asks, Date.now())
    if (stored && use === 'fresh') this.#reply(job, stored, 'hit')
    else if (stored && use !== 'revalidate') this.#replyStale(job, stored, use === 'while-revalidating')
    else if (asks.onlyIfCached) job.onward.refuse(exchange, { status: 504 })
    else this.#fetch(job, stored, mayWait)
  }

  #replyStale(job: Job, stored: StoredAnswer, refresh: boolean): void {
    this.#reply(job, stored, 'stale')
    if (refresh && job.route.mode === 'proxy') this.#refresh(job, stored)
  }

  #reply({ exchange, route, rule }: Job, stored: StoredAnswer, outcome: CacheOutcome): void {
    const { response, record, client } = exchange
    const { terms } = stored
    const parameters = `hit; ttl=${Math.floor((terms.lifetimeMs - ageMs(terms, Date.now())) / 1000)}`
    response.answerHeaders = answerHeadersFor(route, client)
    exchange.cacheRule = rule
    const reply = new StoredReply({ exchange, store: this.store, stored, parameters })
    response.onAbandoned = undefined
    record.cache = outcome
    record.answered(reply.status, { byEdge: false })
    reply.send()
    record.end()
  }

  #fetch(job: Job, stored: StoredAnswer | undefined, mayWait: boolean): void {
    const { exchange, route, onward } = job
    const { method, headers } = exchange.request
    // A part, or a head alone, is not fetched as a whole: nobody knows how large that is.
    if (method === 'HEAD' || headers.range !== undefined) {
      exchange.record.cache = 'miss'
      exchange.tap = new StatusTap('fwd=miss')
      onward.forward(exchange, route)
      return
    }
    const flightKey = this.#flightKey(job)
    const underway = mayWait ? this.#flights.find(flightKey) : undefined
    if (underway) this.#wait(job, underway)
    else {
      exchange.tap = this.#fill(job, exchange, stored, flightKey)
      onward.forward(exchange, route)
    }
  }

  #fill(job: Job, exchange: ExchangeOptions, stored: StoredAnswer | undefined, flightKey: string): CacheFill {
    const { route, rule, asks, key } = job
    const { appId } = route
    const { scope } = route.caching!
    const flight = this.#flights.open(flightKey)
    const { url } = exchange.target
    return new CacheFill({ books: this.#books, exchange, rule, asks, key, scope, appId, url, stored, flight })
  }

  /** Requests wait for each other as far as they can be given the same answer: what is known of that counts. */
  #flightKey({ key, exchange }: Job): string {
    const { headers } = exchange.request
    const names = this.store.variantNames(key) ?? []
    const variant = names.map(name => `\n${headers[name] ?? ''}`).join('')
    return `${key}${isPersonal(headers) ? '\npersonal' : ''}${variant}`
  }

  #wait(job: Job, flight: { wait(proceed: () => void): () => void }): void {
    const { exchange, onward } = job
    const { response, record, context, target } = exchange
    const takeBack = flight.wait(() => {
      response.onAbandoned = undefined
      if (record.hasEnded || response.destroyed) return
      // The table may be another one by now.
      const route = context.routes.matchFor(exchange.request.socket, target)
      record.countFor(route)
      if (route === job.route) this.#answer(job, false)
      else onward.forward(exchange, route)
    })
    response.onAbandoned = () => {
      takeBack()
      record.end()
    }
  }

  /** The client has its answer: the app is asked for the next one. RFC 5861, 3. */
  #refresh(job: Job, stored: StoredAnswer): void {
    const flightKey = this.#flightKey(job)
    if (this.#flights.find(flightKey)) return
    fetchInBackground(job.exchange, job.route, {
      fetcher: job.onward,
      tapFor: exchange => this.#fill(job, exchange, stored, flightKey),
    })
  }
}

/** Requests whose answer may be a stored one. Conditions for changing something are the app's to judge (RFC 9111, 4.3.2). */
function isLookedUp({ request }: ExchangeOptions, route: ActiveRoute): boolean {
  const { method, headers } = request
  if (method !== 'GET' && method !== 'HEAD') return false
  // Two releases answer: what one of them said must not be given out as the other's.
  if (route.canary !== undefined) return false
  const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined
  if (saysOneThingAndAnother(request)) return false
  return !hasBody && headers['if-match'] === undefined && headers['if-unmodified-since'] === undefined
}

/**
 * Whether the app gets to see other fields than we look at: one that `Connection` takes away, or the second of two that
 * may only be one. Its answer would be kept for those who say honestly what this request only seemed to say.
 */
function saysOneThingAndAnother({ headers, rawHeaders }: ExchangeOptions['request']): boolean {
  const { connection } = headers
  if (connection !== undefined && nominatedFields(connection).length > 0) return true
  const seen: string[] = []
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!.toLowerCase()
    if (!READ_ONCE.has(name)) continue
    if (seen.includes(name)) return true
    seen.push(name)
  }
  return false
}

/** Of these Node reads the first alone, where the app gets all. */
const READ_ONCE = new Set(['authorization', 'from', 'referer', 'user-agent'])

/** The `Host` header counts as the client wrote it: apps put it into links. */
function cacheKey({ target, client }: ExchangeOptions, route: ActiveRoute): string {
  return `${route.caching!.scope}\n${client.scheme}\n${target.hostHeader.toLowerCase()}\n${target.url}`
}
