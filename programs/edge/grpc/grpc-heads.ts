import type { ClientConnection } from '../proxy/client-connection.ts'
import type { ClientRequest } from '../proxy/client-request.ts'
import {
  REQUEST_HEADER,
  RESPONSE_HEADER,
  requestHeaderKinds,
  responseHeaderKinds,
} from '../proxy/header-kinds.ts'
import type { RequestTarget } from '../proxy/request-target.ts'

export interface GrpcRequestHeadOptions {
  request: ClientRequest
  target: RequestTarget
  client: ClientConnection
  requestId: string
}

const requestKinds = requestHeaderKinds()
const responseKinds = responseHeaderKinds()

/** What a target gets: the client's fields, without those that are the edge's own, and the edge's forwarded fields. */
export function grpcRequestHead({ request, target, client, requestId }: GrpcRequestHeadOptions): string[] {
  const { hostHeader, url } = target
  const head = [':method', request.method!, ':scheme', 'http', ':authority', hostHeader, ':path', url]
  const { rawHeaders } = request
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!
    if (requestKinds.of(name) === REQUEST_HEADER.pass) head.push(name, rawHeaders[index + 1]!)
  }
  const { ip, scheme, port } = client
  const element = `for=${ip.includes(':') ? `"[${ip}]"` : ip};proto=${scheme};host="${hostHeader}"`
  head.push('te', 'trailers', 'x-request-id', requestId, 'forwarded', element, 'x-real-ip', ip)
  head.push('x-forwarded-for', ip, 'x-forwarded-proto', scheme, 'x-forwarded-port', String(port))
  head.push('x-forwarded-host', hostHeader)
  return head
}

export interface GrpcAnswerHead {
  status: number
  /** Name, value, name, value … */
  headers: string[]
}

/** @param raw as Node gives them, pseudo-headers among them */
export function grpcAnswerHead(raw: readonly string[]): GrpcAnswerHead {
  const head: GrpcAnswerHead = { status: 502, headers: [] }
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index]!
    if (name === ':status') head.status = Number(raw[index + 1])
    else if (passes(name)) head.headers.push(name, raw[index + 1]!)
  }
  return head
}

function passes(name: string): boolean {
  const kind = responseKinds.of(name)
  return kind === RESPONSE_HEADER.pass || kind === RESPONSE_HEADER.contentLength
}
