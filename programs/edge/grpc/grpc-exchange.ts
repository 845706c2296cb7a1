import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2'
import { pickTarget } from '@seaworthy/routes'
import type { Http2Request } from '../http2/http2-request.ts'
import type { Http2Response } from '../http2/http2-response.ts'
import { HTTP2_CODE } from '../http2/lean-http2.ts'
import { type ActiveRoute, type ActiveTarget, answerHeadersFor } from '../proxy/active-routes.ts'
import type { Deadlined } from '../proxy/deadlines.ts'
import { sendErrorPage } from '../proxy/error-pages.ts'
import { Exchange, type ExchangeOptions } from '../proxy/exchange.ts'
import { grpcAnswerHead, grpcRequestHead } from './grpc-heads.ts'
import { Http2Target } from './http2-target.ts'

/** `application/grpc`, also with `+proto`; not `grpc-web`, which is made for HTTP/1. */
const GRPC = /^application\/grpc(?:[+;]|$)/
const SUSPECT_MS = 1_000
const END_STREAM_FLAG = 1

/** How a request by HTTP/2 goes to its target: a gRPC call by HTTP/2 as well, anything else by HTTP/1.1. */
export function startHttp2Exchange(options: ExchangeOptions, route: ActiveRoute): void {
  if (GRPC.test(options.request.headers['content-type'] ?? '')) new GrpcExchange(options, route).start()
  else new Exchange(options, route).start()
}

/**
 * A gRPC call on its way: `connecting → sending → receiving → ended`. Both directions flow at the same time, each no
 * faster than its reader, and trailers go through, because they hold the outcome of the call. Another target is tried
 * only while none was reached.
 */
class GrpcExchange implements Deadlined {
  readonly #options: ExchangeOptions
  readonly #request: Http2Request
  readonly #response: Http2Response
  readonly #route: ActiveRoute
  readonly #tried: ActiveTarget[] = []
  #active: ActiveTarget | undefined
  #upstream: ClientHttp2Stream | undefined
  #stopWaiting: (() => void) | undefined
  #phase: 'connecting' | 'sending' | 'receiving' = 'connecting'
  deadlineAt = Number.POSITIVE_INFINITY
  watchIndex = -1

  /** @param options of a request that came by HTTP/2 */
  constructor(options: ExchangeOptions, route: ActiveRoute) {
    this.#options = options
    this.#request = options.request as Http2Request
    this.#response = options.response as Http2Response
    this.#route = route
  }

  start(): void {
    const response = this.#response
    response.onAbandoned = () => this.#abandon()
    response.answerHeaders = answerHeadersFor(this.#route, this.#options.client)
    this.#options.context.deadlines.watch(this)
    this.#attempt()
  }

  onDeadline(): void {
    if (this.#phase === 'connecting') {
      this.#tryNext('the connection took too long')
      if (!this.#options.record.hasEnded) this.#options.context.deadlines.watch(this)
    } else this.#fail(504, 'no answer in time')
  }

  #attempt(): void {
    const { context, record } = this.#options
    const active = this.#pick()
    if (!active) {
      this.#giveUp(this.#tried.length > 0 ? 502 : 503)
      return
    }
    this.#tried.push(active)
    this.#active = active
    record.targetId = active.id
    context.counters.targetTaken(active.slot)
    this.deadlineAt = performance.now() + context.limits.connectMs
    active.http2 ??= new Http2Target(active.pool.address)
    const session = active.http2.session()
    if (session.connecting) this.#waitFor(session)
    else this.#send(session)
  }

  #pick(): ActiveTarget | undefined {
    const { counters, random } = this.#options.context
    const now = performance.now()
    const inFlight = (target: ActiveTarget) => counters.targetInFlight(target.slot)
    const isUntried = (target: ActiveTarget) => !this.#tried.includes(target)
    const isAllowed = (target: ActiveTarget) => isUntried(target) && target.suspectUntil <= now
    const { healthy } = this.#route
    return (
      pickTarget(healthy, { inFlight, random, isAllowed }) ??
      pickTarget(healthy, { inFlight, random, isAllowed: isUntried })
    )
  }

