import { get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

const PAUSE_MS = 50
/** The guest is slow: this is to find what never answers. */
const MOST_MS = 60_000

export interface Answer {
  status: number
  body: string
}

/** One request to an app through the edge of a server, on a connection of its own. */
export function ask(server: string, host: string, path = '/'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = get({ host: server, port: 80, path, headers: { host }, agent: false, timeout: MOST_MS })
    request.on('timeout', () => request.destroy(new Error(`no answer in ${MOST_MS} ms`)))
    request.on('error', reject)
    request.on('response', response => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', text => (body += text))
      response.on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
    })
  })
}

/** Asks an app again and again, one after the other, while something is done to the platform. */
export class SteadyRequests {
  readonly #failures: string[] = []
  readonly #running: Promise<void>
  #isStopped = false
  #asked = 0
  #slowestMs = 0

  constructor(server: string, host: string) {
    this.#running = this.#askOn(server, host)
  }

  /** In words. @throws Error when a request was not answered with 200, or none was made */
  async stop(): Promise<string> {
    this.#isStopped = true
    await this.#running
    if (this.#failures.length > 0)
      throw new Error(
        `${this.#failures.length} of ${this.#asked} requests failed: ${this.#failures.slice(0, 3).join('; ')}`,
      )
    if (this.#asked === 0) throw new Error('no request was made')
    return `${this.#asked} requests, all answered, the slowest in ${Math.round(this.#slowestMs)} ms`
  }

  async #askOn(server: string, host: string): Promise<void> {
    while (!this.#isStopped) {
      const startedAt = performance.now()
      const problem = await ask(server, host).then(
        ({ status }) => (status === 200 ? undefined : `status ${status}`),
        error => (error as Error).message,
      )
      this.#asked++
      this.#slowestMs = Math.max(this.#slowestMs, performance.now() - startedAt)
      if (problem !== undefined) this.#failures.push(problem)
      await sleep(PAUSE_MS)
    }
  }
}
