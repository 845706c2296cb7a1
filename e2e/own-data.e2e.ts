/** What belongs to a person: all of it in a file, and the end of an account. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { waitFor } from '@seaworthy/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fixture } from './harness/apps.ts'
import { ADA, BOB, EVE, firstOwner, http, joinBy, mailTo, urlOf } from './harness/people.ts'
import { Platform } from './harness/platform.ts'
import type { Terminal } from './harness/terminal.ts'

let platform: Platform
let ada: Terminal
let bob: Terminal
let eve: Terminal

beforeAll(async () => {
  platform = await Platform.start({ SEAWORTHY_WATCH_SECONDS: '0.2' })
  ada = await firstOwner(platform)
  bob = await joinBy(ada, platform, BOB, { team: 'default', role: 'developer' })
  eve = await joinBy(ada, platform, EVE, { team: 'default', role: 'viewer' })
  await bob.good('deploy', fixture('healthy'), '--app', 'shop', '--team', 'default')
  await bob.good('teams', 'create', 'bobs')
})

afterAll(() => platform?.destroy())

test('everything about a person is in one file, for that person alone', async () => {
  const { secret } = await bob.json('tokens', 'create', 'ci', '--scope', 'deploy')
  await bob.good('account', 'export')

  const text = readFileSync(join(bob.cwd, 'seaworthy-export.json'), 'utf8')
  const document = JSON.parse(text)
  expect(document.account).toMatchObject({ email: BOB.email, name: BOB.name })
  for (const part of ['ci', 'shop', 'bobs', '127.0.0.1', 'session:create']) expect(text).toContain(part)
  for (const secretText of [secret, BOB.password, '$argon2']) expect(text).not.toContain(secretText)
  const file = { token: secret }
  expect((await http(platform, 'GET /api/v1/account/export/file', file)).status).toBe(403)
  expect((await eve.run(['account', 'export', '-'])).stdout).not.toContain('"bobs"')
})

test('killed in the middle of an export, the platform writes it after the restart', async () => {
  const token = (
    await http(platform, 'POST /api/v1/session', { body: { email: BOB.email, password: BOB.password } })
  ).json.data.token
  using database = new DatabaseSync(join(platform.home, 'database', 'seaworthy.sqlite'))
  database.exec('pragma busy_timeout = 10000')

  await waitFor(
    async () => {
      await http(platform, 'POST /api/v1/account/export', { token })
      // Nothing is written from here on, so that the export cannot come to its end.
      database.exec('begin immediate')
      const open = database
        .prepare('select count(*) as count from person_exports where ready_at is null')
        .get()!
      if (open.count === 0) database.exec('rollback')
      return open.count !== 0
    },
    { what: 'an export that is under way', timeoutMs: 60_000 },
  )
  await platform.kill()
  database.exec('rollback')
  await platform.startControlPlane()

  const state = await waitFor(
    async () => {
      const { data } = (await http(platform, 'GET /api/v1/account/export', { token })).json
      return data.state === 'ready' && data
    },
    { what: 'the export to be ready', timeoutMs: 60_000 },
  )
  const file = await http(platform, 'GET /api/v1/account/export/file', { token })
  expect(Buffer.byteLength(file.text)).toBe(state.receipt.bytes)
  expect(file.json.account.email).toBe(BOB.email)
})

test('who others rely on cannot go, and is told what to do first', async () => {
  await bob.good('apps', 'create', 'blog', '--team', 'bobs')

  const owner = await bob.run(['account', 'delete', '--confirm', BOB.email])
  const administrator = await ada.run(['account', 'delete', '--confirm', ADA.email])
  const slip = await eve.run(['account', 'delete', '--confirm', 'evil@example.org'])

  expect(owner).toMatchObject({ code: 1, stderr: expect.stringContaining('bobs') })
  expect(administrator).toMatchObject({ code: 1, stderr: expect.stringContaining('administrator') })
  expect(slip.code).toBe(2)
  for (const terminal of [ada, bob, eve]) expect((await terminal.run(['whoami'])).code).toBe(0)
})

test('an account that nobody relies on goes at once, with a receipt, and leaves no name behind', async () => {
  const { secret } = await bob.json('tokens', 'create', 'late', '--scope', 'read')
  await bob.good('apps', 'transfer', 'blog', '--team', 'default').catch(() => undefined)
  await ada.good('apps', 'transfer', 'blog', '--team', 'default')

  const receipt = await bob.json('account', 'delete', '--confirm', BOB.email)

  expect(receipt).toMatchObject({ state: 'done', teamsDeleted: ['bobs'] })
  expect((await http(platform, `GET /api/v1/deletions/${receipt.code}`)).json.data.state).toBe('done')
  expect((await http(platform, 'GET /api/v1/apps', { token: secret })).status).toBe(401)
  expect((await bob.run(['apps', '--url', urlOf(platform)])).code).toBe(3)
  expect(await ada.good('audit', '--action', 'app:deploy')).toContain('deleted person')
  expect((await ada.json('releases', '--app', 'shop'))[0].createdBy).toBe('deleted person')
  expect(JSON.stringify(await ada.json('people'))).not.toContain(BOB.email)
  expect(await mailTo(platform, BOB.email, /Your account was deleted/)).toBeTruthy()
  expect((await platform.request('shop')).status).toBe(200)
  expect((await ada.run(['audit', 'verify'])).code).toBe(0)
})
