import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import type { ClientRequest } from '../proxy/client-request.ts'

export interface Http2RequestOptions {
  stream: ServerHttp2Stream
  /** As Node gives them: cookies joined, pseudo-headers among them. */
  headers: IncomingHttpHeaders
  rawHeaders: readonly string[]
  /** The connection itself: the session's own `socket` is another object each time. */
  socket: Socket
}

/**
 * A request by HTTP/2 in the shape of the HTTP/1.1 request that it stands for (RFC 9113, 8.2 and 8.3). nghttp2 has
 * refused what HTTP/1.1 cannot express: line ends in names or values, `Transfer-Encoding` and the like, a body that has
 * not the announced length. Two names for one host stay two, and are refused as in HTTP/1.1.
 */
export class Http2Request implements ClientRequest {
  readonly stream: ServerHttp2Stream
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly rawHeaders: string[]
  readonly httpVersionMajor = 1
  readonly httpVersionMinor = 1
  readonly protocol = '2.0'
  readonly socket: Socket

  constructor({ stream, headers, rawHeaders, socket }: Http2RequestOptions) {
    this.stream = stream
    this.method = headers[':method'] ?? ''
    this.url = headers[':path'] ?? ''
    this.socket = socket
    this.rawHeaders = regularHeaders(rawHeaders, headers)
    this.headers = headers
    headers.host = headers[':authority'] ?? headers.host
    if (!stream.endAfterHeaders && headers['content-length'] === undefined)
      headers['transfer-encoding'] = 'chunked'
  }

  /** A stream that was reset says 'end' too. */
  get complete(): boolean {
    return !this.stream.aborted && this.stream.rstCode === 0
  }

  on(event: 'data' | 'end', listener: (chunk: Buffer) => void): this {
    this.stream.on(event, listener)
    return this
  }

  off(event: 'data' | 'end', listener: (chunk: Buffer) => void): this {
    this.stream.off(event, listener)
    return this
  }

  pause(): this {
    this.stream.pause()
    return this
  }

  resume(): this {
    this.stream.resume()
    return this
  }
}

/** Without pseudo-headers, with one `cookie` (RFC 9113, 8.2.3) and one `host`, unless there are two different ones. */
function regularHeaders(rawHeaders: readonly string[], headers: IncomingHttpHeaders): string[] {
  const authority = headers[':authority']
  const regular: string[] = authority === undefined ? [] : ['host', authority]
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!
    const value = rawHeaders[index + 1]!
    if (name.startsWith(':') || name === 'cookie') continue
    if (name === 'host' && value.toLowerCase() === authority?.toLowerCase()) continue
    regular.push(name, value)
  }
  if (headers.cookie !== undefined) regular.push('cookie', headers.cookie)
  return regular
}
