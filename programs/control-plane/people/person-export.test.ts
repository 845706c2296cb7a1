import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { createKeyRing, createMasterKey, silentLogger } from '@seaworthy/kit'
import { temporaryFolder, waitFor } from '@seaworthy/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { HOUR_MS, TestClock } from '../accounts/test-people.ts'
import { AuditLog } from '../audit/audit-log.ts'
import { createJobLedger } from '../jobs/job-ledger.ts'
import { createJobWorker } from '../jobs/job-worker.ts'
import { openDatabase, type Store } from '../store/database.ts'
import { forEachStore } from '../store/for-each-store.ts'
import { migratedSqlite } from '../store/sqlite-template.ts'
import { EXPORT_JOB, PersonExports } from './person-export.ts'
import { addPerson, addTeam, leaveTraces, type TestPerson } from './test-history.ts'

const SLOW = { timeoutMs: 25_000 }

async function exporting(store: Store) {
  const jobs = createJobLedger({ store, log: silentLogger })
  const clock = new TestClock()
  const directory = join(temporaryFolder().path, 'exports')
  const exports = new PersonExports({
    ...{ store, jobs, directory, clock, log: silentLogger },
    dashboardUrl: 'https://panel.example.org',
  })
  const worker = createJobWorker({
    ledger: jobs,
    handlers: { [EXPORT_JOB]: job => exports.handle(job) },
    pollMs: 50,
    log: silentLogger,
  })
  onTestFinished(() => worker.stop({ drainMs: 0 }))
  const ready = ({ userId }: TestPerson) =>
    waitFor(async () => {
      const last = await exports.last(userId)
      return last?.row.ready_at ? last.row : undefined
    }, SLOW)
  return { exports, worker, jobs, clock, ready }
}

async function withTraces(store: Store) {
  const ada = await addPerson(store, 'ada')
  const eve = await addPerson(store, 'eve', 'admin')
  const teamId = await addTeam(store, 'sales', [[ada, 'owner']])
  const app = await leaveTraces(store, ada, teamId)
  const other = await leaveTraces(store, eve, teamId)
  return { ada, eve, app, other }
}

await forEachStore(({ openStore }) => {
  test('holds every own row, and nothing of others or that opens a door', async () => {
    const store = await openStore()
    const { ada, eve, app, other } = await withTraces(store)
    await appendAuditEntries(store, ada, eve)
    const { exports, worker, ready } = await exporting(store)
    worker.start()

    await exports.request(ada.userId)
    const row = await ready(ada)
    const file = await text(await exports.open(ada.userId))

    const document = JSON.parse(file)
    expect(document).toMatchObject({
      format: 'seaworthy-person/1',
      platform: 'https://panel.example.org',
      account: { id: ada.userId, email: ada.email, name: 'ada', platformRole: 'member', twoFactor: false },
      signInMethods: [{ method: 'password' }],
      passkeys: [{ name: 'Laptop' }],
      sessions: [{ address: '203.0.113.7' }],
      teams: [{ team: 'sales', role: 'owner' }],
      apps: [{ app: app.slug, name: app.name }],
      apiTokens: [{ name: 'ci', endsWith: 'abcd', scopes: ['deploy'] }],
      releases: [{ app: app.slug, version: 1 }],
      deployments: [{ app: app.slug, number: 1 }],
      envVersions: [{ app: app.slug, version: 1 }],
      sharedEnvVersions: [{ team: 'sales', version: 1 }],
      events: [{ type: 'app:created' }],
      usage: [{ name: 'builds', day: '2026-11-21', used: 2 }],
      auditEntries: [
        { action: 'app:create', byYou: true },
        { action: 'person:update', byYou: false },
      ],
    })
    expect(document.invitations).toHaveLength(2)
    expect(document.auditEntries.map((entry: object) => 'address' in entry)).toEqual([true, false])
    for (const secret of ['token_hash', 'hash_', 'public-key', other.slug, eve.email, 'foreign'])
      expect(file).not.toContain(secret)
    const receipt = JSON.parse(row.receipt_json!)
    expect(receipt).toMatchObject({
      bytes: Buffer.byteLength(file),
      counts: { invitations: 2, auditEntries: 2 },
    })
    expect(receipt.sha256).toBe(createHash('sha256').update(file).digest('hex'))
  })

  test('pages through more rows than it reads at once', async () => {
    const store = await openStore()
    const { ada } = await withTraces(store)
    const rows = Array.from({ length: 1_203 }, (_, n) => ({
      ...{ subject_kind: 'user' as const, subject_id: ada.userId, used: n },
      ...{ name: `n${n}`, day: `2025-01-${String((n % 28) + 1).padStart(2, '0')}` },
    }))
    await store.db.insertInto('usage_days').values(rows).execute()
    const { exports, worker, ready } = await exporting(store)
    worker.start()

    await exports.request(ada.userId)
    await ready(ada)

    const { usage } = JSON.parse(await text(await exports.open(ada.userId)))
    const read = new Set(usage.map(({ day, name }: { day: string; name: string }) => `${day} ${name}`))
    expect(read.size).toBe(rows.length + 1) // one is among the traces
    expect(usage).toHaveLength(rows.length + 1)
  })
})

