/** The edge with everything on, against nginx, HAProxy and Caddy doing the same work, in turns, on the same backend. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { tableRules } from '@seaworthy/routes/settings'
import { answers, cpuSeconds, endProcess, freePort, load, measuredLoad } from './contest.ts'
import { median } from './measure.ts'
import { backendConfig, caddyConfig, haproxyConfig, nginxProxyConfig } from './proxy-configs.ts'
import { printTable } from './table.ts'

const ROUNDS = Number(process.env.SEAWORTHY_BENCH_ROUNDS ?? 5)
const SECONDS = 3
const CONNECTIONS = 64
/** Counted for each request, and never reached. */
const LIMITS = { requestsPerMinutePerIp: 1_000_000, concurrentRequests: 100_000 }
const BUDGET = { nginx: 0.8, caddy: 1.5 }
const EDGE = fileURLToPath(new URL('../programs/edge/main.ts', import.meta.url))

interface Contestant {
  name: string
  port: number
  pid: number
  perSecond: number[]
  /** Of its own threads and processes, in microseconds. */
  cpuPerRequestUs: number[]
}

export async function run(): Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-bench-edge-'))
  const children: ChildProcess[] = []
  try {
    const contestants = await startAll(folder, children)
    for (const { port } of contestants) await load({ port, connections: CONNECTIONS, seconds: 2 }) // warm: connections, compiled code
    for (let round = 0; round < ROUNDS; round++) {
      for (const contestant of contestants) await takeTurn(contestant)
    }
    return report(contestants)
  } finally {
    await Promise.all(children.map(endProcess))
    rmSync(folder, { recursive: true, force: true })
  }
}

async function takeTurn({ port, pid, perSecond, cpuPerRequestUs }: Contestant): Promise<void> {
  const before = cpuSeconds(pid)
  const seen = await measuredLoad({ port, connections: CONNECTIONS, seconds: SECONDS })
  perSecond.push(seen.perSecond)
  cpuPerRequestUs.push(((cpuSeconds(pid) - before) / seen.requests) * 1e6)
}

async function startAll(folder: string, children: ChildProcess[]): Promise<Contestant[]> {
  const [backendPort, edge, nginx, haproxy, caddy] = await Promise.all([
    freePort(),
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
  const launch = (
    command: string,
    args: string[],
    { env = process.env, output = 'ignore' }: { env?: NodeJS.ProcessEnv; output?: number | 'ignore' } = {},
  ) => {
    const child = spawn(command, args, { stdio: ['ignore', output, 'ignore'], env })
    children.push(child)
    return child.pid!
  }
  launch('nginx', ['-c', file('backend.conf', backendConfig({ folder, port: backendPort }))])
  const nginxPid = launch('nginx', [
    '-c',
    file('proxy.conf', nginxProxyConfig({ folder, port: nginx, backendPort })),
  ])
  const caddyPid = launch(
    'caddy',
    [
      'run',
      '--adapter',
      'caddyfile',
      '--config',
      file('Caddyfile', caddyConfig({ folder, port: caddy, backendPort })),
    ],
    { env: { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder } },
  )
  const haproxyPid = launch(
    'haproxy',
    ['-db', '-f', file('haproxy.cfg', haproxyConfig({ port: haproxy, backendPort }))],
    { output: openSync(join(folder, 'haproxy-access.log'), 'a') },
  )
  file('home/edge/table.json', JSON.stringify(routeTable(backendPort)))
  const flags = process.env.SEAWORTHY_BENCH_NODE_FLAGS?.split(' ') ?? []
  const edgePid = launch(process.execPath, [...flags, EDGE], {
    env: {
      ...process.env,
      SEAWORTHY_HOME: join(folder, 'home'),
      SEAWORTHY_HTTP_PORT: String(edge),
      SEAWORTHY_EDGE_WORKERS: '2',
    },
  })
  const pids = { edge: edgePid, nginx: nginxPid, haproxy: haproxyPid, caddy: caddyPid }
  const contestants = Object.entries({ edge, nginx, haproxy, caddy }).map(([name, port]) => ({
    name,
    port,
    pid: pids[name as keyof typeof pids],
    perSecond: [],
    cpuPerRequestUs: [],
  }))
  await Promise.all(contestants.map(({ port }) => answers(port, body => body.startsWith('hello'))))
  return contestants
}

function routeTable(port: number) {
  const target = { id: 'ins_1', host: '127.0.0.1', port, state: 'healthy' }
  const timeouts = { responseMs: 30_000, idleMs: 60_000, wakeMs: 30_000 }
  const route = { appId: 'app_1', slug: 'bench', hosts: ['127.0.0.1'], pathPrefix: '/', process: 'web' }
  const hardening = tableRules({ limits: LIMITS })
  return {
    version: 1,
    routes: [{ ...route, ...hardening, release: 'v1', mode: 'proxy', targets: [target], timeouts }],
  }
}

function report(contestants: Contestant[]): unknown {
  const edge = contestants.find(({ name }) => name === 'edge')!
  const rows = contestants.map(({ name, perSecond, cpuPerRequestUs }) => {
    // Ratio of neighbours in time: what else the machine does changes from round to round.
    const ratio = median(perSecond.map((value, round) => edge.perSecond[round]! / value))
    const budget = BUDGET[name as keyof typeof BUDGET]
    return {
      proxy: name,
      'requests/s': Math.round(median(perSecond)),
      'edge is': `${ratio.toFixed(2)} ×`,
      budget: budget ? `≥ ${budget} ×` : '',
      met: budget ? (ratio >= budget ? 'yes' : 'no') : '',
      'CPU a request': `${median(cpuPerRequestUs).toFixed(1)} µs`,
      'of the edge': `${(median(cpuPerRequestUs) / median(edge.cpuPerRequestUs)).toFixed(2)} ×`,
    }
  })
  printTable(
    `proxying small bodies, ${CONNECTIONS} connections, ${ROUNDS} rounds of ${SECONDS} s in turns`,
    rows,
  )
  return { rows, rounds: contestants.map(({ pid: _, port: __, ...seen }) => seen) }
}
