import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { silentLogger } from '@seaworthy/kit'
import type { EdgeEvent, RouteTable } from '@seaworthy/routes'
import { freePort, httpBackend, systemPart, temporaryFolder, waitFor } from '@seaworthy/testing'
import { expect, onTestFinished, test, vi } from 'vitest'
import { EdgeClient } from './edge-client.ts'
import { EdgeProcess } from './edge-process.ts'
import { EdgeHasNewerTable, EdgeStartFailed, EdgeUnreachable } from './errors.ts'

const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/node-compile', import.meta.url))

interface SupervisorOptions {
  home?: string
  port?: number
  httpsPort?: number
  version?: string
  env?: Record<string, string>
}

async function supervisor(options: SupervisorOptions = {}) {
  const home = options.home ?? temporaryFolder().path
  const port = options.port ?? (await freePort())
  const httpsPort = options.httpsPort ?? (await freePort())
  const few = { SEAWORTHY_EDGE_WORKERS: '2', SEAWORTHY_EDGE_DRAIN_MS: '3000' }
  const env = { NODE_COMPILE_CACHE: CACHE, ...(options.env ?? few) }
  const edge = new EdgeProcess({
    home,
    httpPort: port,
    httpsPort,
    log: silentLogger,
    version: options.version ?? '1',
    env,
  })
  onTestFinished(async () => {
    edge.leave()
    await killEdge(home)
  })
  const client = new EdgeClient({ socketPath: join(home, 'run', 'edge.sock'), log: silentLogger })
  return { home, port, httpsPort, edge, client }
}

async function killEdge(home: string): Promise<void> {
  const client = new EdgeClient({ socketPath: join(home, 'run', 'edge.sock'), log: silentLogger })
  const pid = (await client.status().catch(() => undefined))?.pid
  if (pid === undefined) return
  process.kill(pid, 'SIGKILL')
  await waitFor(() => !isAlive(pid))
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function tableFor(port: number, version = 1): RouteTable {
  const timeouts = { responseMs: 5_000, idleMs: 5_000, wakeMs: 5_000 }
  const target = { id: 'ins_1', host: '127.0.0.1', port, state: 'healthy' as const }
  const route = { appId: 'app_1', slug: 'shop', hosts: ['shop.localhost'], pathPrefix: '/', process: 'web' }
  return { version, routes: [{ ...route, release: 'v1', mode: 'proxy', targets: [target], timeouts }] }
}

/** One request; `agent: false` takes a connection of its own. */
function ask(port: number, agent: Agent | false = false): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, agent, headers: { host: 'shop.localhost' } }, answer => {
      answer.resume()
      answer.on('end', () => resolve(answer.statusCode!))
      answer.on('error', reject)
    })
    asked.on('error', reject)
    asked.end()
  })
}

test('an edge outlives its supervisor, which adopts it at the next start', async () => {
  const { home, port, httpsPort, edge, client } = await supervisor()
  const backend = await httpBackend()
  const first = await edge.start()
  await client.pushTable(tableFor(backend.port))
  edge.leave()

  expect(await ask(port)).toBe(200)
  const next = await supervisor({ home, port, httpsPort })
  const adopted = await next.edge.start()

  expect(adopted.pid).toBe(first.pid)
  expect(adopted.compiledAtStart).toBe(false)
  expect(await client.inFlight('ins_1')).toBe(0)
  expect((await client.counters('app_1'))[0]?.requests).toBe(1)
})

test('after the first table its changes alone are pushed, and the whole again where the edge lost it', async () => {
  const { home, port, edge, client } = await supervisor()
  const backend = await httpBackend()
  await edge.start()
  const changes = join(home, 'edge', 'table.json.changes')
  const withBlog = (version: number) => {
    const table = tableFor(backend.port, version)
    const blog = { ...table.routes[0]!, appId: 'app_2', slug: 'blog', hosts: ['blog.localhost'] }
    return { ...table, routes: [...table.routes, blog] }
  }

  await client.pushTable(tableFor(backend.port, 1))
  expect(existsSync(changes)).toBe(false)
  await client.pushTable(withBlog(2))
  expect(readFileSync(changes, 'utf8')).toContain('"gone":[]')
  const another = new EdgeClient({ socketPath: join(home, 'run', 'edge.sock'), log: silentLogger })
  await another.pushTable(tableFor(backend.port, 3))
  await client.pushTable(withBlog(4))

  expect(existsSync(changes)).toBe(false)
  expect((await client.table()).routes.map(({ slug }) => slug)).toEqual(['shop', 'blog'])
  expect(await ask(port)).toBe(200)
})

test('an edge that is killed comes back by itself with its routes, fast', async () => {
  const { port, edge, client } = await supervisor()
  const backend = await httpBackend()
  const { pid } = await edge.start()
  await client.pushTable(tableFor(backend.port))
  const startedAt = performance.now()

  process.kill(pid, 'SIGKILL')
  await waitFor(async () => (await ask(port)) === 200)

  expect(performance.now() - startedAt).toBeLessThan(3_000)
  // It serves from the table on disk a moment before its control socket answers.
  const revived = await waitFor(() => client.status())
  expect(revived.pid).not.toBe(pid)
})

