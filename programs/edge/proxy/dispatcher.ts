import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Onward } from '../cache/edge-cache.ts'
import { chooseRelease, type Trial } from '../choice/canary-choice.ts'
import { type GateOutcome, Passage } from '../gates/passage.ts'
import type { ActiveRoute } from './active-routes.ts'
import { clientConnection, type Scheme } from './client-connection.ts'
import type { ClientRequest } from './client-request.ts'
import type { ClientResponse } from './client-response.ts'
import { type ErrorPage, renderRawErrorPage, sendErrorPage } from './error-pages.ts'
import { Exchange, type ExchangeOptions } from './exchange.ts'
import { answerHttpChallenge, redirectToHttps } from './https-answers.ts'
import { RequestRecord } from './request-record.ts'
import { type Refusal, type RequestTarget, RequestTargets } from './request-target.ts'
import { reportClosed } from './response-relay.ts'
import { type StaticFiles, serveStatic } from './static-exchange.ts'
import { UpgradeExchange } from './upgrade-exchange.ts'
import type { WorkerContext } from './worker-context.ts'

export interface DispatcherOptions {
  context: WorkerContext
  staticFiles: StaticFiles
  /** What clients see of the listener: `https` where TLS ends here. */
  scheme: Scheme
  port: number
  /** Where clients are sent that should have come by https. */
  httpsPort: number
  requestIds: () => string
  /** Takes a request to a target of its route; an `Exchange` unless told. */
  startExchange?: (options: ExchangeOptions, route: ActiveRoute) => void
}

/** Takes each request of a worker to where its route says: a target, a folder, the waiting room, an error page. */
export class Dispatcher implements GateOutcome<ExchangeOptions>, Onward {
  readonly #options: DispatcherOptions
  readonly #targets: RequestTargets
  readonly #startExchange: (options: ExchangeOptions, route: ActiveRoute) => void

  constructor(options: DispatcherOptions) {
    this.#options = options
    this.#startExchange = options.startExchange ?? startExchange
    this.#targets = new RequestTargets({ isKnownHost: host => options.context.routes.hasHost(host) })
  }

