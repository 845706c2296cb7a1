/**
 * Asks an instance over HTTP whether it is up, from outside: nothing is needed in the app's image.
 * Without a health path any answer below 500 on `/` counts as healthy; with one, only 2xx and 3xx do.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { request } from '@seaworthy/kit/lean-http'

/** Probes can be told from visitors by this, in the app's log and in the receipt. */
export const PROBE_USER_AGENT = 'seaworthy-probe/1'

const FIRST_INTERVAL_MS = 10
const MAX_INTERVAL_MS = 100

export interface ProbeTarget {
  host: string
  port: number
  /** The manifest's `health.path`. */
  path?: string
  timeoutMs: number
  /** Sent as Host; the address itself when missing. */
  hostHeader?: string
  /** Sent besides. */
  headers?: Readonly<Record<string, string>>
}

export type ProbeResult =
  | { healthy: true; status: number }
  /** `refused`: nobody listens. `status`: an answer, but a bad one. `silent`: connected, no answer in time. */
  | { healthy: false; problem: 'refused' | 'status' | 'silent'; status?: number; detail: string }

/** One probe on a connection of its own. Never rejects. */
export function probe(target: ProbeTarget): Promise<ProbeResult> {
  return new Promise(resolve => {
    const asked = request(
      {
        host: target.host,
        port: target.port,
        path: target.path ?? '/',
        agent: false,
        headers: {
          'user-agent': PROBE_USER_AGENT,
          connection: 'close',
          ...(target.hostHeader ? { host: target.hostHeader } : {}),
          ...target.headers,
        },
      },
      response => {
        response.destroy()
        resolve(judge(target, response.statusCode ?? 0))
      },
    )
    asked.setTimeout(target.timeoutMs, () => {
      resolve({ healthy: false, problem: 'silent', detail: `no answer within ${target.timeoutMs} ms` })
      asked.destroy()
    })
    asked.on('error', (error: NodeJS.ErrnoException) => {
      const problem = error.code === 'ECONNREFUSED' ? 'refused' : 'silent'
      resolve({ healthy: false, problem, detail: error.code ?? error.message })
    })
    asked.end()
  })
}

/**
 * Probes until `successes` probes in a row are healthy (then resolves with `healthy: true`), the time is over or
 * the signal aborts (then with the last failure). Starts at 10 ms between probes, so that waking adds little to
 * the app's own boot.
 */
export async function waitUntilHealthy(
  target: ProbeTarget,
  options: { successes: number; timeoutMs: number; signal: AbortSignal },
): Promise<ProbeResult> {
  const giveUpAt = performance.now() + options.timeoutMs
  let inARow = 0
  let intervalMs = FIRST_INTERVAL_MS
  for (;;) {
    const result = await probe(target)
    inARow = result.healthy ? inARow + 1 : 0
    if (inARow >= options.successes) return result
    if (performance.now() >= giveUpAt || options.signal.aborted) {
      return result.healthy
        ? { healthy: false, problem: 'silent', detail: 'became healthy too late' }
        : result
    }
    await sleep(intervalMs, undefined, { signal: options.signal }).catch(() => undefined)
    intervalMs = Math.min(MAX_INTERVAL_MS, intervalMs * 1.3)
  }
}

function judge(target: ProbeTarget, status: number): ProbeResult {
  const healthy = target.path === undefined ? status < 500 : status >= 200 && status < 400
  if (healthy) return { healthy, status }
  return { healthy, problem: 'status', status, detail: `GET ${target.path ?? '/'} answered ${status}` }
}