describe('the file', () => {
  test('only the owner of the home may read the file', async () => {
    const store = await openSqlite()
    const { ada } = await withTraces(store)
    const { exports, worker, ready } = await exporting(store)
    worker.start()

    await exports.request(ada.userId)
    const { id } = await ready(ada)

    expect((await stat(exports.fileOf(id))).mode & 0o777).toBe(0o600)
    expect((await stat(join(exports.fileOf(id), '..'))).mode & 0o777).toBe(0o700)
  })

  test('after a day it is gone, also before anybody has swept', async () => {
    const store = await openSqlite()
    const { ada } = await withTraces(store)
    const { exports, worker, clock, ready } = await exporting(store)
    worker.start()
    await exports.request(ada.userId)
    const { id } = await ready(ada)
    clock.pass(24 * HOUR_MS + 1)

    const late = exports.open(ada.userId)
    await expect(late).rejects.toMatchObject({ code: 'export_not_there', status: 404 })
    expect(exports.stateOf((await exports.last(ada.userId))!)).toBe('expired')

    expect(await exports.sweep()).toBe(1)
    expect(existsSync(exports.fileOf(id))).toBe(false)
    expect(await exports.last(ada.userId)).toBeUndefined()
  })

  test('asking again while one is under way starts no other; afterwards it takes its place', async () => {
    const store = await openSqlite()
    const { ada, eve } = await withTraces(store)
    const { exports, worker, jobs, ready } = await exporting(store)

    const [first, second] = await Promise.all([exports.request(ada.userId), exports.request(ada.userId)])
    expect(second.row.id).toBe(first.row.id)
    worker.start()
    await ready(ada)
    const third = await exports.request(ada.userId)

    expect(third.row.id).not.toBe(first.row.id)
    expect(existsSync(exports.fileOf(first.row.id))).toBe(false)
    expect((await jobs.list({ kind: EXPORT_JOB })).total).toBe(2)
    await expect(exports.open(eve.userId)).rejects.toMatchObject({ code: 'export_not_there' })
  })

  test('a job whose person is gone ends without a file', async () => {
    const store = await openSqlite()
    const { ada } = await withTraces(store)
    const { exports, worker, jobs } = await exporting(store)
    const { row } = await exports.request(ada.userId)
    await store.db.deleteFrom('user').where('id', '=', ada.userId).execute()

    worker.start()

    await waitFor(async () => (await jobs.get(row.job_id))?.state === 'succeeded', SLOW)
    expect(existsSync(exports.fileOf(row.id))).toBe(false)
  })
})

async function openSqlite(): Promise<Store> {
  const store = await openDatabase({ file: await migratedSqlite(), log: silentLogger })
  onTestFinished(() => store.close())
  return store
}

async function appendAuditEntries(store: Store, ada: TestPerson, eve: TestPerson): Promise<void> {
  const key = createMasterKey()
  const audit = new AuditLog({ store, keyRing: createKeyRing({ keys: [key], primary: key.id }) })
  const access = { platformRole: 'member' as const, teams: new Map(), apps: new Map() }
  const by = ({ userId, email }: TestPerson) =>
    ({ kind: 'user', userId, email, name: 'x', access, sessionId: 's', expiresAt: 1, via: 'cookie' }) as never
  await audit.append({ actor: by(ada), action: 'app:create', target: { kind: 'app', id: 'a', name: 'shop' } })
  await audit.append({ actor: by(eve), action: 'person:update', target: { kind: 'person', id: ada.userId } })
  await audit.append({
    actor: by(eve),
    action: 'app:delete',
    target: { kind: 'app', id: 'b', name: 'other' },
  })
  // Of a team that is none of hers: she must not learn that there is such an app.
  await audit.append({
    ...{ actor: by(ada), action: 'app:read', outcome: 'refused', teamId: 'team_foreign', appId: 'c' },
    target: { kind: 'app', id: 'c', name: 'foreign' },
  })
}
