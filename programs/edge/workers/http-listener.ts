import type { IncomingMessage, Server } from 'node:http'
import { Server as NetServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { createServer } from '@seaworthy/kit/lean-http'
import type { EdgeLimits } from '../config.ts'
import type { Dispatcher } from '../proxy/dispatcher.ts'
import { renderRawErrorPage } from '../proxy/error-pages.ts'
import { EdgeResponse } from '../proxy/response-relay.ts'

export interface HttpListenerOptions {
  host: string
  port: number
  limits: EdgeLimits
  dispatcher: Dispatcher
}

/** How often Node looks for clients that are slow to send their headers. */
const CHECK_SLOW_CLIENTS_MS = 1_000
/** What llhttp could not parse, in the status that says so. */
const PARSE_ERROR_STATUS: Record<string, number> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
}

/** One thread's listening socket on the public port, which it shares with other threads and processes. */
export class HttpListener {
  readonly #options: HttpListenerOptions
  readonly #server: Server<typeof IncomingMessage, typeof EdgeResponse>

  constructor(options: HttpListenerOptions) {
    const { limits, dispatcher } = options
    this.#options = options
    this.#server = createServer<typeof IncomingMessage, typeof EdgeResponse>({
      ServerResponse: EdgeResponse,
      maxHeaderSize: limits.maxHeaderBytes,
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.keepAliveMs,
      connectionsCheckingInterval: CHECK_SLOW_CLIENTS_MS,
      insecureHTTPParser: false,
      requireHostHeader: true,
      noDelay: true,
      shouldUpgradeCallback: isWebSocket,
    })
    // Fields beyond a maximum would silently be left out, and what is left out cannot be checked; their bytes are limited.
    this.#server.maxHeadersCount = 0
    this.#server.on('request', (request, response) => {
      dispatcher.request(request, response, { expectsContinue: false })
    })
    this.#server.on('checkContinue', (request, response) => {
      dispatcher.request(request, response, { expectsContinue: true })
    })
    this.#server.on('upgrade', (request, socket, head) => dispatcher.upgrade(request, socket, head))
    this.#server.on('connect', (_request, socket) => refuse(socket, 405))
    this.#server.on('clientError', onClientError)
  }

  /** Resolves once the port is bound. Rejects when another program, that does not share it, holds the port. */
  listen(): Promise<void> {
    return this.#listenOn(this.#options.host).catch(error => {
      // A machine without IPv6 has no `::`.
      if (this.#options.host !== '::' || error.code !== 'EAFNOSUPPORT') throw error
      return this.#listenOn('0.0.0.0')
    })
  }

  /**
   * Closes the listening socket only: `http.Server.close` would also cut fresh connections that have not sent a byte
   * (design, section 9). With `net.ipv4.tcp_migrate_req` the kernel moves what is in the queue to another listener.
   * Resolves once the last connection is gone.
   */
  stopListening(): Promise<void> {
    return new Promise(resolve => NetServer.prototype.close.call(this.#server, () => resolve()))
  }

  /** Closes keep-alive connections on which nothing is asked now. */
  closeIdle(): void {
    this.#server.closeIdleConnections()
  }

  #listenOn(host: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen({ host, port: this.#options.port, reusePort: true, backlog: 4_096 }, () => {
        this.#server.off('error', reject)
        resolve()
      })
    })
  }
}

/** Other protocols, such as h2c, are not switched to: such a request is served as if it had not asked (RFC 9110, 7.8). */
function isWebSocket({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket' && !hasBody(headers)
}

function hasBody(headers: IncomingMessage['headers']): boolean {
  const length = headers['content-length']
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0')
}

/** Malformed requests and clients that are too slow: told so, and cut off. Nothing of it reached a target. */
function onClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable || (socket as Socket).bytesWritten > 0) socket.destroy()
  else refuse(socket, PARSE_ERROR_STATUS[error.code ?? ''] ?? 400)
}

function refuse(socket: Duplex, status: number): void {
  socket.on('error', () => undefined)
  socket.end(renderRawErrorPage({ status }), () => socket.destroy())
}
