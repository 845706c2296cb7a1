/** Against DNS rebinding: a page of a stranger may resolve its own name to this machine. So the Host must be ours. */
import type { IncomingHttpHeaders } from 'node:http'
import { httpErrors } from './errors.ts'

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

/** Throws `host_refused`. */
export type HostCheck = (request: { headers: IncomingHttpHeaders }) => void

export function createHostCheck({ domains }: { domains: readonly string[] }): HostCheck {
  const allowed = new Set([...LOOPBACK, ...domains.map(domain => domain.toLowerCase())])
  return ({ headers }) => {
    if (!allowed.has(hostname(headers.host))) throw httpErrors.host_refused()
  }
}

function hostname(host: string | undefined): string {
  return (host ?? '').toLowerCase().replace(/:\d+$/, '')
}
