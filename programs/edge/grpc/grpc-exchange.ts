import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2'
import type { Http2Request } from '../http2/http2-request.ts'
import type { Http2Response } from '../http2/http2-response.ts'
import { HTTP2_CODE } from '../http2/lean-http2.ts'
import type { ActiveRoute } from '../proxy/active-routes.ts'
import type { Deadlined } from '../proxy/deadlines.ts'
import { sendErrorPage } from '../proxy/error-pages.ts'
import { Exchange, type ExchangeOptions } from '../proxy/exchange.ts'
import { answerDeadline, endOfExchange, idleDeadline } from '../proxy/exchange-times.ts'
import { TargetChoice } from '../proxy/target-choice.ts'
import { grpcAnswerHead, grpcRequestHead } from './grpc-heads.ts'
import { Http2Target } from './http2-target.ts'

/** `application/grpc`, also with `+proto`; not `grpc-web`, which is made for HTTP/1. */
const GRPC = /^application\/grpc(?:[+;]|$)/
const END_STREAM_FLAG = 1

/** What ends a call before its outcome: HTTP status, for a call that has no answer yet, and gRPC status for one that has. */
const ENDINGS = {
  413: { grpcStatus: 8, message: 'The call is larger than the app takes.' },
  502: { grpcStatus: 14, message: 'The app ended the call without an outcome.' },
  503: { grpcStatus: 14, message: 'No instance of the app takes calls now.' },
  504: { grpcStatus: 4, message: 'The call took longer than the app allows.' },
} as const
type Ending = keyof typeof ENDINGS

/** How a request by HTTP/2 goes to its target: a gRPC call by HTTP/2 as well, anything else by HTTP/1.1. */
export function startHttp2Exchange(options: ExchangeOptions, route: ActiveRoute): void {
  if (GRPC.test(options.request.headers['content-type'] ?? '')) new GrpcExchange(options, route).start()
  else new Exchange(options, route).start()
}

/**
 * A gRPC call on its way: `connecting → sending → receiving → ended`. Both directions flow at the same time, each no
 * faster than its reader, and trailers go through, because they hold the outcome of the call. Another target is tried
 * only while none has worked on it. Limits of time hold for calls of all kinds: what looks like a slow answer and what is
 * a stream of events cannot be told apart.
 */
class GrpcExchange implements Deadlined {
  readonly #options: ExchangeOptions
  readonly #request: Http2Request
  readonly #response: Http2Response
  readonly #choice: TargetChoice
  readonly #endsAt: number
  #upstream: ClientHttp2Stream | undefined
  #stopWaiting: (() => void) | undefined
  #passesBody = false
  #phase: 'connecting' | 'sending' | 'receiving' = 'connecting'
  deadlineAt = Number.POSITIVE_INFINITY
  watchIndex = -1

  /** @param options of a request that came by HTTP/2 */
  constructor(options: ExchangeOptions, route: ActiveRoute) {
    this.#options = options
    this.#request = options.request as Http2Request
    this.#response = options.response as Http2Response
    this.#choice = new TargetChoice(options, route)
    this.#endsAt = endOfExchange(options)
  }

  start(): void {
    const response = this.#response
    response.onAbandoned = () => this.#abandon()
    this.#choice.start()
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
    const { context } = this.#options
    const active = this.#choice.take()
    if (!active) {
      if (this.#choice.fallBack()) this.#attempt()
      else this.#giveUp(this.#choice.hasTried ? 502 : 503)
      return
    }
    this.deadlineAt = performance.now() + context.limits.connectMs
    active.http2 ??= new Http2Target(active.pool.address)
    const session = active.http2.session()
    if (session.connecting) this.#waitFor(session)
    else this.#send(session)
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
    upstream.on('close', () => this.#onClose(upstream))
  }

  /** A call that the target refused, as one does that is about to end, was not worked on (RFC 9113, 8.7). */
  #onClose(upstream: ClientHttp2Stream): void {
    if (this.#upstream !== upstream) return
    const { record } = this.#options
    const isUntouched = upstream.rstCode === HTTP2_CODE.refusedStream && record.bytesIn === 0
    if (isUntouched && this.#phase === 'sending') this.#sendElsewhere()
    else this.#fail(502, 'the target ended the call')
  }

  #sendElsewhere(): void {
    this.#request.pause()
    this.#phase = 'connecting'
    this.#tryNext('it refused a call')
  }

  #passBody(upstream: ClientHttp2Stream): void {
    upstream.on('drain', () => this.#request.resume())
    if (this.#passesBody) {
      this.#request.resume()
      return
    }
    this.#passesBody = true
    this.#request.on('data', chunk => this.#onBody(chunk))
    this.#request.on('end', () => {
      if (!this.#request.complete || !this.#upstream || this.#upstream.destroyed) return
      this.#upstream.end()
      this.#sent()
    })
  }

  #onBody(chunk: Buffer): void {
    const { record, limits } = this.#options
    this.#moved()
    record.bytesIn += chunk.length
    if (limits && record.bytesIn > limits.bodyBytes) this.#fail(413, 'the body is too large')
    else if (this.#upstream && !this.#upstream.destroyed && !this.#upstream.write(chunk))
      this.#request.pause()
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
    this.deadlineAt = idleDeadline(this.#options, this.#choice.route, this.#endsAt)
  }

  /** The call is with the target as a whole: the time for the answer runs. */
  #sent(): void {
    if (this.#phase === 'sending') this.deadlineAt = answerDeadline(this.#choice.route, this.#endsAt)
  }

  /** No target was reached yet. */
  #tryNext(reason: string): void {
    if (this.#options.record.hasEnded) return
    this.#suspect(reason)
    this.#release()
    this.#attempt()
  }

  #suspect(reason: string): void {
    const { active } = this.#choice
    if (active) this.#choice.suspect(active, reason)
  }

  #fail(status: Ending, reason: string): void {
    const { record } = this.#options
    if (record.hasEnded) return
    if (status === 502) this.#suspect(reason)
    if (this.#phase !== 'receiving') {
      this.#giveUp(status)
      return
    }
    record.cutShort()
    this.#endWith(status)
    this.#finish()
  }

  /** The answer has begun, so that the outcome can only stand in its trailers. */
  #endWith(status: Ending): void {
    const { grpcStatus, message } = ENDINGS[status]
    const response = this.#response
    response.trailers = ['grpc-status', String(grpcStatus), 'grpc-message', message]
    response.end()
  }

  /** gRPC clients read the outcome from the HTTP status where there is no other (`http-grpc-status-mapping.md`). */
  #giveUp(status: Ending): void {
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
    this.#choice.release()
  }
}
