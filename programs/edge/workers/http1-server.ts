import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { createServer } from '@seaworthy/kit/lean-http'
import type { EdgeLimits } from '../config.ts'
import type { Dispatcher } from '../proxy/dispatcher.ts'
import { EdgeResponse } from '../proxy/edge-response.ts'
import { renderRawErrorPage } from '../proxy/error-pages.ts'
import { KeptConnections } from '../proxy/kept-connections.ts'

export type Http1Server = Server<typeof IncomingMessage, typeof EdgeResponse>

/** How often Node looks for clients that are slow to send their headers. */
const CHECK_SLOW_CLIENTS_MS = 1_000
/** What llhttp could not parse, in the status that says so. */
const PARSE_ERROR_STATUS: Record<string, number> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
}

/** Speaks HTTP/1 with clients and hands their requests to the dispatcher. It does not listen yet. */
export function createHttp1Server({
  limits,
  dispatcher,
}: {
  limits: EdgeLimits
  dispatcher: Dispatcher
}): Http1Server {
  const server: Http1Server = createServer<typeof IncomingMessage, typeof EdgeResponse>({
    ServerResponse: EdgeResponse,
    maxHeaderSize: limits.maxHeaderBytes,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: 0, // see `KeptConnections`
    connectionsCheckingInterval: CHECK_SLOW_CLIENTS_MS,
    insecureHTTPParser: false,
    requireHostHeader: true,
    optimizeEmptyRequests: true,
    noDelay: true,
    shouldUpgradeCallback: isWebSocket,
  })
  // Fields beyond a maximum would silently be left out, and what is left out cannot be checked; their bytes are limited.
  server.maxHeadersCount = 0
  const kept = new KeptConnections({ timeoutMs: limits.keepAliveMs })
  server.on('request', (request, response) => {
    response.kept = kept.asked(request.socket)
    dispatcher.request(request, response, { expectsContinue: false })
  })
  server.on('checkContinue', (request, response) => {
    response.kept = kept.asked(request.socket)
    dispatcher.request(request, response, { expectsContinue: true })
  })
  server.on('upgrade', (request, socket, head) => {
    kept.forget(socket as Socket)
    dispatcher.upgrade(request, socket, head)
  })
  server.on('connect', (_request, socket) => refuse(socket, 405))
  server.on('clientError', onClientError)
  return server
}

/**
 * Other protocols, such as h2c, are not switched to: such a request is served as if it had not asked (RFC 9110, 7.8).
 * Nor is one that comes while an earlier one is not answered: its answer would go out in front.
 */
function isWebSocket({ method, headers, socket }: IncomingMessage): boolean {
  if (method !== 'GET' || headers.upgrade?.toLowerCase() !== 'websocket') return false
  return !hasBody(headers) && pendingAnswer(socket) === undefined
}

function hasBody(headers: IncomingMessage['headers']): boolean {
  const length = headers['content-length']
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0')
}

/** Malformed requests and clients that are too slow: told so, and cut off. */
function onClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy()
  else if (pendingAnswer(socket)?.req.complete) closeAfterAnswers(socket)
  else if ((socket as Socket).bytesWritten > 0) socket.destroy()
  else refuse(socket, PARSE_ERROR_STATUS[error.code ?? ''] ?? 400)
}

/** Requests in front of the malformed one are answered; what it says itself must not be taken for their answer. */
function closeAfterAnswers(socket: Duplex): void {
  const pending = pendingAnswer(socket)
  if (pending) pending.once('finish', () => closeAfterAnswers(socket))
  else (socket as Socket).destroySoon()
}

/** The oldest answer that is not sent, as Node's own handling of such errors looks for it. */
function pendingAnswer(socket: Duplex): EdgeResponse | undefined {
  return (socket as Duplex & { _httpMessage?: EdgeResponse | null })._httpMessage ?? undefined
}

function refuse(socket: Duplex, status: number): void {
  socket.on('error', () => undefined)
  socket.end(renderRawErrorPage({ status }), () => socket.destroy())
}
