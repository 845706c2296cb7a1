import type { IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { pickTarget } from '@seaworthy/routes'
import { chooseRelease } from '../choice/canary-choice.ts'
import { stuckTarget } from '../choice/stickiness.ts'
import type { EffectiveLimits } from '../gates/effective-limits.ts'
import { type GateOutcome, Passage } from '../gates/passage.ts'
import type { ActiveRoute, ActiveTarget } from './active-routes.ts'
import type { ClientConnection } from './client-connection.ts'
import type { Deadlined } from './deadlines.ts'
import { type ErrorPage, renderRawErrorPage } from './error-pages.ts'
import { responseHeaderKinds } from './header-kinds.ts'
import type { RequestRecord } from './request-record.ts'
import type { RequestTarget } from './request-target.ts'
import { parseResponseHead, type ResponseHead } from './response-head.ts'
import { ResponseParser } from './response-parser.ts'
import { upstreamRequestHead } from './upstream-request.ts'
import type { WorkerContext } from './worker-context.ts'

export interface UpgradeOptions {
  context: WorkerContext
  request: IncomingMessage
  /** The client's connection, from which Node's parser is detached. */
  socket: Socket
  /** What the client sent behind the head of its request. */
  head: Buffer
  target: RequestTarget
  client: ClientConnection
  record: RequestRecord
  /** Of the path; undefined where the route has none. */
  limits: EffectiveLimits | undefined
}

const MAX_HEAD_BYTES = 65_536
const kinds = responseHeaderKinds()

/**
 * A WebSocket (RFC 6455) on its way: `held → connecting → asking → spliced → ended`. Once the target switched, bytes go
 * both ways as they are; a half-closed side is passed on. A target that refuses gets its answer through instead.
 */
export class UpgradeExchange implements Deadlined, GateOutcome<UpgradeOptions> {
  readonly #options: UpgradeOptions
  readonly #tried: ActiveTarget[] = []
  #route: ActiveRoute | undefined
  #active: ActiveTarget | undefined
  #upstream: Socket | undefined
  #received: Buffer = Buffer.alloc(0)
  #answered = false
  deadlineAt = Number.POSITIVE_INFINITY
  watchIndex = -1

  constructor(options: UpgradeOptions) {
    this.#options = options
  }

  start(): void {
    const { context, target, record, socket } = this.#options
    const route = context.routes.matchFor(socket, target)
    record.countFor(route)
    socket.on('error', () => this.#end())
    socket.on('close', () => this.#end())
    if (route?.gates) new Passage(this.#options, this, route).start()
    else this.proceed(this.#options, route)
  }

  proceed(_: UpgradeOptions, route: ActiveRoute | undefined): void {
    if (route?.mode === 'wake') this.#hold(route)
    else this.#serve(route)
  }

  refuse(_: UpgradeOptions, page: ErrorPage): void {
    const { socket, record } = this.#options
    if (record.hasEnded) return
    record.answered(page.status, { byEdge: true, isPlanned: page.isPlanned })
    socket.end(renderRawErrorPage({ ...page, requestId: record.id }))
    this.#finish()
  }

  onDeadline(): void {
    if (this.#answered) this.#end()
    else this.#refuse(504)
  }

  #hold(route: ActiveRoute): void {
    const { context, target, record, socket } = this.#options
    const takeBack = context.held.hold(route, {
      host: target.host,
      url: target.url,
      resume: awake => {
        socket.off('close', takeBack)
        record.countFor(awake)
        this.#serve(awake)
      },
      refuse: () => this.#refuse(503),
    })
    socket.on('close', takeBack)
  }

  #serve(found: ActiveRoute | undefined): void {
    const { record } = this.#options
    const route = found?.trial ? chooseRelease(this.#options, found, found.trial).route : found
    if (route !== found) record.countFor(route)
    this.#route = route
    if (!route) this.#refuse(404)
    else if (route.mode === 'proxy') this.#attempt(route)
    else this.#refuse(route.mode === 'static' ? 404 : 503)
  }

  #attempt(route: ActiveRoute): void {
    const { context, record, request } = this.#options
    const stuck = route.stickiness && stuckTarget(route.stickiness, request.headers.cookie)
    const active =
      stuck && !this.#tried.includes(stuck)
        ? stuck
        : pickTarget(route.healthy, {
            inFlight: candidate => context.counters.targetInFlight(candidate.slot),
            isAllowed: candidate => !this.#tried.includes(candidate),
            random: context.random,
          })
    if (!active) {
      this.#refuse(this.#tried.length > 0 ? 502 : 503)
      return
    }
    this.#tried.push(active)
    this.#active = active
    record.targetId = active.id
    context.counters.targetTaken(active.slot)
    this.#connect(active, route)
  }

  #connect(active: ActiveTarget, route: ActiveRoute): void {
    const { context } = this.#options
    const upstream = connect({ ...active.pool.address, noDelay: true, allowHalfOpen: true })
    this.#upstream = upstream
    this.deadlineAt = performance.now() + context.limits.connectMs
    context.deadlines.watch(this)
    let connected = false
    upstream.on('connect', () => {
      connected = true
      this.#ask(upstream, route)
    })
    upstream.on('error', () => {
      if (connected) this.#broken()
      else this.#tryNext(route)
    })
    upstream.on('close', this.#onBroken)
  }

  #ask(upstream: Socket, route: ActiveRoute): void {
    const { request, target, client, record } = this.#options
    this.deadlineAt = performance.now() + route.timeouts.responseMs
    const options = { request, target, client, requestId: record.id, chunked: false, expectsContinue: false }
    upstream.write(upstreamRequestHead({ ...options, upgrade: request.headers.upgrade! }), 'latin1')
    upstream.on('data', this.#onHeadBytes)
    upstream.on('end', this.#onBroken)
  }

  readonly #onHeadBytes = (bytes: Buffer): void => {
    this.#received = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes])
    const end = this.#received.indexOf('\r\n\r\n')
    if (end === -1) {
      if (this.#received.length > MAX_HEAD_BYTES) this.#refuse(502)
      return
    }
    this.#upstream!.off('data', this.#onHeadBytes)
    this.#upstream!.off('end', this.#onBroken)
    try {
      const head = parseResponseHead(this.#received.toString('latin1', 0, end), kinds)
      if (head.status === 101) this.#splice(head, this.#received.subarray(end + 4))
      else this.#passAnswer()
    } catch {
      this.#refuse(502)
    }
  }

  #splice(answer: ResponseHead, rest: Buffer): void {
    const { socket, head, record, request } = this.#options
    const upstream = this.#upstream!
    this.#answered = true
    record.answered(101, { byEdge: false })
    answer.headers.push('Connection', 'Upgrade', 'Upgrade', request.headers.upgrade!)
    this.#writeHead(answer)
    if (rest.length > 0) socket.write(rest)
    if (head.length > 0) upstream.write(head)
    this.#moved()
    socket.on('data', chunk => {
      record.bytesIn += chunk.length
      this.#moved()
    })
    upstream.on('data', chunk => {
      record.bytesOut += chunk.length
      this.#moved()
    })
    socket.pipe(upstream)
    upstream.pipe(socket)
  }

  /** The target did not switch: its answer goes to the client, and the connection ends with it. */
  #passAnswer(): void {
    const { socket, record } = this.#options
    const upstream = this.#upstream!
    const parser = new ResponseParser({
      kinds,
      events: {
        onInformational: () => undefined,
        onHead: answer => {
          this.#answered = true
          record.answered(answer.status, { byEdge: false })
          this.#moved()
          answer.headers.push('Connection', 'close')
          this.#writeHead(answer)
        },
        onBody: chunk => {
          record.bytesOut += chunk.length
          this.#moved()
          if (!socket.write(Buffer.from(chunk))) upstream.pause()
        },
        onComplete: () => {
          this.#answered = true
          socket.end()
          upstream.destroy()
        },
      },
    })
    parser.expect(false)
    const read = (bytes: Buffer) => {
      try {
        parser.execute(bytes, bytes.length)
      } catch {
        this.#broken()
      }
    }
    socket.on('drain', () => upstream.resume())
    upstream.on('data', read)
    upstream.on('end', () => parser.finish() || this.#broken())
    read(this.#received)
  }

  #writeHead({ status, reason, headers }: ResponseHead): void {
    const { socket, record } = this.#options
    headers.push('X-Request-Id', record.id)
    let text = `HTTP/1.1 ${status} ${reason}\r\n`
    for (let index = 0; index < headers.length; index += 2)
      text += `${headers[index]}: ${headers[index + 1]}\r\n`
    socket.write(`${text}\r\n`, 'latin1')
  }

  #moved(): void {
    const idleMs = this.#options.limits?.idleMs ?? this.#route!.timeouts.idleMs
    this.deadlineAt = performance.now() + idleMs
  }

  #tryNext(route: ActiveRoute): void {
    if (this.#options.record.hasEnded) return
    this.#active!.suspectUntil = performance.now() + 1_000
    this.#releaseTarget()
    this.#upstream?.off('close', this.#onBroken)
    this.#attempt(route)
  }

  readonly #onBroken = (): void => this.#broken()

  /** The target is gone: before it answered the client is told, afterwards its connection ends too. */
  #broken(): void {
    if (this.#options.record.hasEnded) return
    if (!this.#answered) this.#refuse(502)
    else if (this.#options.socket.writableEnded || this.#options.socket.destroyed) this.#end()
    else this.#options.socket.end()
  }

  #refuse(status: 404 | 502 | 503 | 504): void {
    this.refuse(this.#options, status === 503 ? { status, retryAfterSeconds: 5 } : { status })
  }

  #end(): void {
    this.#options.socket.destroy()
    this.#finish()
  }

  #finish(): void {
    this.#upstream?.destroy()
    this.#releaseTarget()
    this.#options.context.deadlines.unwatch(this)
    this.#options.record.end()
  }

  #releaseTarget(): void {
    if (this.#active) this.#options.context.counters.targetReleased(this.#active.slot)
    this.#active = undefined
  }
}
