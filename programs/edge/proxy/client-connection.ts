import type { Socket } from 'node:net'

export type Scheme = 'http' | 'https'

/** What the edge tells targets of the client's connection; made once for each connection. */
export interface ClientConnection {
  /** Address of the peer: the only one that the edge vouches for. */
  ip: string
  scheme: Scheme
  port: number
  /** The `X-Forwarded-…` and `X-Real-IP` lines. */
  forwardedLines: string
  /** Start of the `Forwarded` line (RFC 7239), to which the host is added. */
  forwardedElement: string
  /** A request by HTTP/1 was refused: what follows it on the connection is not read as one. */
  isRefused: boolean
}

const known = new WeakMap<Socket, ClientConnection>()

export function clientConnection(socket: Socket, scheme: Scheme, port: number): ClientConnection {
  const client = known.get(socket)
  if (client) return client
  const made = describe(socket.remoteAddress ?? '', scheme, port)
  known.set(socket, made)
  return made
}

function describe(address: string, scheme: Scheme, port: number): ClientConnection {
  // A socket on `::` shows IPv4 clients as `::ffff:192.0.2.1`.
  const ip = address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address
  return {
    ip,
    scheme,
    port,
    isRefused: false,
    forwardedLines:
      `X-Forwarded-For: ${ip}\r\nX-Real-IP: ${ip}\r\n` +
      `X-Forwarded-Proto: ${scheme}\r\nX-Forwarded-Port: ${port}\r\nX-Forwarded-Host: `,
    forwardedElement: `Forwarded: for=${ip.includes(':') ? `"[${ip}]"` : ip};proto=${scheme};host="`,
  }
}
