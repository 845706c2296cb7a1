import type { IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import type { TLSSocket } from 'node:tls'
import type { EdgeLimits } from '../config.ts'
import type { Deadlined, Deadlines } from '../proxy/deadlines.ts'
import type { Dispatcher } from '../proxy/dispatcher.ts'
import { Http2Request } from './http2-request.ts'
import { Http2Response } from './http2-response.ts'
import { HTTP2_CODE, http2 } from './lean-http2.ts'

export interface Http2ConnectionOptions {
  socket: TLSSocket
  limits: EdgeLimits
  dispatcher: Dispatcher
  deadlines: Deadlines
  onGone(): void
}

const MAX_STREAMS = 128
const STREAM_WINDOW_BYTES = 256 * 1024
const CONNECTION_WINDOW_BYTES = 1024 * 1024
/** More than a request may have, so that the refusal is an answer (431) and not a broken connection. */
const MAX_HEADER_PAIRS = 300
/** Files from memory count in full, although all answers share them: a page of many images must not break off. */
const MAX_MEMORY_MB = 64
/** "Rapid reset" (CVE-2023-44487): a page that is left resets what it loads, once. Then so many a second. */
const RESET_BURST = 2 * MAX_STREAMS
const RESETS_PER_SECOND = 50
/** Frames that break the rules, or streams that were refused, before the connection ends. */
const MAX_INVALID = 100
/** Pings and settings have to be answered: more of them in this time are a flood (CVE-2019-9512, CVE-2019-9515). */
const MAX_CONTROL_FRAMES = 200
const CONTROL_WINDOW_MS = 10_000
/** For the last frames to reach a client. */
const MAX_PARTING_MS = 5_000
/** RFC 9113, 6.8: with this last stream a GOAWAY only announces that the connection will end. */
const ANY_STREAM = 2 ** 31 - 1

/**
 * An HTTP/2 connection: `waiting for the first request → busy ⇄ idle → ending → gone`. Pings do not keep it: without
 * a request it ends as an HTTP/1 connection does.
 */
export class Http2Connection implements Deadlined {
  readonly #options: Http2ConnectionOptions
  readonly #session: ServerHttp2Session
  #open = 0
  #controlFrames = 0
  #controlSince = 0
  deadlineAt: number
  watchIndex = -1

  constructor(options: Http2ConnectionOptions) {
    const { socket, limits } = options
    this.#options = options
    this.deadlineAt = performance.now() + limits.headersMs
    this.#session = http2().performServerHandshake(socket, {
      maxHeaderListPairs: MAX_HEADER_PAIRS,
      maxSessionMemory: MAX_MEMORY_MB,
      maxSessionInvalidFrames: MAX_INVALID,
      maxSessionRejectedStreams: MAX_INVALID,
      streamResetBurst: RESET_BURST,
      streamResetRate: RESETS_PER_SECOND,
      settings: {
        maxConcurrentStreams: MAX_STREAMS,
        initialWindowSize: STREAM_WINDOW_BYTES,
        maxHeaderListSize: limits.maxHeaderBytes,
        enablePush: false,
        enableConnectProtocol: false, // WebSockets come by HTTP/1.1, as browsers do where this is off (RFC 8441)
      },
    })
  }

  start(): void {
    const session = this.#session
    session.setLocalWindowSize(CONNECTION_WINDOW_BYTES)
    session.on('stream', (stream, headers, _flags, rawHeaders) => this.#serve(stream, headers, rawHeaders))
    session.on('error', () => undefined) // 'close' follows
    session.on('close', () => this.#gone())
    session.on('ping', () => this.#countControlFrame())
    session.on('remoteSettings', () => this.#countControlFrame())
    this.#options.deadlines.watch(this)
  }

  announceEnd(): void {
    if (!this.#session.destroyed && !this.#session.closed) this.#session.goaway(HTTP2_CODE.none, ANY_STREAM)
  }

  /** Once its open requests are served. */
  end(): void {
    if (!this.#session.closed) this.#session.close()
  }

  /** A client that does not read, or broke off in a head, would never see a connection end that is closed politely. */
  onDeadline(): void {
    if (this.#session.closed && this.#open === 0) {
      this.#session.destroy()
      this.#options.socket.destroy()
      return
    }
    this.end()
    if (this.#session.destroyed) return
    this.deadlineAt = performance.now() + Math.min(this.#options.limits.keepAliveMs, MAX_PARTING_MS)
    this.#options.deadlines.watch(this)
  }

  #serve(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, rawHeaders: string[]): void {
    const { socket, dispatcher, deadlines, limits } = this.#options
    this.#open++
    this.deadlineAt = Number.POSITIVE_INFINITY
    stream.on('error', () => undefined) // 'close' follows
    stream.on('close', () => this.#streamClosed())
    const request = new Http2Request({ stream, headers, rawHeaders, socket })
    const response = new Http2Response({ stream, deadlines, stalledMs: limits.keepAliveMs })
    dispatcher.request(request, response, { expectsContinue: headers.expect === '100-continue' })
  }

  #streamClosed(): void {
    this.#open--
    if (this.#open === 0) this.deadlineAt = performance.now() + this.#options.limits.keepAliveMs
  }

  #countControlFrame(): void {
    const now = performance.now()
    if (now - this.#controlSince > CONTROL_WINDOW_MS) {
      this.#controlSince = now
      this.#controlFrames = 0
    }
    this.#controlFrames++
    if (this.#controlFrames > MAX_CONTROL_FRAMES) this.#session.destroy(undefined, HTTP2_CODE.enhanceYourCalm)
  }

  #gone(): void {
    this.#options.deadlines.unwatch(this)
    this.#options.onGone()
  }
}
