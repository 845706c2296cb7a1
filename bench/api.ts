/**
 * The API with 1,000 apps and 100 clients at a time, on SQLite and on PostgreSQL. Each client is a program with a
 * token of its own that asks, reads the answer, waits a moment and asks again; then the same without waiting, which
 * tells how much one control plane can do at all.
 */
import { randomBytes } from 'node:crypto'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from '@seaworthy/api/client'
import { silentLogger } from '@seaworthy/kit'
import {
  administrate,
  postgresUrl,
  startPostgresServer,
  stopPostgresServer,
} from '@seaworthy/testing/postgres-server'
import { Platform } from '../e2e/harness/platform.ts'
import { openDatabase } from '../programs/control-plane/store/database.ts'
import { fillWithHistory } from './api-history.ts'
import { milliseconds } from './measure.ts'
import { printTable } from './table.ts'

const APPS = 1_000
const CLIENTS = 100
const MEASURE_MS = 15_000
const WARM_UP_MS = 5_000
const BUDGET_MS = 25
/** On average: a person's dashboard asks far less often, a script rarely more. */
const PAUSE_MS = 250
const OWNER = { email: 'bench@example.org', password: `Aa1!${randomBytes(12).toString('base64url')}` }

interface Figures {
  database: string
  load: string
  requests: number
  perSecond: number
  p50Ms: number
  p95Ms: number
  p99Ms: number
  failed: number
}

export async function run(): Promise<Figures[]> {
  const figures = [...(await onSqlite()), ...(await onPostgres())]
  printTable(
    `API: ${APPS} apps, ${CLIENTS} clients at a time`,
    figures.map(({ database, load, requests, perSecond, p50Ms, p95Ms, p99Ms, failed }) => ({
      database,
      load,
      requests,
      'a second': perSecond.toFixed(0),
      p50: milliseconds(p50Ms),
      p95: milliseconds(p95Ms),
      p99: milliseconds(p99Ms),
      [`p95 of ${BUDGET_MS} ms`]: (p95Ms / BUDGET_MS).toFixed(2),
      failed,
    })),
  )
  return figures
}

function onSqlite(): Promise<Figures[]> {
  return measurePlatform('SQLite', {})
}

/** As durable as a real one: every commit waits for the disk. */
async function onPostgres(): Promise<Figures[]> {
  const server = await startPostgresServer({ durable: true })
  try {
    await administrate(server, client => client.query('create database bench'))
    return await measurePlatform('PostgreSQL', { SEAWORTHY_DATABASE_URL: postgresUrl(server, 'bench') })
  } finally {
    await stopPostgresServer(server)
  }
}

async function measurePlatform(database: string, settings: Record<string, string>): Promise<Figures[]> {
  const platform = await Platform.start({
    SEAWORTHY_ADMIN_EMAIL: OWNER.email,
    SEAWORTHY_ADMIN_PASSWORD: OWNER.password,
    SEAWORTHY_REQUESTS_PER_MINUTE: '1000000',
    ...settings,
  })
  try {
    const url = settings.SEAWORTHY_DATABASE_URL
    const store = await openDatabase({
      ...(url ? { url } : { file: join(platform.home, 'database', 'seaworthy.sqlite') }),
      log: silentLogger,
    })
    await fillWithHistory(store, APPS)
    await store.close()
    const tokens = await makeTokens(`http://127.0.0.1:${platform.port}`)
    const figures = []
    for (const [load, pauseMs] of [
      [`each every ${PAUSE_MS} ms`, PAUSE_MS],
      ['no pause', 0],
    ] as const) {
      await ask(platform.port, tokens, { pauseMs, durationMs: WARM_UP_MS })
      const result = await ask(platform.port, tokens, { pauseMs, durationMs: MEASURE_MS })
      figures.push({ database, load, ...summary(result) })
    }
    return figures
  } finally {
    await platform.destroy()
  }
}

async function makeTokens(baseUrl: string): Promise<string[]> {
  const anybody = createClient({ baseUrl })
  const { token } = await anybody.call('session.create', { body: OWNER })
  anybody.close()
  const owner = createClient({ baseUrl, token })
  const tokens: string[] = []
  for (let client = 0; client < CLIENTS; client += 1) {
    const body = { name: `client ${client}`, scopes: ['manage' as const] }
    tokens.push((await owner.call('tokens.create', { body })).secret)
  }
  owner.close()
  return tokens
}

/** What a dashboard and scripts ask for, by how often. One in fifty changes something. */
function pathOf(turn: number): { method: string; path: string; body?: string } {
  const slug = `app-${(turn * 7919) % APPS}`
  const get = (path: string) => ({ method: 'GET', path: `/api/v1${path}` })
  if (turn % 50 === 0)
    return { method: 'PATCH', path: `/api/v1/apps/${slug}`, body: JSON.stringify({ name: `App ${turn}` }) }
  switch (turn % 8) {
    case 0:
      return get(`/apps?limit=50&page=${1 + (turn % 20)}&sort=slug&order=asc`)
    case 1:
      return get(`/apps?search=${turn % 100}`)
    case 2:
      return get(`/apps/${slug}/deployments?limit=10`)
    case 3:
      return get(`/apps/${slug}/releases?limit=20`)
    case 4:
      return get('/status')
    case 5:
      return get(`/apps/${slug}/env`)
    default:
      return get(`/apps/${slug}`)
  }
}

interface Measured {
  timesMs: number[]
  failed: number
  durationMs: number
}

async function ask(
  port: number,
  tokens: readonly string[],
  { pauseMs, durationMs }: { pauseMs: number; durationMs: number },
): Promise<Measured> {
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS })
  const measured: Measured = { timesMs: [], failed: 0, durationMs }
  const end = performance.now() + durationMs
  let turn = 0
  const client = async (token: string) => {
    // Not all at the same moment.
    await sleep(Math.random() * pauseMs)
    while (performance.now() < end) {
      turn += 1
      await askOnce({ port, agent, token, turn }, measured)
      if (pauseMs > 0) await sleep(pauseMs * (0.5 + Math.random()))
    }
  }
  await Promise.all(tokens.map(client))
  agent.destroy()
  return measured
}

function askOnce(
  { port, agent, token, turn }: { port: number; agent: Agent; token: string; turn: number },
  measured: Measured,
): Promise<void> {
  const { method, path, body } = pathOf(turn)
  const type =
    body === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  const startedAt = performance.now()
  return new Promise(resolve => {
    const fail = () => {
      measured.failed += 1
      resolve()
    }
    const asked = request(
      {
        host: '127.0.0.1',
        port,
        agent,
        method,
        path,
        headers: { authorization: `Bearer ${token}`, ...type },
      },
      response => {
        response.resume().once('end', () => {
          measured.timesMs.push(performance.now() - startedAt)
          if (response.statusCode === 200) resolve()
          else fail()
        })
      },
    )
    asked.once('error', fail)
    asked.end(body)
  })
}

function summary({ timesMs, failed, durationMs }: Measured) {
  const sorted = timesMs.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return {
    requests: sorted.length,
    perSecond: sorted.length / (durationMs / 1000),
    p50Ms: at(0.5),
    p95Ms: at(0.95),
    p99Ms: at(0.99),
    failed,
  }
}