  #waitFor(session: ClientHttp2Session): void {
    const onConnect = () => {
      stop()
      this.#send(session)
    }
    const onClose = () => {
      stop()
      this.#tryNext('the target takes no connection')
    }
    const stop = () => {
      this.#stopWaiting = undefined
      session.off('connect', onConnect)
      session.off('close', onClose)
    }
    session.on('connect', onConnect)
    session.on('close', onClose)
    this.#stopWaiting = stop
  }

  #send(session: ClientHttp2Session): void {
    const { target, client, record } = this.#options
    const endStream = this.#request.stream.endAfterHeaders
    try {
      const head = grpcRequestHead({ request: this.#request, target, client, requestId: record.id })
      this.#upstream = session.request(head, { endStream })
    } catch (error) {
      this.#tryNext((error as Error).message) // the session ended just now
      return
    }
    this.#phase = 'sending'
    this.#moved()
    this.#hear(this.#upstream)
    if (endStream) this.#sent()
    else this.#passBody(this.#upstream)
  }

  #hear(upstream: ClientHttp2Stream): void {
    const response = this.#response
    upstream.on('response', (_headers, flags, raw) => this.#onHead(raw, (flags & END_STREAM_FLAG) !== 0))
    upstream.on('trailers', (_headers, _flags, raw) => {
      response.trailers = grpcAnswerHead(raw).headers
    })
    upstream.on('data', (chunk: Buffer) => {
      this.#moved()
      this.#options.record.bytesOut += chunk.length
      if (!response.write(chunk)) upstream.pause()
    })
    response.on('drain', () => upstream.resume())
    upstream.on('end', () => {
      if (this.#phase === 'receiving' && upstream.rstCode === HTTP2_CODE.none) this.#end()
    })
    upstream.on('error', () => undefined) // 'close' follows
    upstream.on('close', () => this.#fail(502, 'the target ended the call'))
  }

  #passBody(upstream: ClientHttp2Stream): void {
    const { record, limits } = this.#options
    const { stream } = this.#request
    stream.on('data', (chunk: Buffer) => {
      this.#moved()
      record.bytesIn += chunk.length
      if (limits && record.bytesIn > limits.bodyBytes) this.#fail(413, 'the body is too large')
      else if (!upstream.destroyed && !upstream.write(chunk)) stream.pause()
    })
    upstream.on('drain', () => stream.resume())
    stream.on('end', () => {
      if (!this.#request.complete || upstream.destroyed) return
      upstream.end()
      this.#sent()
    })
  }

  #onHead(raw: string[], isWhole: boolean): void {
    const { record } = this.#options
    const { status, headers } = grpcAnswerHead(raw)
    this.#phase = 'receiving'
    this.#moved()
    record.answered(status, { byEdge: false })
    headers.push('x-request-id', record.id)
    if (!isWhole) this.#response.expectTrailers()
    this.#response.writeHead(status, headers)
    if (!isWhole) this.#response.flushHeaders()
  }

  #end(): void {
    this.#response.end()
    this.#finish()
  }

  /** A byte moved: the idle time starts anew. */
  #moved(): void {
    const idleMs = this.#options.limits?.idleMs ?? this.#route.timeouts.idleMs
    this.deadlineAt = performance.now() + idleMs
  }

  /** The call is with the target as a whole: the time for the answer runs. */
  #sent(): void {
    if (this.#phase === 'sending') this.deadlineAt = performance.now() + this.#route.timeouts.responseMs
  }

  /** No target was reached yet. */
  #tryNext(reason: string): void {
    if (this.#options.record.hasEnded) return
    this.#suspect(reason)
    this.#release()
    this.#attempt()
  }

  #suspect(reason: string): void {
    const target = this.#active!
    const now = performance.now()
    if (target.suspectUntil <= now) {
      const { appId } = this.#route
      this.#options.context.report({ kind: 'target-failed', appId, targetId: target.id, reason })
    }
    target.suspectUntil = now + SUSPECT_MS
  }

  #fail(status: 413 | 502 | 504, reason: string): void {
    const { record } = this.#options
    if (record.hasEnded) return
    if (status === 502) this.#suspect(reason)
    if (this.#phase === 'receiving') {
      record.cutShort()
      this.#response.destroy()
      this.#finish()
    } else this.#giveUp(status)
  }

  /** gRPC clients read the outcome from the HTTP status where there is no other (`http-grpc-status-mapping.md`). */
  #giveUp(status: 413 | 502 | 503 | 504): void {
    const { record } = this.#options
    const response = this.#response
    response.answerHeaders = undefined
    record.answered(status, { byEdge: true })
    record.bytesOut += sendErrorPage(this.#request, response, { status, requestId: record.id })
    this.#finish()
  }

  /** The client is gone, or cancelled the call: nobody waits for the answer. */
  #abandon(): void {
    if (!this.#options.record.hasEnded) this.#finish()
  }

  #finish(): void {
    const { context, record } = this.#options
    const upstream = this.#upstream
    record.end()
    this.#release()
    context.deadlines.unwatch(this)
    this.#response.onAbandoned = undefined
    if (upstream && !upstream.closed) upstream.close(HTTP2_CODE.cancel)
  }

  #release(): void {
    this.#stopWaiting?.()
    this.#upstream = undefined
    if (!this.#active) return
    this.#options.context.counters.targetReleased(this.#active.slot)
    this.#active = undefined
  }
}
