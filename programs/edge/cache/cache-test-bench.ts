import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { CacheRule, Route } from '@seaworthy/routes'
import { onTestFinished } from 'vitest'
import { type AskOptions, type Reply, route, TestEdge, target } from '../test/edge-harness.ts'

export type App = (request: IncomingMessage, response: ServerResponse) => void

export const STORE_ALL: CacheRule = { path: '/*', store: true }

/** An edge of one worker with a cache, in front of a real server whose answers each test sets. */
export class CacheBench {
  readonly edge: TestEdge
  readonly port: number
  /** What reached the app, newest last. */
  readonly seen: IncomingMessage[] = []
  app: App = (_request, response) => response.end('?')
  #change: Partial<Route> = {}

  private constructor(edge: TestEdge, port: number) {
    this.edge = edge
    this.port = port
  }

  static async start({ env = {} }: { env?: Record<string, string> } = {}): Promise<CacheBench> {
    let bench: CacheBench | undefined
    const server = createServer((request, response) => {
      bench!.seen.push(request)
      bench!.app(request, response)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    })
    const { port } = server.address() as { port: number }
    const edge = await TestEdge.start({ env: { SEAWORTHY_EDGE_WORKERS: '1', ...env } })
    bench = new CacheBench(edge, port)
    await bench.route({ cache: [STORE_ALL] })
    return bench
  }

  /** Serves by these rules from now on. */
  async route(change: Partial<Route>): Promise<void> {
    this.#change = { ...this.#change, ...change }
    await this.edge.push(route([target(this.port)], this.#change))
  }

  /** The app answers every request so. The body says how many there were. */
  answers(headers: Record<string, string | string[]>, status = 200): void {
    this.app = (request, response) => {
      response.writeHead(status, headers)
      response.end(request.method === 'HEAD' || status === 204 ? undefined : `answer ${this.seen.length}`)
    }
  }

  ask(options: AskOptions = {}): Promise<Reply> {
    return this.edge.ask(options)
  }

  purge(selector: object): Promise<Reply> {
    return this.edge.control('POST', '/purge', { appId: 'app_1', ...selector })
  }
}

export const secondsAgo = (seconds: number) => new Date(Date.now() - seconds * 1000).toUTCString()