  request(
    request: ClientRequest,
    response: ClientResponse,
    { expectsContinue }: { expectsContinue: boolean },
  ): void {
    const { context, scheme, port } = this.#options
    const client = clientConnection(request.socket, scheme, port)
    if (client.isRefused) return
    const target = this.#targets.read(request)
    const record = this.#record(request, target, client.ip)
    response.on('close', reportClosed)
    if (isRefusal(target)) {
      client.isRefused = request.protocol === undefined
      record.countFor(undefined)
      answerItself({ context, request, response, record }, { status: target.status, close: true })
      return
    }
    this.#serve({
      context,
      request,
      response,
      target,
      client,
      record,
      expectsContinue,
      limits: undefined,
      cookies: undefined,
      cacheRule: undefined,
      tap: undefined,
    })
  }

  /** Looks at a new connection before anything is read from it; one too many of its address is reset. */
  admit(socket: Socket): boolean {
    return this.#options.context.gates.connections.admit(socket)
  }

  /** A WebSocket: the request has no response object, only its raw socket. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { context, scheme, port } = this.#options
    const client = clientConnection(request.socket, scheme, port)
    const target = this.#targets.read(request)
    const record = this.#record(request, target, client.ip)
    if (!isRefusal(target)) {
      new UpgradeExchange({
        context,
        request,
        socket: socket as Socket,
        head,
        target,
        client,
        record,
        limits: undefined,
      }).start()
      return
    }
    record.countFor(undefined)
    record.answered(target.status, { byEdge: true })
    socket.end(renderRawErrorPage({ status: target.status, requestId: record.id }))
    record.end()
  }

  #serve(exchange: ExchangeOptions): void {
    const { context, target, record } = exchange
    if (answerHttpChallenge(exchange, context.routes.httpChallenges)) return
    const route = context.routes.matchFor(exchange.request.socket, target)
    record.countFor(route)
    if (route?.https?.redirect && exchange.client.scheme === 'http') {
      redirectToHttps(exchange, this.#options.httpsPort)
      return
    }
    if (route?.gates) this.#gate(exchange, route)
    else this.proceed(exchange, route)
  }

  /** Behind the gates: cache, waiting room, target, folder or page. */
  proceed(exchange: ExchangeOptions, route: ActiveRoute | undefined): void {
    if (route?.caching) exchange.context.cache.serve(exchange, route, this)
    else this.forward(exchange, route)
  }

  /** What the cache does not answer. */
  forward(exchange: ExchangeOptions, route: ActiveRoute | undefined): void {
    if (route?.mode === 'wake') this.#hold(exchange, route)
    else this.#serveBy(exchange, route)
  }

  /** What the cache wants of the app for itself. */
  fetch(exchange: ExchangeOptions, route: ActiveRoute): void {
    this.#startExchange(exchange, route)
  }

  /** An answer of the edge's own instead of the app's. */
  refuse(exchange: ExchangeOptions, page: ErrorPage): void {
    answerItself(exchange, { ...page, close: page.close || exchange.expectsContinue })
  }

  #gate(exchange: ExchangeOptions, route: ActiveRoute): void {
    exchange.response.onAbandoned = () => exchange.record.end()
    new Passage(exchange, this, route).start()
  }

  #serveBy(exchange: ExchangeOptions, route: ActiveRoute | undefined): void {
    const close = exchange.expectsContinue
    if (!route) answerItself(exchange, { status: 404, close })
    else if (route.trial) this.#serveByLot(exchange, route, route.trial)
    else this.#serveRelease(exchange, route)
  }

  #serveByLot(exchange: ExchangeOptions, stable: ActiveRoute, trial: Trial): void {
    const { route, cookie } = chooseRelease(exchange, stable, trial)
    if (route !== stable) exchange.record.countFor(route)
    if (cookie !== undefined) exchange.cookies = [cookie]
    this.#serveRelease(exchange, route)
  }

  #serveRelease(exchange: ExchangeOptions, route: ActiveRoute): void {
    const close = exchange.expectsContinue
    if (route.mode === 'proxy') this.#startExchange(exchange, route)
    else if (route.mode === 'static') serveStatic(exchange, route, this.#options.staticFiles)
    else if (route.stopped) answerItself(exchange, { ...STOPPED_PAGE, close })
    else answerItself(exchange, { status: 503, retryAfterSeconds: 30, close })
  }

  #hold(exchange: ExchangeOptions, route: ActiveRoute): void {
    const { context, target, record, response } = exchange
    const { host, url } = target
    const takeBack = context.held.hold(route, {
      host,
      url,
      resume: awake => {
        response.onAbandoned = undefined
        record.countFor(awake)
        this.#serveBy(exchange, awake)
      },
      refuse: () => {
        const close = exchange.expectsContinue
        answerItself(exchange, { status: 503, retryAfterSeconds: 5, close })
      },
    })
    if (record.hasEnded) return
    response.onAbandoned = () => {
      takeBack()
      record.end()
    }
  }

  #record(request: ClientRequest, target: RequestTarget | Refusal, ip: string): RequestRecord {
    return new RequestRecord(this.#options.context.books, {
      id: this.#options.requestIds(),
      ip,
      method: request.method!,
      host: isRefusal(target) ? (request.headers.host ?? '') : target.host,
      url: request.url!,
      headers: request.headers,
      protocol: request.protocol ?? (request.httpVersionMinor === 0 ? '1.0' : '1.1'),
    })
  }
}

const STOPPED_PAGE: ErrorPage = {
  status: 503,
  text: 'This app is stopped. It answers again once the people who run it have started it.',
  isPlanned: true,
}

function startExchange(options: ExchangeOptions, route: ActiveRoute): void {
  new Exchange(options, route).start()
}

/** An answer of the edge's own, and the end of the request. */
function answerItself(
  { request, response, record }: Pick<ExchangeOptions, 'context' | 'request' | 'response' | 'record'>,
  page: ErrorPage,
): void {
  response.onAbandoned = undefined
  record.answered(page.status, { byEdge: true, isPlanned: page.isPlanned })
  record.bytesOut += sendErrorPage(request, response, { ...page, requestId: record.id })
  record.end()
}

function isRefusal(target: RequestTarget | Refusal): target is Refusal {
  return 'status' in target
}
