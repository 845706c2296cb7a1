/**
 * Against DNS rebinding and requests forged by other sites: a page of a stranger may resolve its own name to this
 * machine, and a browser sends its cookies along. So the Host must be one of ours, and so must the Origin.
 */
import type { IncomingHttpHeaders } from 'node:http'
import { httpErrors } from './errors.ts'

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Throws `host_refused` or `origin_refused`. */
export type HostCheck = (request: { method: string; headers: IncomingHttpHeaders }) => void

export function createHostCheck({ domains }: { domains: readonly string[] }): HostCheck {
  const allowed = new Set([...LOOPBACK, ...domains.map(domain => domain.toLowerCase())])
  return ({ method, headers }) => {
    if (!allowed.has(hostname(headers.host))) throw httpErrors.host_refused()
    if (!SAFE_METHODS.has(method) && !isOwnOrigin(headers)) throw httpErrors.origin_refused()
  }
}

function hostname(host: string | undefined): string {
  return (host ?? '').toLowerCase().replace(/:\d+$/, '')
}

/** Programs send no Origin; browsers always do with unsafe methods, and Sec-Fetch-Site besides. */
function isOwnOrigin(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false
  if (headers.origin === undefined) return true
  return URL.canParse(headers.origin) && new URL(headers.origin).host === headers.host
}
