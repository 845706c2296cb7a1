import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { runWithCorrelation } from '../correlation.ts'

export const REQUEST_ID_HEADER = 'x-request-id'

const SANE_REQUEST_ID = /^[\w.:-]{8,128}$/
/** https://www.w3.org/TR/trace-context/#traceparent-header; an all-zero trace id is invalid. */
const TRACEPARENT = /^[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/

/** The id of a request: a fresh one, or with `trusted` what a proxy of ours sent, if it is sane. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>, trusted: boolean): string {
  if (!trusted) return randomUUID()
  return saneRequestId(headers[REQUEST_ID_HEADER]) ?? traceIdOf(headers.traceparent) ?? randomUUID()
}

/** Answers the request id as `x-request-id`, and lets it follow the request as correlation id. */
export function addRequestIdentity(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.header(REQUEST_ID_HEADER, request.id)
    runWithCorrelation(request.id, done)
  })
  // Reading a body goes through the socket's events, which belong to the connection and not to this request.
  app.addHook('preValidation', (request, _reply, done) => runWithCorrelation(request.id, done))
}

function saneRequestId(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && SANE_REQUEST_ID.test(header) ? header : undefined
}

function traceIdOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? TRACEPARENT.exec(header)?.[1] : undefined
}
