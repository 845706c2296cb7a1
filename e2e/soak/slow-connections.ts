/**
 * Many connections that begin a request and never end it, at a real edge, while a bystander from another address asks
 * for a page fifty times a second, on a new connection each time. First all come from one address, of which the edge
 * keeps as many as its bound says; then from as many addresses as that bound lets hold them all, if open files suffice.
 * Prints the counts; ends with 1 when the bystander was failed, when more were kept of the one address than the bound
 * says, or fewer of the many than the edge takes before it is crowded. Run it with `npm run soak -- slow-connections [CONNECTIONS]`.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { freePort } from '@seaworthy/testing'
import type { HeldCounts } from './slow-connection-holder.ts'

const wanted = Number(process.argv[3] ?? 100_000)
const PER_ADDRESS = 2_000
/** As in `programs/edge/limits/connection-bounds.ts`. */
const CROWDED = 0.6
/** Beside the connections: targets, files, sockets of its own. */
const SPARE_FILES = 1_000
const BYSTANDER = '127.0.0.3'
const ASK_EVERY_MS = 20
const EDGE = fileURLToPath(new URL('../../programs/edge/main.ts', import.meta.url))
const HOLDER = fileURLToPath(new URL('slow-connection-holder.ts', import.meta.url))

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-soak-'))
const children: ChildProcess[] = []
const app = createServer((_, response) => response.end('ok')).listen(0, '127.0.0.1')
const write = (text: string) => process.stdout.write(`${text}\n`)
try {
  await once(app, 'listening')
  const port = await freePort()
  const edge = startEdge(port)
  await served(port)
  const before = residentMb(edge)
  const one = await attack(port, ['127.0.0.9'])
  const oneMb = residentMb(edge)
  one.holder.kill('SIGKILL')
  await served(port)
  const many = await attack(port, addresses(Math.ceil(wanted / PER_ADDRESS)))
  report('one address', one, oneMb - before)
  report(`${Math.ceil(wanted / PER_ADDRESS)} addresses`, many, residentMb(edge) - before)
  const fit = Math.min(wanted, openFiles(edge) * CROWDED)
  const isGood = one.counts.held <= PER_ADDRESS && many.counts.held >= fit
  process.exitCode = isGood && one.failed + many.failed === 0 ? 0 : 1
} finally {
  await Promise.all(children.map(end))
  app.close()
  rmSync(folder, { recursive: true, force: true })
}

interface Outcome {
  holder: ChildProcess
  counts: HeldCounts
  asked: number
  failed: number
  waitsMs: number[]
}

/** Resolves once each connection is held or was turned away; the bystander asks all the while. */
async function attack(port: number, from: string[]): Promise<Outcome> {
  const args = [HOLDER, String(port), String(wanted), from.join(',')]
  const holder = launch(args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let counts: HeldCounts | undefined
  createInterface({ input: holder.stdout! }).once('line', line => {
    counts = JSON.parse(line)
  })
  const outcome = { asked: 0, failed: 0, waitsMs: [] as number[] }
  while (counts === undefined && holder.exitCode === null) {
    const startedAt = performance.now()
    outcome.asked++
    if (!(await ask(port))) outcome.failed++
    const tookMs = performance.now() - startedAt
    outcome.waitsMs.push(tookMs)
    await pause(Math.max(0, ASK_EVERY_MS - tookMs))
  }
  if (counts === undefined) throw new Error('The process that holds the connections ended early.')
  return { holder, counts, ...outcome }
}

function report(from: string, { counts, asked, failed, waitsMs }: Outcome, moreMb: number): void {
  const sorted = waitsMs.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)]!.toFixed(1)
  write(
    `${from}: ${counts.held} held, ${counts.refused} turned away in ${counts.seconds} s, ${moreMb} MB more; ` +
      `bystander: ${failed} of ${asked} failed, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, at most ${at(1)} ms`,
  )
}

function startEdge(port: number): ChildProcess {
  const { port: appPort } = app.address() as { port: number }
  mkdirSync(join(folder, 'edge'), { recursive: true })
  writeFileSync(join(folder, 'edge', 'table.json'), JSON.stringify(table(appPort)))
  return launch([EDGE], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      SEAWORTHY_HOME: folder,
      SEAWORTHY_HTTP_PORT: String(port),
      SEAWORTHY_EDGE_CONNECTIONS_PER_ADDRESS: String(PER_ADDRESS),
      // By default it would close them after 15 seconds, and they would come again.
      SEAWORTHY_EDGE_HEADERS_MS: '3600000',
    },
  })
}

/** With as many open files as it may have. */
function launch(args: string[], options: Parameters<typeof spawn>[2]): ChildProcess {
  const [command, ...rest] = [...mostFiles(), process.execPath, ...args]
  const child = spawn(command!, rest, options ?? {})
  children.push(child)
  return child
}

/** Not even root may raise the limit everywhere. */
function mostFiles(): string[] {
  const prefix = ['prlimit', `--nofile=${Math.ceil(wanted / CROWDED) + SPARE_FILES}`]
  return spawnSync(prefix[0]!, [prefix[1]!, 'true']).status === 0 ? prefix : []
}

function table(appPort: number) {
  const target = { id: 'ins_1', host: '127.0.0.1', port: appPort, state: 'healthy' }
  const timeouts = { responseMs: 60_000, idleMs: 60_000, wakeMs: 60_000 }
  const place = { hosts: ['shop.localhost'], pathPrefix: '/', process: 'web', release: 'v1', mode: 'proxy' }
  return { version: 1, routes: [{ appId: 'app_1', slug: 'shop', ...place, targets: [target], timeouts }] }
}

/** 127.0.1.1, 127.0.1.2 …: all of 127.0.0.0/8 is this machine. */
function addresses(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `127.0.${1 + (index >> 7)}.${1 + (index & 127)}`)
}

async function served(port: number): Promise<void> {
  const giveUpAt = Date.now() + 60_000
  while (!(await ask(port))) {
    if (Date.now() > giveUpAt) throw new Error('The edge did not serve within a minute.')
    await pause(50)
  }
}

function ask(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const where = { host: '127.0.0.1', port, localAddress: BYSTANDER, agent: false, timeout: 30_000 }
    const outgoing = request({ ...where, headers: { host: 'shop.localhost' } }, incoming => {
      incoming.resume()
      incoming.on('end', () => resolve(incoming.statusCode === 200))
    })
    outgoing.on('timeout', () => outgoing.destroy())
    outgoing.on('error', () => resolve(false))
    outgoing.end()
  })
}

function residentMb({ pid }: ChildProcess): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024)
}

function openFiles({ pid }: ChildProcess): number {
  return Number(/Max open files\s+(\d+)/.exec(readFileSync(`/proc/${pid}/limits`, 'utf8'))![1])
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
