/** What the edge does with a request header on its way to the target. */
export const REQUEST_HEADER = { pass: 0, drop: 1, host: 2, connection: 3, expect: 4 } as const
/** What the edge does with a response header on its way to the client. */
export const RESPONSE_HEADER = {
  pass: 0,
  drop: 1,
  connection: 2,
  contentLength: 3,
  transferEncoding: 4,
  keepAlive: 5,
} as const

export type HeaderKind = number

/** Hop-by-hop in either direction: RFC 9110, 7.6.1. Framing is written anew for each connection. */
const HOP_BY_HOP = ['keep-alive', 'proxy-connection', 'transfer-encoding', 'te', 'trailer', 'upgrade']

/** Where a body ends: under a name that a framework would read so, it is a second opinion on that. */
const FRAMING = ['content-length', 'transfer-encoding']

/** Set by the edge; what a client sent under these names is never trusted. All `x-forwarded-…` are ours too. */
const SET_BY_EDGE = ['forwarded', 'x-real-ip', 'x-request-id']

/**
 * Other names by which servers let a request say where it comes from or what path it means, so that it would pass the
 * rules for its real one; and `Proxy`, which programs run by CGI take for their own proxy (CVE-2016-5385). What a CDN in
 * front sets (`CF-Connecting-IP`, `True-Client-IP`) is for the app to believe or not.
 */
const SET_BY_NOBODY = [
  'proxy',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-original-forwarded-for',
  'x-original-host',
  'x-original-uri',
  'x-original-url',
  'x-rewrite-url',
]

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
/** Spellings of names are few; a client that sends ever new ones must not fill the memory. */
const MAX_CACHED = 2_000

/** Decides by name, and remembers the decision for each spelling. */
export class HeaderKinds {
  readonly #decide: (lowerCaseName: string) => HeaderKind
  readonly #known = new Map<string, HeaderKind>()

  constructor(decide: (lowerCaseName: string) => HeaderKind) {
    this.#decide = decide
  }

  /** @returns undefined for what is no header name */
  of(name: string): HeaderKind | undefined {
    const known = this.#known.get(name)
    if (known !== undefined) return known
    if (!TOKEN.test(name)) return undefined
    const kind = this.#decide(name.toLowerCase())
    if (this.#known.size < MAX_CACHED) this.#known.set(name, kind)
    return kind
  }
}

export function requestHeaderKinds(): HeaderKinds {
  return new HeaderKinds(name => {
    if (name === 'host') return REQUEST_HEADER.host
    if (name === 'connection') return REQUEST_HEADER.connection
    if (name === 'expect') return REQUEST_HEADER.expect
    if (HOP_BY_HOP.includes(name) || name === 'proxy-authorization' || name === 'http2-settings') {
      return REQUEST_HEADER.drop
    }
    // Many frameworks read `_` as `-`, so `X_Real_IP` must not slip through.
    const dashed = name.replaceAll('_', '-')
    const isForged =
      SET_BY_EDGE.includes(dashed) ||
      SET_BY_NOBODY.includes(dashed) ||
      dashed.startsWith('x-forwarded-') ||
      (dashed !== name && FRAMING.includes(dashed))
    return isForged ? REQUEST_HEADER.drop : REQUEST_HEADER.pass
  })
}

export function responseHeaderKinds(): HeaderKinds {
  return new HeaderKinds(name => {
    if (name === 'connection') return RESPONSE_HEADER.connection
    if (name === 'content-length') return RESPONSE_HEADER.contentLength
    if (name === 'transfer-encoding') return RESPONSE_HEADER.transferEncoding
    if (name === 'keep-alive') return RESPONSE_HEADER.keepAlive
    return HOP_BY_HOP.includes(name) || name === 'x-request-id' ? RESPONSE_HEADER.drop : RESPONSE_HEADER.pass
  })
}

/** The names in a `Connection` header that are no options of the connection itself: fields to remove, in lower case. */
export function nominatedFields(connection: string): string[] {
  return connection
    .toLowerCase()
    .split(',')
    .map(name => name.trim())
    .filter(name => name !== '' && name !== 'close' && name !== 'keep-alive' && name !== 'upgrade')
}
