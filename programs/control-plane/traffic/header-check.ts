import { request } from '@seaworthy/kit/lean-http'
import { PROBE_USER_AGENT } from '../instances/health-probe.ts'

export interface SeenAnswer {
  status: number
  headers: [string, string][]
}

const PATIENCE_MS = 20_000

/**
 * A path of an app as an address. Never another host: `//other.example/` is a path too, and who may look at one app may
 * not have the platform ask for others.
 */
export function addressWithin(base: string, path: string): URL {
  const url = new URL(base)
  const query = path.indexOf('?')
  url.pathname = query === -1 ? path : path.slice(0, query)
  url.search = query === -1 ? '' : path.slice(query)
  return url
}

/** One real request to an app through the edge. Rejects with an error that says what went wrong. */
export function askThroughEdge({
  port,
  host,
  path,
}: {
  port: number
  host: string
  path: string
}): Promise<SeenAnswer> {
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        host: '127.0.0.1',
        port,
        path,
        agent: false,
        headers: { host, 'user-agent': PROBE_USER_AGENT, accept: 'text/html,*/*', connection: 'close' },
      },
      response => {
        response.destroy()
        resolve({ status: response.statusCode ?? 0, headers: pairs(response.rawHeaders) })
      },
    )
    asked.setTimeout(PATIENCE_MS, () => asked.destroy(new Error(`no answer within ${PATIENCE_MS / 1000} s`)))
    asked.on('error', reject)
    asked.end()
  })
}

function pairs(raw: readonly string[]): [string, string][] {
  return raw.flatMap((name, index) =>
    index % 2 === 0 ? [[name, raw[index + 1] ?? ''] as [string, string]] : [],
  )
}
