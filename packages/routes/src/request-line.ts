/** A line of the request log: what the edge writes to disk and tells a live tail. */
export interface RequestLine {
  /** When the request ended, ISO 8601 in UTC. */
  time: string
  /** The `X-Request-Id` of the answer. */
  id: string
  /** Shortened or empty where the log is told to keep no whole addresses. */
  ip: string
  method: string
  host: string
  path: string
  /** Without what stood before: values whose names say that they are secret read `[redacted]`. */
  query?: string
  status: number
  bytesIn: number
  bytesOut: number
  /** Milliseconds until the end of the answer. */
  ms: number
  /** Milliseconds until the head of the answer; missing where there was none. */
  headMs?: number
  /** `1.0`, `1.1` or `2.0`. */
  protocol: string
  app?: string
  release?: string
  process?: string
  target?: string
  /** `hit`, `miss`, `stale` …; missing where the cache was not asked. */
  cache?: string
  agent?: string
  /** Without its query. */
  referrer?: string
}

/** How much of a client's address is kept. `short`: without the last byte (IPv4), or the last ten (IPv6). */
export type AddressDetail = 'whole' | 'short' | 'none'

/** The address as the log may keep it. */
export function keptAddress(ip: string, detail: AddressDetail): string {
  if (detail === 'whole') return ip
  if (detail === 'none') return ''
  return ip.includes(':') ? shortenIpv6(ip) : `${ip.slice(0, ip.lastIndexOf('.'))}.0`
}

/** The first 48 bits, which is what a provider gives to one site (RFC 6177). */
function shortenIpv6(ip: string): string {
  const address = ip.split('%')[0]!
  const [head = ''] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  const first = [0, 1, 2].map(index => groups[index] ?? '0')
  return `${first.join(':').replace(/(:0)+$/, '')}::`
}
