/** Logs: 50,000 lines a second from real processes, all kept; the cost of it; a search of 1 GB. */
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { silentLogger } from '@seaworthy/kit'
import { createFileLogStore, type LogStore } from '@seaworthy/telemetry'
import type { CollectorUsage } from './logs-collector.ts'
import { printTable } from './table.ts'

const APP = 'bench'
const WRITERS = 4
const LINES_PER_SECOND = 50_000
const FLOOD_SECONDS = 10
const LINE_BYTES = 100
const QUIET_INSTANCES = 200
const IDLE_SECONDS = 5
const SEARCHED_BYTES = 1_000_000_000
const SEARCH_BUDGET_MS = 2_000
const KEEP_ALL = { maxBytesPerApp: 10_000_000_000, maxAgeDays: 30 }

interface Row extends Record<string, string> {
  what: string
  figure: string
  ratio: string
}

interface Folders {
  logs: string
  spools: string
}

/** Resolves with the rows of the printed tables. */
export async function run(): Promise<{ flood: Row[]; search: Row[] }> {
  const root = mkdtempSync(join(tmpdir(), 'seaworthy-bench-logs-'))
  try {
    const flood = await measureFlood(makeFolders(root, 'flood'))
    printTable(
      `logs: ${WRITERS} processes write ${LINES_PER_SECOND} lines a second of ${LINE_BYTES} bytes`,
      flood,
    )
    const search = await measureSearch(makeFolders(root, 'search'))
    printTable('logs: search of 1 GB', search)
    return { flood, search }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

function makeFolders(root: string, name: string): Folders {
  const folders = { logs: join(root, name, 'logs'), spools: join(root, name, 'spools') }
  mkdirSync(folders.spools, { recursive: true })
  return folders
}

async function measureFlood(folders: Folders): Promise<Row[]> {
  const writers = Array.from({ length: WRITERS }, (_, number) => `loud.${number}`)
  const quiet = Array.from({ length: QUIET_INSTANCES }, (_, number) => `quiet.${number}`)
  for (const id of quiet) closeSync(openSync(join(folders.spools, `${id}.out`), 'a'))
  const collector = fork(program('./logs-collector.ts'), [
    folders.logs,
    folders.spools,
    APP,
    ...writers,
    ...quiet,
  ])
  try {
    await sleep(2_000) // started and settled
    const before = await usageOf(collector)
    await sleep(IDLE_SECONDS * 1_000)
    const idle = await usageOf(collector)
    const startedAt = performance.now()
    await Promise.all(writers.map(id => write(folders, id)))
    const writtenMs = performance.now() - startedAt
    const flooded = await usageOf(collector)
    const idleCore = (idle.cpuMs - before.cpuMs) / (IDLE_SECONDS * 1_000)
    const floodCore = (flooded.cpuMs - idle.cpuMs) / writtenMs
    const kept = await countKept(collector, folders, writers)
    return floodRows({ kept, idle, idleCore, flooded, floodCore })
  } finally {
    collector.kill('SIGKILL')
  }
}

async function usageOf(collector: ChildProcess): Promise<CollectorUsage> {
  collector.send('usage')
  const [usage] = await once(collector, 'message')
  return usage as CollectorUsage
}

async function write({ spools }: Folders, id: string): Promise<void> {
  const output = openSync(join(spools, `${id}.out`), 'a')
  const count = (LINES_PER_SECOND * FLOOD_SECONDS) / WRITERS
  const args = [
    program('../packages/telemetry/test/programs/write-lines.ts'),
    id,
    count,
    LINES_PER_SECOND / WRITERS,
    LINE_BYTES,
  ]
  const child = spawn(process.execPath, args.map(String), { stdio: ['ignore', output, 'inherit'] })
  closeSync(output)
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`the writer of ${id} ended with ${code}`)
}

interface Kept {
  lines: number
  /** From the first line kept to the last. */
  overMs: number
}

/** Kills the collector without warning, then looks at each line: the next process must find all, once and in order. */
async function countKept(
  collector: ChildProcess,
  folders: Folders,
  writers: readonly string[],
): Promise<Kept> {
  collector.kill('SIGKILL')
  await once(collector, 'exit')
  const store = createFileLogStore({ directory: folders.logs, log: silentLogger, retention: KEEP_ALL })
  for (const id of writers) attach(store, folders, id)
  await Promise.all(writers.map(id => store.detach(id)))
  const next = new Map(writers.map(id => [id, 0]))
  const done = new AbortController()
  const last = (await store.query({ appId: APP, limit: 1 }))[0]!
  let firstAt = last.at
  for await (const { instanceId, text, at, cursor } of store.follow(
    { appId: APP, after: '0' },
    done.signal,
  )) {
    const number = next.get(instanceId)!
    if (text.startsWith(`${instanceId} ${number} `)) next.set(instanceId, number + 1)
    firstAt = Math.min(firstAt, at)
    if (cursor === last.cursor) done.abort()
  }
  await store.close()
  const lines = [...next.values()].reduce((sum, count) => sum + count, 0)
  return { lines, overMs: last.at - firstAt }
}

function attach(store: LogStore, { spools }: Folders, instanceId: string): void {
  const stdoutFile = join(spools, `${instanceId}.out`)
  const stderrFile = join(spools, `${instanceId}.err`)
  store.attach({ appId: APP, instanceId, process: 'web', release: 'v1', stdoutFile, stderrFile, secrets: [] })
}

interface FloodReport {
  kept: Kept
  idle: CollectorUsage
  idleCore: number
  flooded: CollectorUsage
  floodCore: number
}

function floodRows({ kept, idle, idleCore, flooded, floodCore }: FloodReport): Row[] {
  const written = LINES_PER_SECOND * FLOOD_SECONDS
  const perSecond = Math.round(kept.lines / (kept.overMs / 1_000))
  return [
    {
      what: 'lines kept, in order, once',
      figure: `${kept.lines} of ${written}`,
      ratio: (kept.lines / written).toFixed(4),
    },
    {
      what: 'lines a second',
      figure: String(perSecond),
      ratio: `${(perSecond / LINES_PER_SECOND).toFixed(2)} of budget`,
    },
    { what: 'collector: CPU', figure: percent(floodCore), ratio: '' },
    { what: 'collector: longest wait of its event loop', figure: ms(flooded.maxDelayMs), ratio: '' },
    {
      what: 'collector: peak memory',
      figure: mb(flooded.peakResidentMb),
      ratio: `${(flooded.peakResidentMb / idle.residentMb).toFixed(2)} × idle`,
    },
    { what: `collector: CPU with ${QUIET_INSTANCES} quiet instances`, figure: percent(idleCore), ratio: '' },
  ]
}

async function measureSearch(folders: Folders): Promise<Row[]> {
  const options = { log: silentLogger, retention: KEEP_ALL, maxBacklogBytes: Number.POSITIVE_INFINITY }
  const store = createFileLogStore({ directory: folders.logs, ...options })
  try {
    writeAccessLog(join(folders.spools, 'web.1.out'))
    const startedAt = performance.now()
    attach(store, folders, 'web.1')
    await store.detach('web.1')
    const collectMs = performance.now() - startedAt
    const rows = [
      await searchRow(store, 'a word that is nowhere', 'Payment-Declined-4711'),
      await searchRow(store, 'three letters that are nowhere', 'zqx'),
      await searchRow(store, 'the oldest line only', 'the very first line'),
      await searchRow(store, 'in Cyrillic, nowhere', 'ошибка'),
      await searchRow(store, 'a common word, newest 500', 'products'),
      await systemGrepRow(folders),
    ]
    rows.push({
      what: 'collecting it',
      figure: ms(collectMs),
      ratio: `${Math.round(SEARCHED_BYTES / 1_000 / collectMs)} MB/s`,
    })
    return rows
  } finally {
    await store.close()
  }
}

function writeAccessLog(path: string): void {
  const file = openSync(path, 'a')
  writeSync(file, 'the very first line\n')
  for (let bytes = 0; bytes < SEARCHED_BYTES; ) bytes += writeSync(file, accessLines(bytes))
  closeSync(file)
}

const PATHS = [
  '/',
  '/products/4211',
  '/cart',
  '/api/v1/orders',
  '/assets/index-8f3a2c.js',
  '/login?next=%2Fcart',
]

function accessLines(seed: number): string {
  let text = ''
  for (let index = 0; index < 5_000; index++) {
    const number = (seed / 7 + index * 7919) | 0
    const path = PATHS[Math.abs(number) % PATHS.length]
    text += `10.0.${number & 255}.${index & 255} - - "GET ${path} HTTP/1.1" 200 ${1_000 + (number & 4095)} ${number & 63} ms\n`
  }
  return text
}

async function searchRow(store: LogStore, what: string, grep: string): Promise<Row> {
  const startedAt = performance.now()
  const lines = await store.query({ appId: APP, grep, limit: 500 })
  const tookMs = performance.now() - startedAt
  return {
    what: `${what} (${lines.length} found)`,
    figure: ms(tookMs),
    ratio: `${(tookMs / SEARCH_BUDGET_MS).toFixed(2)} of budget`,
  }
}

/** The same data searched by the system's own `grep`, for comparison. */
async function systemGrepRow({ logs }: Folders): Promise<Row> {
  const files = readdirSync(join(logs, APP)).map(name => join(logs, APP, name))
  const startedAt = performance.now()
  const child = spawn('grep', ['-a', '-c', '-i', '-F', 'Payment-Declined-4711', ...files], {
    stdio: 'ignore',
  })
  await once(child, 'exit').catch(() => {})
  const tookMs = performance.now() - startedAt
  return {
    what: 'the first with grep -i -F',
    figure: ms(tookMs),
    ratio: `${(tookMs / SEARCH_BUDGET_MS).toFixed(2)} of budget`,
  }
}

function program(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url))
}

const ms = (value: number) => `${value.toFixed(value < 10 ? 1 : 0)} ms`
const mb = (value: number) => `${value.toFixed(0)} MB`
const percent = (core: number) => `${(core * 100).toFixed(1)} % of a core`
