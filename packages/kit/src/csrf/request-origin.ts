import type { IncomingHttpHeaders } from 'node:http'

/**
 * Where a request came from. `own`: a page of this very origin, or the address bar. `unknown`: no browser said
 * anything; programs do not, browsers always do with an unsafe method (Fetch Standard, 4.6 and Fetch Metadata).
 */
export type RequestOrigin = 'own' | 'foreign' | 'unknown'

export function originOf({ headers }: { headers: IncomingHttpHeaders }): RequestOrigin {
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return 'foreign'
  if (headers.origin !== undefined) return isHostOf(headers.origin, headers.host) ? 'own' : 'foreign'
  return site === undefined ? 'unknown' : 'own'
}

/** The host alone: behind a proxy that ends TLS, this server does not see the scheme that the browser used. */
function isHostOf(origin: string, host: string | undefined): boolean {
  return host !== undefined && URL.canParse(origin) && new URL(origin).host === host.toLowerCase()
}
