import type { ActiveCacheRule } from '../cache/cache-rules.ts'
import type { EffectiveLimits } from '../gates/effective-limits.ts'
import type { ActiveRoute, ActiveTarget } from './active-routes.ts'
import type { AnswerTap } from './answer-tap.ts'
import type { ClientConnection } from './client-connection.ts'
import type { ClientRequest } from './client-request.ts'
import type { ClientResponse } from './client-response.ts'
import type { Deadlined } from './deadlines.ts'
import { sendErrorPage } from './error-pages.ts'
import { answerDeadline, endOfExchange, idleDeadline } from './exchange-times.ts'
import { RequestBody } from './request-body.ts'
import type { RequestRecord } from './request-record.ts'
import type { RequestTarget } from './request-target.ts'
import type { ResponseHead } from './response-head.ts'
import { ResponseRelay } from './response-relay.ts'
import { TargetChoice } from './target-choice.ts'
import type { UpstreamConnection, UpstreamFailure, UpstreamListener } from './upstream-connection.ts'
import { upstreamRequestHead } from './upstream-request.ts'
import type { WorkerContext } from './worker-context.ts'

export interface ExchangeOptions {
  context: WorkerContext
  request: ClientRequest
  response: ClientResponse
  target: RequestTarget
  client: ClientConnection
  record: RequestRecord
  expectsContinue: boolean
  /** Of the path; undefined where the route has none. */
  limits: EffectiveLimits | undefined
  /** Of the edge's own, as `Set-Cookie` has them. */
  cookies: string[] | undefined
  /** The cache rule for the path, where the route has one. */
  cacheRule: ActiveCacheRule | undefined
  /** What hears the answer besides the client. */
  tap: AnswerTap | undefined
}

/** How often a request is sent at most; every further one needs a reason to think that it never reached an app. */
const MAX_ATTEMPTS = 4
/** RFC 9110, 9.2.2: sending these twice means the same as once. */
const IDEMPOTENT = new Set([
  'GET',
  'HEAD',
  'OPTIONS',
  'PUT',
  'DELETE',
  'QUERY',
  'PROPFIND',
  'REPORT',
  'SEARCH',
])

/**
 * One request on its way to a target and back: `waiting for a target → connecting → sending → receiving → ended`.
 *
 * It is sent again, to another target or on a new connection, only while nothing of its body was read and nothing of
 * an answer came, and if the failure says that no app worked on it (no connection) or if working on it twice does no
 * harm (an idempotent method, once).
 */
export class Exchange implements UpstreamListener, Deadlined {
  readonly #options: ExchangeOptions
  readonly #relay: ResponseRelay
  readonly #body: RequestBody | undefined
  readonly #choice: TargetChoice
  #connection: UpstreamConnection | undefined
  #attempts = 0
  #resent = false
  #phase: 'idle' | 'connecting' | 'sending' | 'receiving' = 'idle'
  /** When the whole exchange must be over; event streams go on. */
  #endsAt: number
  deadlineAt = Number.POSITIVE_INFINITY
  watchIndex = -1

  constructor(options: ExchangeOptions, route: ActiveRoute) {
    this.#options = options
    this.#choice = new TargetChoice(options, route)
    this.#relay = new ResponseRelay(options)
    this.#endsAt = endOfExchange(options)
    this.#body = hasBody(options.request) ? new RequestBody(options, this) : undefined
  }

  /** Sends the request to a target of the route. Requests that waited for a wake-up start here too. */
  start(): void {
    this.#options.response.onAbandoned = () => this.#abandon()
    this.#choice.start()
    this.#options.context.deadlines.watch(this)
    this.#attempt(undefined)
  }

  onConnected(): void {
    this.#connected()
  }

  onInformational(head: ResponseHead): void {
    if (head.status === 100) this.#body?.start()
    this.#relay.informational(head)
  }

