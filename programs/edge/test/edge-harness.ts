/** For tests: a real edge in a process of its own, on a free port, with a home that goes away with the test. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { request } from 'node:http'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type {
  EdgeCountersReport,
  EdgeEvent,
  EdgeStatus,
  Route,
  RouteCounters,
  RouteTable,
  Target,
} from '@seaworthy/routes'
import { freePort, temporaryFolder, waitFor } from '@seaworthy/testing'
import { onTestFinished } from 'vitest'

export const EDGE_ENTRY = fileURLToPath(new URL('../main.ts', import.meta.url))
export const COMPILE_CACHE = fileURLToPath(
  new URL('../../../node_modules/.cache/node-compile', import.meta.url),
)

export interface Reply {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
}

export interface AskOptions {
  method?: string
  path?: string
  host?: string
  headers?: Record<string, string | string[]>
  body?: string | Buffer
  /** Comes from this address instead of 127.0.0.1. */
  localAddress?: string
}

export class TestEdge {
  readonly home: string
  readonly port: number
  readonly process: ChildProcess
  #version = 0
  #output = ''

  private constructor(home: string, port: number, child: ChildProcess) {
    this.home = home
    this.port = port
    this.process = child
    child.stderr!.on('data', text => {
      this.#output += text
    })
  }

  /** Starts an edge that is ended when the test is. */
  static async start({
    env = {},
    home,
    port,
  }: {
    env?: Record<string, string>
    home?: string
    port?: number
  } = {}): Promise<TestEdge> {
    const folder = home ?? (await temporaryFolder()).path
    const httpPort = port ?? (await freePort())
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', EDGE_ENTRY], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        ...process.env,
        NODE_COMPILE_CACHE: COMPILE_CACHE,
        SEAWORTHY_HOME: folder,
        SEAWORTHY_HTTP_PORT: String(httpPort),
        SEAWORTHY_EDGE_WORKERS: '2',
        ...env,
      },
    })
    const edge = new TestEdge(folder, httpPort, child)
    onTestFinished(() => edge.kill())
    await waitFor(() => child.exitCode !== null || edge.output.includes('edge serves'), {
      what: 'the edge to serve',
      timeoutMs: 30_000,
    })
    if (child.exitCode !== null) throw new Error(`The edge ended: ${edge.output}`)
    return edge
  }

  get output(): string {
    return this.#output
  }

  get version(): number {
    return this.#version
  }

  /** Resolves once every worker routes by these routes. */
  push(...routes: Route[]): Promise<void> {
    return this.pushTable({ routes })
  }

  async pushTable(table: Omit<RouteTable, 'version'>): Promise<void> {
    this.#version = Math.max(this.#version + 1, (await this.status()).tableVersion + 1)
    const { status, body } = await this.control('PUT', '/table', { version: this.#version, ...table })
    if (status !== 200) throw new Error(body)
  }

  async status(): Promise<EdgeStatus> {
    return JSON.parse((await this.control('GET', '/status')).body)
  }

  async counters(): Promise<EdgeCountersReport> {
    return JSON.parse((await this.control('GET', '/counters')).body)
  }

  async countersOf(release: string): Promise<RouteCounters> {
    return (await this.counters()).counters.find(counters => counters.release === release)!
  }

  async inFlight(targetId: string): Promise<number> {
    return JSON.parse((await this.control('GET', `/targets/${targetId}`)).body).inFlight
  }

  control(method: string, path: string, body?: unknown): Promise<Reply> {
    return send(
      { socketPath: join(this.home, 'run', 'edge.sock') },
      { method, path, body: JSON.stringify(body) },
    )
  }

  /** A request on a connection of its own. */
  ask(options: AskOptions = {}): Promise<Reply> {
    return send({ host: '127.0.0.1', port: this.port }, { host: 'shop.localhost', ...options })
  }

  /** Events from now on. */
  events(): EdgeEvent[] {
    const events: EdgeEvent[] = []
    const outgoing = request(
      { socketPath: join(this.home, 'run', 'edge.sock'), path: '/events' },
      incoming => {
        incoming.on('data', text => {
          for (const line of String(text).split('\n').filter(Boolean)) events.push(JSON.parse(line))
        })
        incoming.on('error', () => undefined)
      },
    )
    outgoing.on('error', () => undefined)
    outgoing.end()
    onTestFinished(() => void outgoing.destroy())
    return events
  }

  /** A raw connection; `text()` is what came back so far. */
  async connect(): Promise<RawClient> {
    return rawClient(this.port)
  }

  /** The lines of all current request logs. One that was put aside just now has no new file yet. */
  accessLog(): Record<string, unknown>[] {
    const folder = join(this.home, 'logs', 'edge', 'requests')
    const apps = existsSync(folder) ? readdirSync(folder) : []
    return apps
      .map(app => join(folder, app, 'current.log'))
      .map(path => (existsSync(path) ? readFileSync(path, 'utf8') : ''))
      .join('')
      .split('\n')
      .filter(Boolean)
      .map(line => JSON.parse(line))
  }

  async kill(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return
    const gone = once(this.process, 'exit')
    this.process.kill('SIGKILL')
    await gone
  }
}

export interface RawClient {
  socket: Socket
  text(): string
  /** Resolves with all that came, once the edge closed the connection. */
  closed: Promise<string>
}

export async function rawClient(port: number): Promise<RawClient> {
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true })
  let received = ''
  socket.setEncoding('latin1')
  socket.on('data', text => {
    received += text
  })
  socket.on('error', () => undefined)
  onTestFinished(() => void socket.destroy())
  const closed = new Promise<string>(resolve => {
    socket.on('end', () => resolve(received))
    socket.on('close', () => resolve(received))
  })
  await once(socket, 'connect')
  return { socket, text: () => received, closed }
}

/** A backend of raw sockets: `onBytes` gets all that one connection sent so far. */
export async function rawBackend(
  onBytes: (socket: Socket, received: string) => void,
): Promise<{ port: number; received: () => string; connections: () => number }> {
  let all = ''
  let connections = 0
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    connections++
    sockets.add(socket)
    let received = ''
    socket.setEncoding('latin1')
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', text => {
      received += text
      all += text
      onBytes(socket, received)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
  })
  const { port } = server.address() as { port: number }
  return { port, received: () => all, connections: () => connections }
}

export function target(port: number, change: Partial<Target> = {}): Target {
  return { id: `ins_${port}`, host: '127.0.0.1', port, state: 'healthy', ...change }
}

export function route(targets: Target[], change: Partial<Route> = {}): Route {
  return {
    appId: 'app_1',
    slug: 'shop',
    hosts: ['shop.localhost'],
    pathPrefix: '/',
    process: 'web',
    release: 'v1',
    mode: 'proxy',
    targets,
    timeouts: { responseMs: 5_000, idleMs: 5_000, wakeMs: 5_000 },
    ...change,
  }
}

function send(
  where: { host?: string; port?: number; socketPath?: string },
  { method = 'GET', path = '/', host, headers = {}, body, localAddress }: AskOptions,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const named = host === undefined ? headers : { host, ...headers }
    const outgoing = request(
      { ...where, method, path, localAddress, headers: named, agent: false },
      incoming => {
        const chunks: Buffer[] = []
        incoming.on('data', chunk => chunks.push(chunk))
        incoming.on('error', reject)
        incoming.on('end', () => {
          const text = Buffer.concat(chunks).toString('latin1')
          resolve({ status: incoming.statusCode!, headers: incoming.headers, body: text })
        })
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
