import { withCookies } from '../choice/answer-rules.ts'
import { withoutPrefix } from '../gates/route-gates.ts'
import { watchReader } from '../limits/slow-readers.ts'
import type { StaticHandler } from '../static/static-handler.ts'
import { type ActiveRoute, answerHeadersFor } from './active-routes.ts'
import type { ExchangeOptions } from './exchange.ts'

export type StaticFiles = StaticHandler

/** Serves a request of a `static` route from the release's folder. Its bytes count with the head of the answer. */
export function serveStatic(exchange: ExchangeOptions, route: ActiveRoute, staticFiles: StaticFiles): void {
  const { context, request, response, target, client, record, expectsContinue, cookies, cacheRule } = exchange
  const counter = response.bytesCounter ?? request.socket
  const writtenBefore = counter.bytesWritten
  const end = () => {
    record.bytesOut = counter.bytesWritten - writtenBefore
    if (response.headersSent) record.answered(response.statusCode, { byEdge: true })
    record.end()
  }
  response.onAbandoned = end
  const rules = answerHeadersFor(route, client)
  response.answerHeaders = cookies ? withCookies(rules, cookies) : rules
  const headers = ['X-Request-Id', record.id]
  if (context.isDraining || expectsContinue) headers.push('Connection', 'close')
  const sending = staticFiles(
    request,
    response,
    route.static!,
    withoutPrefix(target.forwardUrl, route.pathPrefix),
    headers,
    { compress: route.compression !== false, cacheControl: cacheRule?.clientCacheControl },
  )
  if (sending || response.writableLength > 0)
    watchReader(context.deadlines, response, counter, exchange.limits?.idleMs ?? route.timeouts.idleMs)
}
