import { Readable, Writable } from 'node:stream'
import type { ActiveRoute } from '../proxy/active-routes.ts'
import type { AnswerTap } from '../proxy/answer-tap.ts'
import type { ClientRequest } from '../proxy/client-request.ts'
import type { ClientResponse } from '../proxy/client-response.ts'
import type { ExchangeOptions } from '../proxy/exchange.ts'
import { RequestRecord } from '../proxy/request-record.ts'

export interface Fetcher {
  /** Takes a request to a target of its route. */
  fetch(exchange: ExchangeOptions, route: ActiveRoute): void
}

/** Asks the app once more what a client asked, for the cache alone: nobody hears the answer, and it is not counted. */
export function fetchInBackground(
  { context, request, target, client, record }: ExchangeOptions,
  route: ActiveRoute,
  { fetcher, tapFor }: { fetcher: Fetcher; tapFor: (exchange: ExchangeOptions) => AnswerTap },
): void {
  const exchange: ExchangeOptions = {
    context,
    request: repeated(request),
    response: new UnheardResponse(),
    target,
    client,
    record: new UncountedRecord(context.books, {
      id: `${record.id}-refresh`,
      ip: record.ip,
      method: 'GET',
      host: record.host,
      url: record.url,
      headers: record.headers,
      protocol: record.protocol,
    }),
    expectsContinue: false,
    limits: undefined,
    cookies: undefined,
    cacheRule: undefined,
    tap: undefined,
  }
  // Nobody hears it, so nothing is gained by compressing it.
  exchange.record.route = { ...route, compression: false }
  exchange.tap = tapFor(exchange)
  fetcher.fetch(exchange, route)
}

/** What the client asked, as a GET for the whole that has no body. */
function repeated(request: ClientRequest): ClientRequest {
  const { headers, rawHeaders, socket, url } = request
  const base = { url, headers, rawHeaders, socket, httpVersionMajor: 1, httpVersionMinor: 1, complete: true }
  return Object.assign(Readable.from([]), base, { method: 'GET' })
}

class UnheardResponse extends Writable implements ClientResponse {
  onAbandoned: (() => void) | undefined = undefined
  answerHeaders: ClientResponse['answerHeaders'] = undefined
  isHeadSound = false
  headersSent = false
  statusCode = 0

  writeHead(status: number): this {
    this.headersSent = true
    this.statusCode = status
    return this
  }

  override _write(_chunk: unknown, _encoding: string, callback: () => void): void {
    callback()
  }

  onClosed(): void {}
  flushHeaders(): void {}
  writeContinue(): void {}
  writeProcessing(): void {}
  writeEarlyHints(): void {}
}

class UncountedRecord extends RequestRecord {
  #isOver = false

  override get hasEnded(): boolean {
    return this.#isOver
  }

  override countFor(): void {}

  override answered(status: number): void {
    this.status = status
  }

  override cutShort(): void {}

  override end(): void {
    this.#isOver = true
  }
}
