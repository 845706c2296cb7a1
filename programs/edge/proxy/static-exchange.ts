import { withoutPrefix } from '../gates/route-gates.ts'
import type { StaticHandler } from '../static/static-handler.ts'
import { type ActiveRoute, answerHeadersFor } from './active-routes.ts'
import type { ExchangeOptions } from './exchange.ts'

export type StaticFiles = StaticHandler

/** Serves a request of a `static` route from the release's folder. Its bytes count with the head of the answer. */
export function serveStatic(
  { context, request, response, target, client, record, expectsContinue }: ExchangeOptions,
  route: ActiveRoute,
  staticFiles: StaticFiles,
): void {
  const counter = response.bytesCounter ?? request.socket
  const writtenBefore = counter.bytesWritten
  const end = () => {
    record.bytesOut = counter.bytesWritten - writtenBefore
    if (response.headersSent) record.answered(response.statusCode, { byEdge: true })
    record.end()
  }
  response.onAbandoned = end
  response.answerHeaders = answerHeadersFor(route, client)
  const headers = ['X-Request-Id', record.id]
  if (context.isDraining || expectsContinue) headers.push('Connection', 'close')
  void staticFiles(
    request,
    response,
    route.static!,
    withoutPrefix(target.forwardUrl, route.pathPrefix),
    headers,
  )
}
