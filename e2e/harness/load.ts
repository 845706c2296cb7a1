import { Agent, request } from 'node:http'

export interface LoadReport {
  sent: number
  answered: number
  /** Broken connections and answers other than 200, by what went wrong. */
  failures: Record<string, number>
  /** Distinct bodies with how often each was answered. */
  bodies: Record<string, number>
}

/**
 * Sends requests to one host at a fixed rate, whatever the answers do (an open loop), until stopped.
 * @returns `stop`, which waits for what is in flight and gives the counts
 */
export function startLoad({ port, host, perSecond }: { port: number; host: string; perSecond: number }): {
  stop: () => Promise<LoadReport>
} {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const report: LoadReport = { sent: 0, answered: 0, failures: {}, bodies: {} }
  const inFlight = new Set<Promise<void>>()
  const startedAt = performance.now()

  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedAt) / 1000) * perSecond)
    while (report.sent < due) {
      report.sent += 1
      const one = send({ agent, port, host }, report).finally(() => inFlight.delete(one))
      inFlight.add(one)
    }
  }, 5)

  return {
    stop: async () => {
      clearInterval(timer)
      await Promise.all(inFlight)
      agent.destroy()
      return report
    },
  }
}

function send(
  { agent, port, host }: { agent: Agent; port: number; host: string },
  report: LoadReport,
): Promise<void> {
  return new Promise(resolve => {
    const fail = (what: string) => {
      report.failures[what] = (report.failures[what] ?? 0) + 1
      resolve()
    }
    const asked = request({ agent, host: '127.0.0.1', port, path: '/', headers: { host } }, response => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', chunk => {
        body += chunk
      })
      response.on('error', error => fail(error.message))
      response.on('end', () => {
        if (response.statusCode !== 200) return fail(`status ${response.statusCode}`)
        report.answered += 1
        report.bodies[body] = (report.bodies[body] ?? 0) + 1
        resolve()
      })
    })
    asked.setTimeout(30_000, () => asked.destroy(new Error('no answer in 30 s')))
    asked.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.message))
    asked.end()
  })
}
