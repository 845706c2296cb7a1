import type { ClientConnection } from './client-connection.ts'
import type { ClientRequest } from './client-request.ts'
import { nominatedFields, REQUEST_HEADER, requestHeaderKinds } from './header-kinds.ts'
import type { RequestTarget } from './request-target.ts'

export interface UpstreamRequestOptions {
  request: ClientRequest
  target: RequestTarget
  client: ClientConnection
  requestId: string
  /** The body's length is unknown: it goes out in chunks. */
  chunked: boolean
  /** The client waits for `100 Continue` before it sends the body, and so does the edge. */
  expectsContinue: boolean
  /** Set for a WebSocket: the protocol to switch to. */
  upgrade?: string
  /** Lines that go in place of the client's own conditions on what it holds. */
  conditions?: string | undefined
}

const kinds = requestHeaderKinds()

/**
 * The head of the request as the target gets it, latin1: hop-by-hop fields gone, framing written anew, forwarded
 * fields set by the edge. Names and values come from Node's strict parser, so they hold no line end.
 */
export function upstreamRequestHead(options: UpstreamRequestOptions): string {
  const { request, target, client, requestId } = options
  let head = `${request.method} ${target.forwardUrl} HTTP/1.1\r\nHost: ${target.hostHeader}\r\n`
  const { rawHeaders } = request
  const { conditions } = options
  const nominated = fieldsLeftOut(target, request.headers.connection, conditions)
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!
    if (kinds.of(name) !== REQUEST_HEADER.pass) continue
    if (nominated?.includes(name.toLowerCase())) continue
    head += `${name}: ${rawHeaders[index + 1]}\r\n`
  }
  head += client.forwardedLines + target.hostHeader
  head += `\r\n${client.forwardedElement}${target.hostHeader}"\r\nX-Request-Id: ${requestId}\r\n`
  if (conditions !== undefined) head += conditions
  if (options.chunked) head += 'Transfer-Encoding: chunked\r\n'
  if (options.expectsContinue) head += 'Expect: 100-continue\r\n'
  if (options.upgrade) head += `Connection: Upgrade\r\nUpgrade: ${options.upgrade}\r\n`
  return `${head}\r\n`
}

function fieldsLeftOut(
  { withoutAuthorization }: RequestTarget,
  connection: string | undefined,
  conditions: string | undefined,
): string[] | undefined {
  const nominated = nominatedByClient(connection)
  if (!withoutAuthorization && conditions === undefined) return nominated
  const names = withoutAuthorization ? ['authorization'] : []
  if (conditions !== undefined) names.push('if-none-match', 'if-modified-since', 'if-range')
  return [...names, ...(nominated ?? [])]
}

/** Fields that `Connection` names belong to the client's connection (RFC 9110, 7.6.1); framing and host never do. */
function nominatedByClient(connection: string | undefined): string[] | undefined {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return undefined
  const names = nominatedFields(connection).filter(name => !KEPT.includes(name))
  return names.length > 0 ? names : undefined
}

const KEPT = [
  'content-length',
  'host',
  'authorization',
  'cookie',
  'sec-websocket-key',
  'sec-websocket-version',
]
