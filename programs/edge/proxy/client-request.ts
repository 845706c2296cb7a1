import type { IncomingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'

/**
 * A client's request as everything behind the listeners sees it: Node's `IncomingMessage`, or an HTTP/2 request in the
 * shape of the HTTP/1.1 request that it stands for. In the latter `headers` names the framing that a target will get
 * (`transfer-encoding: chunked` where there is a body of unknown length), and the version is 1.1.
 */
export interface ClientRequest {
  readonly method?: string | undefined
  /** The request target as the client sent it. */
  readonly url?: string | undefined
  readonly headers: IncomingHttpHeaders
  /** Name, value, name, value …, as the client sent them; without pseudo-headers. */
  readonly rawHeaders: string[]
  readonly httpVersionMajor: number
  readonly httpVersionMinor: number
  /** What the client really speaks, where that is not the version above: `2.0`. */
  readonly protocol?: string
  /** The connection; with HTTP/2 other requests have the same one. */
  readonly socket: Socket
  /** The body came to its end, rather than having been broken off. */
  readonly complete: boolean
  pause(): unknown
  resume(): unknown
  on(event: 'data', listener: (chunk: Buffer) => void): unknown
  on(event: 'end', listener: () => void): unknown
  off(event: 'data', listener: (chunk: Buffer) => void): unknown
  off(event: 'end', listener: () => void): unknown
}
