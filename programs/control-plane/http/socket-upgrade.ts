/**
 * WebSockets of the API. The request passes everything that any request passes (host check, sign-in, limits, policy);
 * only then it becomes a socket. A refusal is an ordinary answer.
 */
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { ServerResponse } from '@seaworthy/kit/lean-http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { WebSocket } from 'ws'
import { httpErrors } from './errors.ts'

/** Larger frames end their socket. */
const MAX_FRAME_BYTES = 65_536
const VERSION = '13'

const heads = new WeakMap<IncomingMessage, Buffer>()

/** Only what wants a WebSocket becomes one; an offer of anything else is ignored, as HTTP allows. */
export function wantsWebSocket({ method, headers }: Pick<IncomingMessage, 'method' | 'headers'>): boolean {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket'
}

/** Gives upgrade requests of this server to the routes. */
export function routeUpgrades(
  server: Server,
  handler: (request: IncomingMessage, response: InstanceType<typeof ServerResponse>) => void,
): void {
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    heads.set(request, head)
    socket.on('error', () => socket.destroy())
    const response = new ServerResponse(request)
    response.shouldKeepAlive = false
    response.assignSocket(socket as never)
    response.once('finish', () => socket.end())
    handler(request, response)
  })
}

/** @throws the answer for a request that cannot become a socket of this protocol */
export function requireUpgrade({ raw, headers }: FastifyRequest, protocol: string): void {
  if (!heads.has(raw)) throw httpErrors.upgrade_required({ protocol })
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map(name => name.trim())
  const isWhole = headers['sec-websocket-version'] === VERSION && headers['sec-websocket-key'] !== undefined
  if (!offered.includes(protocol) || !isWhole) throw httpErrors.upgrade_required({ protocol })
  requireOwnOrigin(headers)
}

/** A browser opens sockets for pages of strangers too, and sends our cookies with them. */
function requireOwnOrigin({ origin, host }: FastifyRequest['headers']): void {
  if (origin === undefined) return
  if (!URL.canParse(origin) || new URL(origin).host !== host) throw httpErrors.origin_refused()
}

/** The library is loaded with the first socket. It is paused: nothing is lost before somebody listens. */
export async function upgrade(
  request: FastifyRequest,
  reply: FastifyReply,
  protocol: string,
): Promise<WebSocket> {
  const { WebSocketServer } = await import('ws')
  const server = new WebSocketServer({
    ...{ noServer: true, clientTracking: false, perMessageDeflate: false, maxPayload: MAX_FRAME_BYTES },
    handleProtocols: () => protocol,
  })
  reply.hijack()
  const { raw } = request
  reply.raw.detachSocket(raw.socket)
  return new Promise(resolve =>
    server.handleUpgrade(raw, raw.socket, heads.get(raw)!, socket => {
      socket.pause()
      resolve(socket)
    }),
  )
}
