import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { type ClientHttp2Session, connect } from 'node:http2'
import { Agent, request } from 'node:https'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { silentLogger } from '@seaworthy/kit'
import type { RouteTable } from '@seaworthy/routes'
import {
  freePort,
  httpBackend,
  systemPart,
  temporaryFolder,
  testCertificate,
  waitFor,
} from '@seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'
import { EdgeClient } from './edge-client.ts'
import { EdgeProcess } from './edge-process.ts'

const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/node-compile', import.meta.url))

async function secureEdge() {
  const home = temporaryFolder().path
  const [httpPort, httpsPort] = [await freePort(), await freePort()]
  const env = { NODE_COMPILE_CACHE: CACHE, SEAWORTHY_EDGE_WORKERS: '2', SEAWORTHY_EDGE_DRAIN_MS: '5000' }
  const edge = new EdgeProcess({ home, httpPort, httpsPort, log: silentLogger, version: '1', env })
  const client = new EdgeClient({ socketPath: join(home, 'run', 'edge.sock'), log: silentLogger })
  const pids = new Set<number>()
  onTestFinished(async () => {
    edge.leave()
    for (const pid of pids) if (isAlive(pid)) process.kill(pid, 'SIGKILL')
    await waitFor(() => [...pids].every(pid => !isAlive(pid)))
  })
  pids.add((await edge.start()).pid)
  return { home, httpsPort, edge, client, pids }
}

async function tableFor(home: string, port: number): Promise<RouteTable> {
  const { key, cert } = await testCertificate('DNS:shop.test')
  const file = join(home, 'shop.pem')
  writeFileSync(file, key + cert, { mode: 0o600 })
  const timeouts = { responseMs: 5_000, idleMs: 5_000, wakeMs: 5_000 }
  const target = { id: 'ins_1', host: '127.0.0.1', port, state: 'healthy' as const }
  const route = { appId: 'app_1', slug: 'shop', hosts: ['shop.test'], pathPrefix: '/', process: 'web' }
  return {
    version: 1,
    routes: [{ ...route, release: 'v1', mode: 'proxy', targets: [target], timeouts }],
    certificates: [{ hosts: ['shop.test'], file }],
  }
}

/** One request by HTTP/1.1; `agent: false` takes a connection, and a handshake, of its own. */
function ask(port: number, agent: Agent | false): Promise<number> {
  return new Promise((resolve, reject) => {
    const where = { host: '127.0.0.1', port, servername: 'shop.test', rejectUnauthorized: false }
    const asked = request({ ...where, agent, headers: { host: 'shop.test' } }, answer => {
      answer.resume()
      answer.on('end', () => resolve(answer.statusCode!))
      answer.on('error', reject)
    })
    asked.on('error', reject)
    asked.end()
  })
}

/**
 * Asks by HTTP/2, on the same connection for as long as the edge lets it. A stream that was refused (also by the client's
 * own library, which had just heard of the end) was not worked on, so it is asked for again, as every browser does: RFC
 * 9113, 8.7.
 */
class Http2Asker {
  readonly #port: number
  #session: ClientHttp2Session | undefined

  constructor(port: number) {
    this.#port = port
  }

  async ask(): Promise<number> {
    try {
      return await this.#askOnce()
    } catch (error) {
      if (!String(error).includes('NGHTTP2_REFUSED_STREAM')) throw error
      // On a connection of its own: the client's library may tell of the refusal before it tells of the end.
      this.#session?.close()
      this.#session = undefined
      return await this.#askOnce()
    }
  }

  close(): void {
    this.#session?.destroy()
  }

  async #askOnce(): Promise<number> {
    if (!this.#session || this.#session.closed || this.#session.destroyed) this.#session = this.#connect()
    const stream = this.#session.request({ ':path': '/', ':authority': 'shop.test' })
    const [headers] = await once(stream, 'response')
    stream.resume()
    await once(stream, 'end')
    return headers[':status']
  }

  #connect(): ClientHttp2Session {
    const options = { servername: 'shop.test', rejectUnauthorized: false }
    const session = connect(`https://127.0.0.1:${this.#port}`, options)
    session.on('error', () => undefined) // the requests on it fail too
    return session
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test.skipIf(await systemPart.missing('linux', 'root', 'openssl'))(
  'three replacements under load by TLS lose no request: new connections, kept ones, HTTP/2',
  async () => {
    const { home, httpsPort, edge, client, pids } = await secureEdge()
    const backend = await httpBackend()
    await client.pushTable(await tableFor(home, backend.port))
    const agent = new Agent({ keepAlive: true, maxSockets: 4 })
    const askers = Array.from({ length: 4 }, () => new Http2Asker(httpsPort))
    onTestFinished(() => {
      agent.destroy()
      for (const asker of askers) asker.close()
    })
    const results: Record<string, unknown[]> = { fresh: [], kept: [], http2: [] }
    let running = true
    const repeat = async (name: string, once: () => Promise<number>) => {
      while (running) results[name]!.push(await once().catch(error => error))
    }
    const clients = [
      ...Array.from({ length: 4 }, () => repeat('fresh', () => ask(httpsPort, false))),
      ...Array.from({ length: 4 }, () => repeat('kept', () => ask(httpsPort, agent))),
      ...askers.map(asker => repeat('http2', () => asker.ask())),
    ]
    const more = async () => {
      const before = Object.values(results).map(list => list.length)
      await waitFor(() => Object.values(results).every((list, index) => list.length > before[index]! + 20))
    }

    for (let round = 0; round < 3; round++) {
      await more()
      pids.add((await edge.replace()).pid)
    }
    await more()
    const last = (await client.status()).pid
    await waitFor(() => [...pids].every(pid => pid === last || !isAlive(pid)), { timeoutMs: 20_000 })
    running = false
    await Promise.all(clients)

    expect(Object.values(results).flatMap(list => list.filter(result => result !== 200))).toEqual([])
    expect(pids.size).toBeGreaterThanOrEqual(4)
  },
  60_000,
)
