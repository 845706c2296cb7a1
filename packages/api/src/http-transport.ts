/** One HTTP exchange with the platform, over TCP or over its socket file. */
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http'
import { Agent, request as httpRequest } from '@seaworthy/kit/lean-http'
import { ApiUnreachable } from './api-error.ts'
import type { Transport, TransportRequest } from './transport.ts'

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
  const { method, path, headers, body, signal } = request
  return new Promise((resolve, reject) => {
    const outgoing = send({ ...target, method, path, headers, signal, timeout: request.idleTimeoutMs })
    outgoing.once('response', response => {
      // An answer before the end of the upload is a refusal: the rest need not be sent.
      response.once('close', () => outgoing.writableFinished || outgoing.destroy())
      resolve(response)
    })
    outgoing.once('timeout', () => outgoing.destroy(timedOut()))
    outgoing.on('error', cause => reject(signal?.aborted ? cause : new ApiUnreachable(place, { cause })))
    if (body === undefined || typeof body === 'string') outgoing.end(body)
    else writeChunks(outgoing, body).catch(error => failUpload(error, outgoing, reject))
  })
}

/** Rejects only with what the source of the chunks throws. Ends the source when the connection is gone. */
async function writeChunks(outgoing: ClientRequest, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of chunks) {
    if (outgoing.destroyed) return
    if (!outgoing.write(chunk)) await drained(outgoing)
  }
  outgoing.end()
}

function drained(outgoing: ClientRequest): Promise<void> {
  return new Promise(resolve => {
    const go = (): void => {
      outgoing.off('drain', go).off('close', go)
      resolve()
    }
    outgoing.on('drain', go).on('close', go)
  })
}

function failUpload(error: unknown, outgoing: ClientRequest, reject: (error: unknown) => void): void {
  reject(error)
  outgoing.destroy()
}

function timedOut(): Error {
  return Object.assign(new Error('No answer in time'), { code: 'ETIMEDOUT' })
}
