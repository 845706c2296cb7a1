/** HTTPS of the edge against nginx and Caddy in turns: new connections, resumed sessions, HTTP/2, kept connections. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { tableRules } from '@seaworthy/routes/settings'
import { cpuSeconds, endProcess, freePort } from './contest.ts'
import { median } from './measure.ts'
import { backendConfig, caddyConfig, nginxProxyConfig, type TlsFiles } from './proxy-configs.ts'
import { printTable } from './table.ts'

const ROUNDS = Number(process.env.SEAWORTHY_BENCH_ROUNDS ?? 5)
const SECONDS = 2
const EDGE = fileURLToPath(new URL('../programs/edge/main.ts', import.meta.url))
/** Counted for each request, and never reached. */
const LIMITS = { requestsPerMinutePerIp: 1_000_000, concurrentRequests: 100_000 }
const GIVE_UP_MS = 15_000

/** @returns how much of it was done */
type Load = (port: number) => Promise<number>

/** A name that clients send (SNI) and find in the certificate. */
const urlOf = (port: number) => `https://localhost:${port}/`

const LOADS: Record<string, { load: Load; budget?: number }> = {
  'full handshakes, TLS 1.3': { load: fullHandshakes, budget: 0.8 },
  'resumed handshakes, TLS 1.2': { load: resumedHandshakes, budget: 0.8 },
  'connections for one request each': { load: newConnections },
  'HTTP/2 requests': { load: http2Requests },
  'requests on kept connections': { load: keptConnections },
}

interface Contestant {
  name: string
  port: number
  pid: number
}

/** Of one contestant under one load. */
interface Figures {
  perSecond: number[]
  cpuUs: number[]
}

export async function run(): Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-bench-tls-'))
  const children: ChildProcess[] = []
  try {
    const contestants = await startAll(folder, children)
    const all: Record<string, Record<string, Figures>> = {}
    for (const [name, { load, budget }] of Object.entries(LOADS)) {
      all[name] = await contest(contestants, load)
      report(name, all[name], budget)
    }
    return all
  } finally {
    await Promise.all(children.map(endProcess))
    rmSync(folder, { recursive: true, force: true })
  }
}

async function contest(contestants: readonly Contestant[], load: Load): Promise<Record<string, Figures>> {
  const figures = Object.fromEntries(
    contestants.map(({ name }) => [name, { perSecond: [] as number[], cpuUs: [] as number[] }]),
  )
  for (const { port } of contestants) await load(port) // warm: compiled code, connections to the backend
  for (let round = 0; round < ROUNDS; round++) {
    for (const { name, port, pid } of contestants) {
      const [cpu, at] = [cpuSeconds(pid), performance.now()]
      const done = await load(port)
      figures[name]!.perSecond.push(done / ((performance.now() - at) / 1000))
      figures[name]!.cpuUs.push(((cpuSeconds(pid) - cpu) / done) * 1e6)
    }
  }
  return figures
}

async function newConnections(port: number): Promise<number> {
  return await wrk(port, ['-c', '16', '-H', 'Connection: close'])
}

async function keptConnections(port: number): Promise<number> {
  return await wrk(port, ['-c', '64'])
}

async function wrk(port: number, args: string[]): Promise<number> {
  const output = await outputOf('wrk', ['-t', '1', '-d', `${SECONDS}s`, ...args, urlOf(port)])
  if (/Non-2xx|Socket errors:(?! connect 0, read 0, write 0, timeout 0)/.test(output)) throw new Error(output)
  return figure(output, /(\d+) requests in/)
}

async function fullHandshakes(port: number): Promise<number> {
  return await handshakes(port, ['-new', '-tls1_3'])
}

/** This client knows how to come back with a session of TLS 1.2 only. */
async function resumedHandshakes(port: number): Promise<number> {
  return await handshakes(port, ['-reuse', '-tls1_2'])
}

/** Handshakes and nothing else. The client names no host, so that each proxy shows its first certificate, of one kind. */
async function handshakes(port: number, kind: string[]): Promise<number> {
  const args = ['s_time', '-connect', `localhost:${port}`, ...kind, '-time', String(SECONDS)]
  const outputs = await Promise.all(Array.from({ length: 4 }, () => outputOf('openssl', args)))
  return outputs.reduce((sum, output) => sum + figure(output, /(\d+) connections in \d+ real seconds/), 0)
}

async function http2Requests(port: number): Promise<number> {
  const output = await outputOf('h2load', ['-c', '16', '-m', '8', '-D', String(SECONDS), urlOf(port)])
  const failed = figure(output, /(\d+) failed/) + figure(output, /(\d+) errored/)
  if (failed > 0) throw new Error(output)
  return figure(output, /(\d+) succeeded/)
}

async function outputOf(command: string, args: string[]): Promise<string> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  return await text(child.stdout)
}

function figure(output: string, pattern: RegExp): number {
  const found = pattern.exec(output)
  if (!found) throw new Error(`No figure in:\n${output}`)
  return Number(found[1])
}

