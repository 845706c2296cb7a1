/** One HTTP exchange with the platform, over TCP or over its socket file. */
import {
  Agent,
  type ClientRequest,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ApiUnreachable } from './api-error.ts'

export interface TransportRequest {
  method: string
  /** With its query string. */
  path: string
  headers: Record<string, string>
  body?: string | AsyncIterable<Uint8Array> | undefined
  /** Longest silence on the connection. */
  idleTimeoutMs: number
  signal?: AbortSignal | undefined
}

export interface Transport {
  /** Resolves with the answer's head; its body is still to be read. Rejects with `ApiUnreachable`. */
  send(request: TransportRequest): Promise<IncomingMessage>
  close(): void
}

export function createTransport(where: { baseUrl?: string; socketPath?: string }): Transport {
  const agent = new Agent({ keepAlive: true })
  const place = where.socketPath ?? where.baseUrl!
  const target = where.socketPath
    ? { socketPath: where.socketPath, host: 'localhost' }
    : urlTarget(where.baseUrl!)
  return {
    send: async request =>
      exchange({ ...target, agent: target.protocol === 'https:' ? undefined : agent }, request, place),
    close: () => agent.destroy(),
  }
}

function urlTarget(baseUrl: string): RequestOptions {
  const { protocol, hostname, port, pathname } = new URL(baseUrl)
  if (pathname !== '/') throw new TypeError(`The platform's URL must not have a path: ${baseUrl}`)
  // URL keeps the brackets of an IPv6 address, net.connect wants none.
  return { protocol, hostname: hostname.replace(/^\[(.*)\]$/, '$1'), port: port || undefined }
}

async function exchange(
  target: RequestOptions,
  request: TransportRequest,
  place: string,
): Promise<IncomingMessage> {
  const send = target.protocol === 'https:' ? (await import('node:https')).request : httpRequest
  const { method, path, headers, signal } = request
  return new Promise((resolve, reject) => {
    const outgoing = send({ ...target, method, path, headers, signal, timeout: request.idleTimeoutMs })
    const fail = (cause: unknown): void =>
      reject(signal?.aborted ? cause : new ApiUnreachable(place, { cause }))
    outgoing.once('response', resolve)
    outgoing.once('timeout', () => outgoing.destroy(timedOut()))
    outgoing.on('error', fail)
    writeBody(outgoing, request.body).catch(error => {
      // The server may answer and hang up before it has read all; then the answer tells more than the broken pipe.
      if (!outgoing.destroyed || !isConnectionError(error)) outgoing.destroy(error)
    })
  })
}

async function writeBody(outgoing: ClientRequest, body: TransportRequest['body']): Promise<void> {
  if (body === undefined || typeof body === 'string') {
    outgoing.end(body)
    return
  }
  await pipeline(Readable.from(body, { objectMode: false }), outgoing)
}

function isConnectionError(error: unknown): boolean {
  return ['EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'].includes(
    (error as NodeJS.ErrnoException).code ?? '',
  )
}

function timedOut(): Error {
  return Object.assign(new Error('No answer in time'), { code: 'ETIMEDOUT' })
}