test('a push waits for an edge that restarts, and its events go on', async () => {
  const { port, edge, client } = await supervisor()
  const { pid } = await edge.start()
  const events: EdgeEvent[] = []
  const stream = client.events(event => events.push(event))
  onTestFinished(() => stream.close())

  process.kill(pid, 'SIGKILL')
  const asleep = tableFor(1)
  asleep.routes[0] = { ...asleep.routes[0]!, mode: 'wake', targets: [] }
  await client.pushTable(asleep)
  const held = ask(port)
  await waitFor(() => events.some(event => event.type === 'wake-needed' && event.appId === 'app_1'))
  const backend = await httpBackend()
  await client.pushTable(tableFor(backend.port, 2))

  expect(await held).toBe(200)
  await expect(client.pushTable(tableFor(backend.port, 1))).rejects.toThrow(EdgeHasNewerTable)
})

test.skipIf(await systemPart.missing('linux', 'root'))(
  'five replacements under load lose no request, on new connections and on kept ones',
  async () => {
    const { port, edge, client } = await supervisor()
    const backend = await httpBackend()
    await edge.start()
    await client.pushTable(tableFor(backend.port))
    const results: unknown[] = []
    let running = true
    const agent = new Agent({ keepAlive: true, maxSockets: 8 })
    onTestFinished(() => agent.destroy())
    const clients = Array.from({ length: 16 }, async (_, index) => {
      while (running) results.push(await ask(port, index < 8 ? false : agent).catch(error => error))
    })

    const pids = new Set<number>()
    for (let round = 0; round < 5; round++) {
      const soFar = results.length
      await waitFor(() => results.length > soFar + 100)
      pids.add((await edge.replace()).pid)
    }
    const soFar = results.length
    await waitFor(() => results.length > soFar + 300)
    running = false
    await Promise.all(clients)

    expect(results.filter(result => result !== 200)).toEqual([])
    expect(pids.size).toBe(5)
    const last = (await client.status()).pid
    await waitFor(() => [...pids].every(pid => pid === last || !isAlive(pid)))
  },
  60_000,
)

test('a request that waits at a sleeping app survives the replacement of the edge', async () => {
  const { port, edge, client } = await supervisor()
  const backend = await httpBackend()
  await edge.start()
  const asleep = tableFor(backend.port)
  asleep.routes[0] = { ...asleep.routes[0]!, mode: 'wake' }
  await client.pushTable(asleep)
  const held = ask(port)
  await waitFor(async () => (await client.counters())[0]?.inFlight === 1)

  await edge.replace()
  await client.pushTable(tableFor(backend.port, 2))

  expect(await held).toBe(200)
})

test('an edge of another version is replaced when it is adopted', async () => {
  const { home, port, edge } = await supervisor({ version: '1' })
  const old = await edge.start()
  edge.leave()

  const next = await supervisor({ home, port, version: '2' })
  const status = await next.edge.start()

  expect(status.version).toBe('2')
  await waitFor(() => !isAlive(old.pid))
})

test('stop ends the edge, and finishes what it has', async () => {
  const { port, edge, client } = await supervisor()
  let finish: () => void = () => undefined
  const backend = await httpBackend((_request, response) => {
    finish = () => response.end('slow')
  })
  const { pid } = await edge.start()
  await client.pushTable(tableFor(backend.port))
  const slow = ask(port)
  await waitFor(() => backend.requests.length === 1)

  const stopped = edge.stop()
  await waitFor(async () => (await client.status()).isDraining)
  finish()

  expect(await slow).toBe(200)
  await stopped
  expect(isAlive(pid)).toBe(false)
  await expect(client.counters()).rejects.toThrow(EdgeUnreachable)
  const socket = connect(port, '127.0.0.1')
  await expect(once(socket, 'connect')).rejects.toThrow(/ECONNREFUSED/)
})

test('0 workers, which means one for each core, is a word to the supervisor and not to the edge', async () => {
  vi.stubEnv('SEAWORTHY_EDGE_WORKERS', '0')
  onTestFinished(() => {
    vi.unstubAllEnvs()
  })
  const { edge } = await supervisor({ env: {} })

  expect((await edge.start()).pid).toBeGreaterThan(0)
})

test('an edge that cannot start says why and where its words are', async () => {
  const other = await httpBackend()
  const { edge } = await supervisor({ port: other.port })

  await expect(edge.start()).rejects.toThrow(EdgeStartFailed)
  await expect(edge.start()).rejects.toThrow(`port ${other.port} is used by another program`)
  await expect(edge.start()).rejects.toThrow('logs/edge/edge.log')
})

test('an edge never shares the port of an edge of another home, not even when its own port is changed', async () => {
  const other = await supervisor()
  await other.edge.start()
  const mine = await supervisor()
  const before = await mine.edge.start()
  mine.edge.leave()

  const changed = await supervisor({ home: mine.home, port: other.port })

  await expect(changed.edge.start()).rejects.toThrow(`port ${other.port} is used by another program`)
  expect((await mine.client.status()).pid).toBe(before.pid)
})
