/** What the platform keeps safe: the audit log that nobody edits, and the master key of every secret. */
import { readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { AuditEntry } from '@seaworthy/api'
import { waitFor } from '@seaworthy/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { versionOf } from './harness/apps.ts'
import { ADA, BOB, firstOwner, http, joinBy, urlOf } from './harness/people.ts'
import { Platform } from './harness/platform.ts'
import { Terminal } from './harness/terminal.ts'

const SECRET = 'planted-secret-of-the-audit'
/** Answers how long its secret is. */
const APP = {
  'server.js': `import { createServer } from 'node:http'
createServer((_, response) => response.end(String(process.env.API_KEY?.length))).listen(process.env.PORT)
`,
}

let platform: Platform
let machine: Terminal
let ada: Terminal
let bob: Terminal
/** An API token that may read. */
let secret: string

beforeAll(async () => {
  platform = await Platform.start({ SEAWORTHY_WATCH_SECONDS: '0.2' })
  machine = Terminal.onMachine(platform)
  ada = await firstOwner(platform)
  await ada.good('teams', 'create', 'crew')
  bob = await joinBy(ada, platform, BOB, { team: 'crew', role: 'viewer' })
  await ada.good('apps', 'create', 'shop', '--team', 'crew')
  await ada.good('env', 'set', `API_KEY=${SECRET}`, '--secret', '--app', 'shop')
  secret = (await ada.json('tokens', 'create', 'monitor', '--scope', 'read')).secret
})

afterAll(() => platform?.destroy())

const keyFile = () => join(platform.home, 'keys', 'master.json')
/** Lines are `<id> <key>`. */
const keyIds = () =>
  readFileSync(keyFile(), 'utf8')
    .trim()
    .split('\n')
    .map(line => line.split(' ')[0])

test('the audit log tells who did what, from where, with what result, and never a secret', async () => {
  await ada.good('deploy', versionOf('healthy', 'one', APP), '--app', 'shop')
  await ada.good('scale', 'web=2', '--app', 'shop')
  await ada.good('scale', 'web=1', '--app', 'shop')
  expect((await bob.run(['scale', 'web=3', '--app', 'shop'])).code).toBe(5)

  const entries: AuditEntry[] = await ada.json('audit', '--app', 'shop')
  const scaled = entries.filter(({ action }) => action.includes('scale'))
  expect(scaled[0]).toMatchObject({
    outcome: 'refused',
    actor: { email: BOB.email },
    target: { kind: 'app', name: 'shop' },
  })
  expect(scaled[1]).toMatchObject({
    outcome: 'done',
    actor: { kind: 'user', email: ADA.email },
    address: '127.0.0.1',
    userAgent: expect.stringContaining('seaworthy-cli'),
    requestId: expect.any(String),
    before: expect.anything(),
    after: expect.anything(),
  })
  expect(JSON.stringify(entries)).not.toContain(SECRET)
})

test('the audit log is filtered by person, action, time and outcome, and everybody sees their own', async () => {
  const by = async (...filter: string[]): Promise<AuditEntry[]> => ada.json('audit', ...filter)

  expect(new Set((await by('--actor', BOB.email)).map(({ actor }) => actor.email))).toEqual(
    new Set([BOB.email]),
  )
  expect((await by('--refused')).map(({ outcome }) => outcome)).not.toContain('done')
  for (const { action } of await by('--action', 'env:*')) expect(action).toMatch(/^env:/)
  expect(await by('--since', '2099-01-01')).toEqual([])
  expect((await by('--since', '1h', '--team', 'crew')).length).toBeGreaterThan(2)
  const own: AuditEntry[] = await bob.json('audit')
  expect(own.length).toBeGreaterThan(0)
  expect(new Set(own.map(({ actor }) => actor.email))).toEqual(new Set([BOB.email]))
})

test('the audit log is exported as JSON lines and as CSV', async () => {
  const lines = (await ada.good('audit', 'export', '-')).split('\n').map(line => JSON.parse(line))
  await ada.good('audit', 'export', 'audit.csv', '--format', 'csv', '--app', 'shop')
  const csv = readFileSync(join(ada.cwd, 'audit.csv'), 'utf8')

  expect(lines.map(({ sequence }) => sequence)).toEqual(lines.map((_, index) => index + 1))
  expect(csv.split(/\r?\n/)[0]).toContain(',previous_hash,hash')
  expect(csv).toContain(BOB.email)
  expect(`${csv}${JSON.stringify(lines)}`).not.toContain(SECRET)
  expect((await ada.json('audit', '--limit', '1'))[0]).toMatchObject({
    action: expect.stringContaining('export'),
  })
})

test('killed in the middle of a rotation, the platform goes on with it, and everything works', async () => {
  const [old] = keyIds()
  const rotating = ada.start(['keys', 'rotate', '--detach'])
  await waitFor(() => keyIds().length === 2, { what: 'the new key to be in the file', timeoutMs: 30_000 })

  await platform.kill()
  await rotating.ended()
  expect((await platform.request('shop')).body).toBe(String(SECRET.length))
  await platform.startControlPlane()

  await waitFor(async () => (await ada.json('keys')).lastRotation.state === 'succeeded', {
    what: 'the rotation to end',
    timeoutMs: 60_000,
  })
  expect(keyIds()).toHaveLength(1)
  expect(keyIds()).not.toContain(old)
  await ada.good('restart', '--app', 'shop')
  expect((await platform.request('shop')).body).toBe(String(SECRET.length))
  expect((await http(platform, 'GET /api/v1/apps', { token: secret })).status).toBe(200)
  expect((await bob.run(['apps'])).code).toBe(0)
})

test('a lost master key is found at the start, which says what to do', async () => {
  await platform.stopControlPlane()
  renameSync(keyFile(), `${keyFile()}.lost`)

  const refused = await machine.run(['up', '--detach'])

  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain('Restore the file from your backup (keys/master.json in the home)')
  expect(refused.stderr).toContain('docs/operations/keys.md')
  expect((await platform.request('shop')).body).toBe(String(SECRET.length))
  renameSync(`${keyFile()}.lost`, keyFile())
  await platform.startControlPlane()
  expect(await ada.good('whoami')).toContain(urlOf(platform))
})

test('an entry that was edited in the database file is named, and nothing before it is', async () => {
  const good = await machine.run(['audit', 'verify'])
  expect(good).toMatchObject({ code: 0, stdout: expect.stringContaining('none changed, removed or put in') })
  const known = /\d+:[0-9a-f]{64}/.exec(good.stdout)![0]
  expect((await machine.run(['audit', 'verify', '--known', known])).code).toBe(0)

  using database = new DatabaseSync(join(platform.home, 'database', 'seaworthy.sqlite'))
  database.exec('pragma busy_timeout = 10000')
  const edit = `update audit_entries set outcome = 'done' where sequence =
    (select max(sequence) from audit_entries where outcome = 'refused') returning sequence`
  expect(() => database.prepare(edit).get()).toThrow()
  for (const { name } of database
    .prepare("select name from sqlite_master where type = 'trigger' and tbl_name = 'audit_entries'")
    .all())
    database.exec(`drop trigger ${name}`)
  const { sequence } = database.prepare(edit).get()!

  const bad = await ada.run(['audit', 'verify'])
  expect(bad.code).toBe(1)
  expect(bad.stdout).toContain(`NOT INTACT. Entry ${sequence} was changed`)
  expect(bad.stdout).toContain(BOB.email)
})
