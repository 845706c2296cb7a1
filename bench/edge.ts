/** The edge with everything on, against nginx and Caddy doing the same work, in turns, on the same backend. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { answers, endProcess, freePort, load } from './contest.ts'
import { median } from './measure.ts'
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
    for (const { port } of contestants) await load({ port, connections: CONNECTIONS, seconds: 2 }) // warm: connections, compiled code
    for (let round = 0; round < ROUNDS; round++) {
      for (const contestant of contestants)
        contestant.perSecond.push(
          await load({ port: contestant.port, connections: CONNECTIONS, seconds: SECONDS }),
        )
    }
    return report(contestants)
  } finally {
    await Promise.all(children.map(endProcess))
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
  await Promise.all(contestants.map(({ port }) => answers(port, body => body.startsWith('hello'))))
  return contestants
}

function routeTable(port: number) {
  const target = { id: 'ins_1', host: '127.0.0.1', port, state: 'healthy' }
  const timeouts = { responseMs: 30_000, idleMs: 60_000, wakeMs: 30_000 }
  const route = { appId: 'app_1', slug: 'bench', hosts: ['127.0.0.1'], pathPrefix: '/', process: 'web' }
  return { version: 1, routes: [{ ...route, release: 'v1', mode: 'proxy', targets: [target], timeouts }] }
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
