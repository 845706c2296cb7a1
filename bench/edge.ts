/** The edge with everything on, against nginx and Caddy doing the same work, in turns, on the same backend. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { ask, median } from './measure.ts'
import { backendConfig, caddyConfig, nginxProxyConfig } from './proxy-configs.ts'
import { printTable } from './table.ts'

const ROUNDS = Number(process.env.SEAWORTHY_BENCH_ROUNDS ?? 5)
const SECONDS = 3
const CONNECTIONS = 64
const BUDGET = { nginx: 0.8, caddy: 1.5 }
const EDGE = fileURLToPath(new URL('../programs/edge/main.ts', import.meta.url))

interface Contestant {
  name: string
  port: number
  perSecond: number[]
}

export async function run(): Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-bench-edge-'))
  const children: ChildProcess[] = []
  try {
    const contestants = await startAll(folder, children)
    for (const { port } of contestants) await load(port, 2) // warm: connections, compiled code
    for (let round = 0; round < ROUNDS; round++) {
      for (const contestant of contestants) contestant.perSecond.push(await load(contestant.port, SECONDS))
    }
    return report(contestants)
  } finally {
    await Promise.all(children.map(end))
    rmSync(folder, { recursive: true, force: true })
  }
}

async function startAll(folder: string, children: ChildProcess[]): Promise<Contestant[]> {
  const [backendPort, edge, nginx, caddy] = await Promise.all([
    freePort(),
    freePort(),
    freePort(),
    freePort(),
  ])
  const file = (name: string, text: string) => {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    return path
  }
  const launch = (command: string, args: string[], env: NodeJS.ProcessEnv = process.env) => {
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'ignore'], env })
    children.push(child)
  }
  launch('nginx', ['-c', file('backend.conf', backendConfig({ folder, port: backendPort }))])
  launch('nginx', ['-c', file('proxy.conf', nginxProxyConfig({ folder, port: nginx, backendPort }))])
  launch(
    'caddy',
    [
      'run',
      '--adapter',
      'caddyfile',
      '--config',
      file('Caddyfile', caddyConfig({ folder, port: caddy, backendPort })),
    ],
    {
      ...process.env,
      HOME: folder,
      XDG_DATA_HOME: folder,
      XDG_CONFIG_HOME: folder,
    },
  )
  file('home/edge/table.json', JSON.stringify(routeTable(backendPort)))
  const flags = process.env.SEAWORTHY_BENCH_NODE_FLAGS?.split(' ') ?? []
  launch(process.execPath, [...flags, EDGE], {
    ...process.env,
    SEAWORTHY_HOME: join(folder, 'home'),
    SEAWORTHY_HTTP_PORT: String(edge),
    SEAWORTHY_EDGE_WORKERS: '2',
  })
  const contestants = Object.entries({ edge, nginx, caddy }).map(([name, port]) => ({
    name,
    port,
    perSecond: [],
  }))
  await Promise.all(contestants.map(({ port }) => answers(port)))
  return contestants
}

function routeTable(port: number) {
  const target = { id: 'ins_1', host: '127.0.0.1', port, state: 'healthy' }
  const timeouts = { responseMs: 30_000, idleMs: 60_000, wakeMs: 30_000 }
  const route = { appId: 'app_1', slug: 'bench', hosts: ['127.0.0.1'], pathPrefix: '/', process: 'web' }
  return { version: 1, routes: [{ ...route, release: 'v1', mode: 'proxy', targets: [target], timeouts }] }
}

async function answers(port: number): Promise<void> {
  const giveUpAt = Date.now() + 15_000
  for (;;) {
    const body = await ask({ port, host: `127.0.0.1:${port}` }).catch(() => '')
    if (body.startsWith('hello')) return
    if (Date.now() > giveUpAt)
      throw new Error(`Nothing answers on port ${port}. Are nginx, caddy and wrk installed?`)
    await sleep(50)
  }
}

/** @returns requests a second; throws when one failed, because then the figure says nothing */
async function load(port: number, seconds: number): Promise<number> {
  const args = ['-t', '1', '-c', String(CONNECTIONS), '-d', `${seconds}s`, `http://127.0.0.1:${port}/`]
  const wrk = spawn('wrk', args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  wrk.stdout.on('data', text => {
    output += text
  })
  await once(wrk, 'close')
  if (/Non-2xx|Socket errors/.test(output)) throw new Error(`Requests failed on port ${port}:\n${output}`)
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(output)![1])
}

function report(contestants: Contestant[]): unknown {
  const edge = contestants.find(({ name }) => name === 'edge')!
  const rows = contestants.map(({ name, perSecond }) => {
    // Ratio of neighbours in time: what else the machine does changes from round to round.
    const ratio = median(perSecond.map((value, round) => edge.perSecond[round]! / value))
    const budget = BUDGET[name as keyof typeof BUDGET]
    return {
      proxy: name,
      'requests/s': Math.round(median(perSecond)),
      'edge is': `${ratio.toFixed(2)} ×`,
      budget: budget ? `≥ ${budget} ×` : '',
      met: budget ? (ratio >= budget ? 'yes' : 'no') : '',
    }
  })
  printTable(
    `proxying small bodies, ${CONNECTIONS} connections, ${ROUNDS} rounds of ${SECONDS} s in turns`,
    rows,
  )
  return { rows, rounds: contestants.map(({ name, perSecond }) => ({ name, perSecond })) }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 3_000)
  await gone
  clearTimeout(timer)
}