  onHead(head: ResponseHead): void {
    if (head.status === 101) {
      this.#connection?.destroy()
      this.#giveUp(502, 'the target switched protocols unasked')
      return
    }
    this.#phase = 'receiving'
    if (this.#endsAt < Number.POSITIVE_INFINITY && isEventStream(head))
      this.#endsAt = Number.POSITIVE_INFINITY
    this.moved()
    this.#relay.closeAfter = this.#options.expectsContinue && this.#body?.isStarted === false
    this.#options.record.answered(this.#relay.head(head), { byEdge: false })
    this.#options.record.answerHead = head.headers
    // RFC 9112, 9.6: who hears `close` while it still sends should stop, since nobody reads.
    if (!head.keepAlive && this.#body && !this.#body.isSent) this.#body.discard()
  }

  onBody(chunk: Buffer): boolean {
    this.moved()
    return this.#relay.body(chunk)
  }

  onReadDone(): void {
    if (this.#phase === 'receiving') this.#relay.flush(() => this.#connection?.resume())
  }

  onEnd(): void {
    // The app answered without waiting for the whole request: the rest has nowhere to go.
    if (this.#body && !this.#body.isSent) {
      this.#connection?.spoil()
      this.#body.discard()
    }
    this.#release()
    this.#relay.end(this)
  }

  /** The whole answer is with the client's connection. */
  onRelayed(): void {
    if (!this.#options.record.hasEnded) this.#finish()
  }

  onDrain(): void {
    this.#body?.resume()
  }

  onFailure(failure: UpstreamFailure): void {
    const target = this.#choice.active!
    const wasStale = (this.#connection?.served ?? 0) > 0
    this.#release()
    if (this.#relay.hasBegun) {
      this.#cutShort(failure.reason)
      return
    }
    if (!wasStale || failure.kind !== 'broken') this.#choice.suspect(target, failure.reason)
    if (this.#mayRepeat(failure, wasStale)) this.#attempt(wasStale ? target : undefined)
    else this.#giveUp(502, failure.reason)
  }

  onDeadline(): void {
    if (this.#phase === 'connecting') {
      this.#connection?.destroy()
      this.onFailure({ kind: 'connect', reason: 'the connection took too long', answered: false })
      if (!this.#options.record.hasEnded) this.#options.context.deadlines.watch(this)
      return
    }
    const waitsForClient = this.#body?.isWaitingForClient === true
    this.#connection?.destroy()
    this.#release()
    if (this.#relay.hasBegun) this.#cutShort('nothing moved for too long')
    else this.#giveUp(waitsForClient ? 408 : 504, 'no answer in time')
  }

  /** A byte moved: the idle time starts anew. */
  moved(): void {
    this.deadlineAt = idleDeadline(this.#options, this.#choice.route, this.#endsAt)
  }

  /** The request is with the target as a whole: the time for the answer runs. */
  sent(): void {
    if (this.#phase !== 'sending') return
    this.deadlineAt = answerDeadline(this.#choice.route, this.#endsAt)
  }

  /** The client sends so slowly that it may mean to hold the connection only. */
  tooSlow(): void {
    this.#connection?.destroy()
    this.#release()
    this.#giveUp(408, 'the body of the request came too slowly')
  }

  get hasAnswer(): boolean {
    return this.#relay.hasBegun
  }

  /** The client sends more than the route takes. What the target got is not whole, and stays so. */
  tooLarge(): void {
    this.#connection?.destroy()
    this.#release()
    if (this.#relay.hasBegun) this.#cutShort('the body of the request was too large')
    else this.#giveUp(413, 'the body of the request was too large')
  }

  get connection(): UpstreamConnection | undefined {
    return this.#connection
  }

  #attempt(again: ActiveTarget | undefined): void {
    const target = this.#choice.take(again)
    if (!target) {
      if (!this.#body?.isStarted && this.#choice.fallBack()) this.#attempt(undefined)
      else this.#giveUp(this.#choice.hasTried ? 502 : 503, 'no target is healthy')
      return
    }
    const { context, request } = this.#options
    this.#attempts++
    const repeatable = !this.#body && IDEMPOTENT.has(request.method!)
    this.#connection = again ? target.pool.open() : target.pool.take(repeatable)
    this.#connection.begin(this, { toHead: request.method === 'HEAD' })
    this.#phase = 'connecting'
    if (this.#connection.isConnected) this.#connected()
    else this.deadlineAt = performance.now() + context.limits.connectMs
  }

  #connected(): void {
    const { request, target, client, record, expectsContinue, tap } = this.#options
    const { id: requestId } = record
    const conditions = tap?.conditions
    const chunked = this.#body?.isChunked === true
    this.#phase = 'sending'
    this.#connection!.write(
      upstreamRequestHead({ request, target, client, requestId, chunked, expectsContinue, conditions }),
    )
    if (!this.#body) this.sent()
    else {
      this.moved()
      if (!expectsContinue) this.#body.start()
      else this.#body.startSoon()
    }
  }

  #mayRepeat({ kind, answered }: UpstreamFailure, wasStale: boolean): boolean {
    if (this.#attempts >= MAX_ATTEMPTS || this.#body?.isStarted || answered || kind === 'malformed')
      return false
    if (kind === 'connect') return true
    if (this.#body || !IDEMPOTENT.has(this.#options.request.method!)) return false
    if (wasStale) return true
    // A request that makes apps crash must not take one instance after the other.
    if (this.#resent) return false
    this.#resent = true
    return true
  }

  #cutShort(reason: string): void {
    this.#options.record.cutShort()
    this.#relay.cutShort(reason)
    this.#finish()
  }

  #giveUp(status: 408 | 413 | 502 | 503 | 504, _reason: string): void {
    const { request, response, record, expectsContinue, tap } = this.#options
    this.#body?.discard()
    const standIn = tap?.onFailure(status)
    if (standIn && !record.hasEnded) {
      record.answered(standIn.status, { byEdge: false })
      standIn.send()
      this.#finish()
      return
    }
    response.answerHeaders = undefined
    if (!record.hasEnded && !response.destroyed) {
      record.answered(status, { byEdge: true })
      const close = expectsContinue || status === 408
      const lingers = status === 413
      record.bytesOut += sendErrorPage(request, response, { status, requestId: record.id, close, lingers })
    }
    this.#finish()
  }

  /** The client is gone: nobody waits for the answer. */
  #abandon(): void {
    if (this.#options.record.hasEnded) return
    this.#connection?.destroy()
    this.#finish()
  }

  #finish(): void {
    this.#release()
    this.#options.context.deadlines.unwatch(this)
    this.#options.response.onAbandoned = undefined
    this.#options.record.end()
  }

  #release(): void {
    this.#connection = undefined
    this.#choice.release()
  }
}

function isEventStream({ headers }: ResponseHead): boolean {
  for (let index = 0; index < headers.length; index += 2) {
    if (headers[index]!.length === 12 && headers[index]!.toLowerCase() === 'content-type')
      return headers[index + 1]!.startsWith('text/event-stream')
  }
  return false
}

function hasBody({ headers }: ClientRequest): boolean {
  if (headers['transfer-encoding'] !== undefined) return true
  const length = headers['content-length']
  return length !== undefined && length !== '0'
}
