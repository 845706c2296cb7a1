/**
 * 200,000 requests made from the OpenAPI document against a whole platform: right ones, wrong ones, and ones that
 * nobody expects. Ends with 1 when an answer was a 5xx, when one did not come, or when the platform did not live
 * through it. `npm run fuzz [-- REQUESTS [SEED]]`; with SEAWORTHY_DATABASE_URL on PostgreSQL.
 */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { openApiDocument } from '@seaworthy/api'
import { createClient } from '@seaworthy/api/client'
import { type FuzzReport, fuzzServer } from '@seaworthy/testing/fuzz-server'
import { openApiRequests } from '@seaworthy/testing/openapi-requests'
import fc from 'fast-check'
import { Platform } from '../harness/platform.ts'

const requests = Number(process.argv[2] ?? 200_000)
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31)
const BATCH = 5_000
const CONCURRENCY = 16
const HANG_MS = 30_000
const OWNER = { email: 'fuzz@example.org', password: `Aa1!${randomBytes(12).toString('base64url')}` }

/** They end the credentials of all other requests, or make a new master key each time. */
const EXCEPT = ['session.delete', 'sessions.end-all', 'account.password', 'account.delete', 'keys.rotate']

const write = (text: string) => process.stdout.write(`${text}\n`)
const platform = await Platform.start({
  SEAWORTHY_ADMIN_EMAIL: OWNER.email,
  SEAWORTHY_ADMIN_PASSWORD: OWNER.password,
  SEAWORTHY_REQUESTS_PER_MINUTE: '1000000',
  SEAWORTHY_ANONYMOUS_REQUESTS_PER_MINUTE: '1000000',
  SEAWORTHY_UPLOADS_PER_MINUTE: '1000000',
  SEAWORTHY_LOG_LEVEL: 'error',
  ...(process.env.SEAWORTHY_DATABASE_URL && { SEAWORTHY_DATABASE_URL: process.env.SEAWORTHY_DATABASE_URL }),
})
const url = `http://127.0.0.1:${platform.port}`
const total: FuzzReport = { sent: 0, statuses: {}, successes: {}, failures: [], slowestMs: 0 }
let failed = true
try {
  const pid = platform.controlPlanePid
  const arbitrary = openApiRequests(openApiDocument({ version: '1', serverUrl: '/' }), {
    known: {
      slug: ['shop', 'blog'],
      team: ['default'],
      number: ['1'],
      version: ['1', 'v1'],
      environment: ['all'],
    },
    credentials: [...(await credentials()), undefined, 'Bearer swt_wrong', 'Basic a:b'],
    except: EXCEPT,
  })
  write(`seed ${seed}`)
  for (let batch = 0; total.sent < requests; batch += 1) {
    const numRuns = Math.min(BATCH, requests - total.sent)
    const drawn = fc.sample(arbitrary, { numRuns, seed: seed + batch })
    add(await fuzzServer({ url, requests: drawn, concurrency: CONCURRENCY, hangMs: HANG_MS }))
    write(
      `${total.sent}: ${JSON.stringify(total.statuses)}, slowest ${total.slowestMs.toFixed(0)} ms, ${residentMb(pid)} MB`,
    )
  }
  for (const { request, outcome, answer } of total.failures.slice(0, 10))
    write(JSON.stringify({ outcome, answer, request }))
  const alive =
    (await platform.api.call('status.get')).edge.state === 'running' && platform.controlPlanePid === pid
  failed = total.failures.length > 0 || !alive
  write(
    `${total.sent} requests with seed ${seed}: ${total.failures.length} failed; ${Object.keys(total.successes).length} operations succeeded at least once; ${alive ? 'the platform lives' : 'THE PLATFORM DIED'}`,
  )
} finally {
  await platform.destroy()
}
process.exitCode = failed ? 1 : 0

/** Of the owner: a session, and tokens of each scope. */
async function credentials(): Promise<string[]> {
  for (const slug of ['shop', 'blog']) await platform.api.call('apps.create', { body: { slug } })
  const anybody = createClient({ baseUrl: url })
  const session = await anybody.call('session.create', { body: OWNER })
  anybody.close()
  const owner = createClient({ baseUrl: url, token: session.token })
  const tokens = []
  for (const scope of ['read', 'deploy', 'manage', 'admin'] as const)
    tokens.push((await owner.call('tokens.create', { body: { name: scope, scopes: [scope] } })).secret)
  owner.close()
  return [...Array(8).fill(session.token), ...tokens].map(token => `Bearer ${token}`)
}

function add(report: FuzzReport): void {
  total.sent += report.sent
  total.failures.push(...report.failures)
  total.slowestMs = Math.max(total.slowestMs, report.slowestMs)
  for (const [status, count] of Object.entries(report.statuses))
    total.statuses[Number(status)] = (total.statuses[Number(status)] ?? 0) + count
  for (const [id, count] of Object.entries(report.successes))
    total.successes[id] = (total.successes[id] ?? 0) + count
}

/** VmRSS of proc(5). */
function residentMb(pid: number): number {
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024)
}
