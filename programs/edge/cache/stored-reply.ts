import type { IncomingHttpHeaders } from 'node:http'
import type { ByteRange } from '../content/byte-range.ts'
import { describeCoded, describeNotModified, planCompression } from '../content/compression-plan.ts'
import { encodeAtOnce, encodeForKeeping } from '../content/encoders.ts'
import { addVary, headerValue } from '../content/header-list.ts'
import { parseHttpDate } from '../content/http-date.ts'
import { listsTagWeakly, wantedRange } from '../content/preconditions.ts'
import type { ClientResponse } from '../proxy/client-response.ts'
import type { ExchangeOptions } from '../proxy/exchange.ts'
import { watchTail } from '../proxy/response-tail.ts'
import { addCacheStatus } from './cache-status.ts'
import type { CacheStore } from './cache-store.ts'
import { ageMs } from './freshness.ts'
import type { StoredAnswer } from './stored-answer.ts'

/** Larger bodies are compressed in another thread, and go out as they are until that is done. */
const MOST_AT_ONCE_BYTES = 65_536

/** An answer out of the cache to one request: 200 (or what was stored), 206, 304 or 416. */
export class StoredReply {
  readonly #exchange: ExchangeOptions
  readonly #store: CacheStore
  readonly #stored: StoredAnswer
  readonly #parameters: string
  readonly #range: ByteRange | 'unsatisfiable' | undefined
  readonly status: number

  /** @param parameters of `Cache-Status` */
  constructor(options: {
    exchange: ExchangeOptions
    store: CacheStore
    stored: StoredAnswer
    parameters: string
  }) {
    const { exchange, stored } = options
    const { headers, method } = exchange.request
    this.#exchange = exchange
    this.#store = options.store
    this.#stored = stored
    this.#parameters = options.parameters
    const isUnchanged = stored.status === 200 && isNotModified(headers, stored.headers)
    const mayBePart = stored.status === 200 && method === 'GET' && !isUnchanged
    this.#range = mayBePart ? wantedRange(headers, validators(stored), stored.body.length) : undefined
    this.status = isUnchanged ? 304 : statusOf(this.#range, stored)
  }

  /** Writes the answer and its end. */
  send(): void {
    const { response, record, context, request } = this.#exchange
    if (response.destroyed) return
    const headers = this.#headers()
    applyRules(response, headers)
    const body = this.#body(headers)
    if (this.status === 200 || this.status === this.#stored.status || this.status === 206) {
      headers.push('Content-Length', String(body.length))
    }
    if (this.status === 416) headers.push('Content-Length', '0')
    record.bytesOut += request.method === 'HEAD' ? 0 : body.length
    response.isHeadSound = true // as it was when the app sent it
    response.writeHead(this.status, this.#reason(), headers)
    if (request.method === 'HEAD' || body.length === 0) response.end()
    else response.end(body)
    if (response.writableLength > 0) watchTail(context, response)
  }

  #reason(): string {
    return this.status === this.#stored.status ? this.#stored.reason : ''
  }

  #headers(): string[] {
    const { terms } = this.#stored
    const headers: string[] = []
    for (let index = 0; index < this.#stored.headers.length; index += 2) {
      const name = this.#stored.headers[index]!
      if (this.#isSent(name.toLowerCase())) headers.push(name, this.#stored.headers[index + 1]!)
    }
    headers.push('Age', String(Math.floor(ageMs(terms, Date.now()) / 1000)))
    addCacheStatus(headers, this.#parameters)
    addOwnHeaders(this.#exchange, headers)
    return headers
  }

  #isSent(name: string): boolean {
    if (name === 'age' || this.#stored.terms.withheld.includes(name)) return false
    return this.status !== 304 || isSentWith304(name)
  }

  #body(headers: string[]): Buffer {
    const { body } = this.#stored
    const { request } = this.#exchange
    if (this.status === 304) {
      describeNotModified(headers, request.headers['if-none-match'])
      return EMPTY
    }
    if (this.#range === 'unsatisfiable') {
      headers.push('Content-Range', `bytes */${body.length}`)
      return EMPTY
    }
    if (this.#range) {
      const { start, end } = this.#range
      headers.push('Content-Range', `bytes ${start}-${end}/${body.length}`)
      return body.subarray(start, end + 1)
    }
    return this.#codedBody(headers) ?? body
  }

  #codedBody(headers: string[]): Buffer | undefined {
    const { request, record } = this.#exchange
    const stored = this.#stored
    if (record.route?.compression === false || request.headers['accept-encoding'] === undefined)
      return undefined
    const plan = planCompression(request.headers, { status: this.status, headers }, stored.body.length)
    if (plan === 'none') return undefined
    addVary(headers, 'Accept-Encoding')
    if (plan === 'identity') return undefined
    const coded = stored.coded.get(plan) ?? this.#encode(plan)
    if (coded === undefined || coded.length >= stored.body.length) return undefined
    describeCoded(headers, plan)
    return coded
  }

  #encode(coding: 'zstd' | 'br' | 'gzip'): Buffer | undefined {
    const stored = this.#stored
    if (stored.body.length <= MOST_AT_ONCE_BYTES) {
      stored.coded.set(coding, encodeAtOnce(stored.body, coding))
      this.#store.measure(stored)
      return stored.coded.get(coding)
    }
    stored.coded.set(coding, stored.body) // being made: the same requests meanwhile must not start it again
    void encodeForKeeping(stored.body, coding)
      .then(coded => {
        stored.coded.set(coding, coded)
        this.#store.measure(stored)
      })
      .catch(() => undefined) // out of memory: it stays as it is
    return undefined
  }
}

