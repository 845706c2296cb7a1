import { normalizeHost } from '@seaworthy/routes'
import type { ClientRequest } from './client-request.ts'

/** Where a request wants to go, checked. */
export interface RequestTarget {
  /** As in the route table. */
  host: string
  /** The `Host` header as the client wrote it, for the target. */
  hostHeader: string
  /** Origin form, or `*`. */
  url: string
  /** What the target is asked for; a rewrite may have changed it. */
  forwardUrl: string
  /** The name and password were for the edge, and are not passed on. */
  withoutAuthorization: boolean
}

/** Why a request is refused before it is routed. */
export interface Refusal {
  status: 400 | 405 | 431
  reason: string
}

/** Origin form: visible ASCII without a fragment. llhttp has seen to spaces and control characters. */
const ORIGIN_FORM = /^\/[\x21\x22\x24-\x7e]*$/
const ABSOLUTE_FORM = /^https?:\/\/([^/?#@]+)(\/[^#]*|\?[^#]*|)$/i

const LENGTH = /^(?:0|[1-9][0-9]*)$/

const MAX_HEADERS = 256

/** Host headers seen lately, in the table's form; only those of known hosts are remembered. */
const MAX_CACHED_HOSTS = 5_000

/** Checks what llhttp leaves open: the form of the request target, one valid `Host`, methods that are not proxied. */
export class RequestTargets {
  readonly #isKnownHost: (host: string) => boolean
  readonly #hosts = new Map<string, string>()

  constructor({ isKnownHost }: { isKnownHost: (host: string) => boolean }) {
    this.#isKnownHost = isKnownHost
  }

  read(request: ClientRequest): RequestTarget | Refusal {
    // llhttp also takes request lines that say HTTP/0.9 and HTTP/2.0.
    if (request.httpVersionMajor !== 1) return refuse(400, 'Only HTTP/1.0 and HTTP/1.1 are spoken here.')
    // Node counts neither colons nor line ends towards the size of the head.
    if (request.rawHeaders.length > 2 * MAX_HEADERS) return refuse(431, 'The request has too many headers.')
    const hostHeader = request.headers.host
    if (!hostHeader) return refuse(400, 'The request names no host.')
    if (request.method === 'TRACE' || request.method === 'CONNECT') {
      return refuse(405, `The method ${request.method} is not allowed.`)
    }
    const host = this.#normalize(hostHeader)
    if (host === undefined || hasTwoHosts(request.rawHeaders))
      return refuse(400, 'The Host header is not valid.')
    if (request.httpVersionMinor === 0 && request.headers['transfer-encoding'] !== undefined) {
      // RFC 9112, 6.1: framing of an HTTP/1.0 message with Transfer-Encoding is faulty.
      return refuse(400, 'HTTP/1.0 has no Transfer-Encoding.')
    }
    // The edge frames bodies anew: another coding beneath would get lost on the way.
    const coding = request.headers['transfer-encoding']
    if (coding !== undefined && coding.toLowerCase() !== 'chunked')
      return refuse(400, 'The only Transfer-Encoding is chunked.')
    const length = request.headers['content-length']
    // RFC 9110, 8.6 allows zeros in front; to some programs they mean octal.
    if (length !== undefined && !LENGTH.test(length)) return refuse(400, 'The Content-Length is not plain.')
    return readUrl(request, host, hostHeader)
  }

  #normalize(hostHeader: string): string | undefined {
    const cached = this.#hosts.get(hostHeader)
    if (cached !== undefined) return cached
    const host = normalizeHost(hostHeader)
    if (host !== undefined && this.#hosts.size < MAX_CACHED_HOSTS && this.#isKnownHost(host)) {
      this.#hosts.set(hostHeader, host)
    }
    return host
  }
}

function readUrl(request: ClientRequest, host: string, hostHeader: string): RequestTarget | Refusal {
  const url = request.url!
  if (ORIGIN_FORM.test(url) || (url === '*' && request.method === 'OPTIONS'))
    return { host, hostHeader, url, forwardUrl: url, withoutAuthorization: false }

  const absolute = ABSOLUTE_FORM.exec(url)
  if (!absolute) return refuse(400, 'The request target is not valid.')
  // RFC 9112, 3.2.2 lets the target win over Host; two names for one request are a way around routing, so: refused.
  if (normalizeHost(absolute[1]!) !== host)
    return refuse(400, 'The request target and the Host header disagree.')
  const path = absolute[2]!.startsWith('/') ? absolute[2]! : `/${absolute[2]}`
  return ORIGIN_FORM.test(path)
    ? { host, hostHeader, url: path, forwardUrl: path, withoutAuthorization: false }
    : refuse(400, 'The request target is not valid.')
}

function hasTwoHosts(rawHeaders: readonly string[]): boolean {
  let seen = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!
    if (name.length === 4 && name.toLowerCase() === 'host') seen++
  }
  return seen > 1
}

function refuse(status: Refusal['status'], reason: string): Refusal {
  return { status, reason }
}