async function startAll(folder: string, children: ChildProcess[]): Promise<Contestant[]> {
  const ports = await Promise.all([freePort(), freePort(), freePort(), freePort(), freePort()])
  const [backendPort, httpPort, edge, nginx, caddy] = ports as [number, number, number, number, number]
  const file = (name: string, content: string) => {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
    return path
  }
  const launch = (command: string, args: string[], env: NodeJS.ProcessEnv = {}) => {
    const child = spawn(command, args, { stdio: 'ignore', env: { ...process.env, ...env } })
    children.push(child)
    return child.pid!
  }
  const tls = makeCertificate(folder)
  const shared = { folder, backendPort, tls }
  const pem = file('both.pem', readFileSync(tls.key, 'utf8') + readFileSync(tls.cert, 'utf8'))
  launch('nginx', ['-c', file('backend.conf', backendConfig({ folder, port: backendPort }))])
  const nginxPid = launch('nginx', ['-c', file('proxy.conf', nginxProxyConfig({ ...shared, port: nginx }))])
  const caddyfile = file('Caddyfile', caddyConfig({ ...shared, port: caddy }))
  const caddyPid = launch('caddy', ['run', '--adapter', 'caddyfile', '--config', caddyfile], {
    ...{ HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
  })
  file('home/edge/table.json', JSON.stringify(routeTable(backendPort, pem)))
  const flags = process.env.SEAWORTHY_BENCH_NODE_FLAGS?.split(' ') ?? []
  const edgePid = launch(process.execPath, [...flags, EDGE], {
    SEAWORTHY_HOME: join(folder, 'home'),
    SEAWORTHY_HTTP_PORT: String(httpPort),
    SEAWORTHY_HTTPS_PORT: String(edge),
    SEAWORTHY_EDGE_WORKERS: '2',
    SEAWORTHY_EDGE_CONNECTIONS_PER_ADDRESS: '0',
  })
  const contestants = [
    { name: 'edge', port: edge, pid: edgePid },
    { name: 'nginx', port: nginx, pid: nginxPid },
    { name: 'caddy', port: caddy, pid: caddyPid },
  ]
  await Promise.all(contestants.map(({ port }) => answers(port)))
  return contestants
}

/** ECDSA P-256, as authorities give them by ACME. */
function makeCertificate(folder: string): TlsFiles {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  const about = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  const { status } = spawnSync('openssl', ['req', '-x509', ...kind, ...about, '-keyout', key, '-out', cert], {
    stdio: 'ignore',
  })
  if (status !== 0) throw new Error('openssl made no certificate. Is it installed?')
  return { key, cert }
}

function routeTable(port: number, file: string) {
  const target = { id: 'ins_1', host: '127.0.0.1', port, state: 'healthy' }
  const timeouts = { responseMs: 30_000, idleMs: 60_000, wakeMs: 30_000 }
  const route = { appId: 'app_1', slug: 'bench', hosts: ['localhost'], pathPrefix: '/', process: 'web' }
  const hardening = tableRules({ limits: LIMITS })
  return {
    version: 1,
    routes: [{ ...route, ...hardening, release: 'v1', mode: 'proxy', targets: [target], timeouts }],
    certificates: [{ hosts: ['localhost'], file }],
  }
}

async function answers(port: number): Promise<void> {
  const giveUpAt = performance.now() + GIVE_UP_MS
  while (!(await ask(port).catch(() => '')).startsWith('hello')) {
    if (performance.now() > giveUpAt)
      throw new Error(`Nothing answers on port ${port}. Are nginx, caddy, wrk, openssl and h2load installed?`)
    await sleep(50)
  }
}

function ask(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request(urlOf(port), { rejectUnauthorized: false, agent: false, family: 4 }, answer => {
      text(answer).then(resolve, reject)
    })
    asked.on('error', reject)
    asked.end()
  })
}

function report(title: string, figures: Record<string, Figures>, budget: number | undefined): void {
  const edge = figures.edge!
  const rows = Object.entries(figures).map(([name, { perSecond, cpuUs }]) => {
    // Ratio of neighbours in time: what else the machine does changes from round to round.
    const ratio = median(perSecond.map((value, round) => edge.perSecond[round]! / value))
    const isBound = budget !== undefined && name === 'nginx'
    return {
      proxy: name,
      'a second': Math.round(median(perSecond)),
      'edge is': `${ratio.toFixed(2)} ×`,
      budget: isBound ? `≥ ${budget} ×` : '',
      met: isBound ? (ratio >= budget ? 'yes' : 'no') : '',
      'CPU each': `${median(cpuUs).toFixed(1)} µs`,
      'of the edge': `${(median(cpuUs) / median(edge.cpuUs)).toFixed(2)} ×`,
    }
  })
  printTable(`${title}, ${ROUNDS} rounds of ${SECONDS} s in turns`, rows)
}