const EMPTY = Buffer.alloc(0)

/** Tells a client that it holds what the app just answered. @param appHeaders of the app's answer */
export function sendNotModified(exchange: ExchangeOptions, appHeaders: readonly string[]): void {
  const { response, request } = exchange
  if (response.destroyed) return
  const headers: string[] = []
  for (let index = 0; index < appHeaders.length; index += 2) {
    if (isSentWith304(appHeaders[index]!.toLowerCase()))
      headers.push(appHeaders[index]!, appHeaders[index + 1]!)
  }
  addOwnHeaders(exchange, headers)
  applyRules(response, headers)
  describeNotModified(headers, request.headers['if-none-match'])
  response.writeHead(304, headers)
  response.end()
}

/** RFC 9110, 15.4.5: a 304 says what would change the use of what the client holds, and nothing of the content. */
function isSentWith304(lowerCaseName: string): boolean {
  return !lowerCaseName.startsWith('content-') || lowerCaseName === 'content-location'
}

function addOwnHeaders(
  { cacheRule, record, context, expectsContinue }: ExchangeOptions,
  headers: string[],
): void {
  if (cacheRule?.clientCacheControl !== undefined && headerValue(headers, 'cache-control') === undefined) {
    headers.push('Cache-Control', cacheRule.clientCacheControl)
  }
  headers.push('X-Request-Id', record.id)
  if (context.isDraining || expectsContinue) headers.push('Connection', 'close')
}

function applyRules(response: ClientResponse, headers: string[]): void {
  response.answerHeaders?.apply(headers)
  response.answerHeaders = undefined
}

function validators({ headers }: Pick<StoredAnswer, 'headers'>) {
  return { etag: headerValue(headers, 'etag'), lastModified: headerValue(headers, 'last-modified') }
}

function statusOf(range: ByteRange | 'unsatisfiable' | undefined, stored: StoredAnswer): number {
  if (range === undefined) return stored.status
  return range === 'unsatisfiable' ? 416 : 206
}

/** Whether the client holds this answer already: RFC 9110, 13.1.2 and 13.1.3, in the order of 13.2.2. */
export function isNotModified(request: IncomingHttpHeaders, headers: readonly string[]): boolean {
  const tags = request['if-none-match']
  if (tags !== undefined) return listsTagWeakly(tags, headerValue(headers, 'etag'))
  const since = parseHttpDate(request['if-modified-since'])
  const modified = parseHttpDate(headerValue(headers, 'last-modified'))
  return since !== undefined && modified !== undefined && modified <= since
}
