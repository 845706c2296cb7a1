import { existsSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { silentLogger } from '@seaworthy/kit'
import { temporaryFolder, waitFor } from '@seaworthy/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { TestMailer } from '../accounts/test-accounts.ts'
import { createJobLedger } from '../jobs/job-ledger.ts'
import { createJobWorker } from '../jobs/job-worker.ts'
import { openDatabase, type Store } from '../store/database.ts'
import { forEachStore } from '../store/for-each-store.ts'
import { PersonExports } from './person-export.ts'
import { DELETION_JOB, PersonRemoval } from './person-removal.ts'
import { PlatformPeople } from './platform-people.ts'
import { addPerson, addTeam, leaveTraces, placesOf, type TestPerson } from './test-history.ts'

const SLOW = { timeoutMs: 25_000 }

function removing(store: Store) {
  const jobs = createJobLedger({ store, log: silentLogger })
  const mails = new TestMailer()
  const directory = temporaryFolder().path
  const exports = new PersonExports({
    store,
    jobs,
    directory,
    dashboardUrl: 'http://localhost',
    log: silentLogger,
  })
  const exportFile = (id: string) => exports.fileOf(id)
  const removal = new PersonRemoval({ store, jobs, mailer: mails, exportFile, log: silentLogger })
  const worker = createJobWorker({
    ledger: jobs,
    handlers: { [DELETION_JOB]: job => removal.handle(job) },
    pollMs: 50,
    log: silentLogger,
  })
  onTestFinished(() => worker.stop({ drainMs: 0 }))
  const finished = (code: string) =>
    waitFor(async () => {
      const row = await removal.receipt(code)
      return row?.finished_at ? { ...row, ...JSON.parse(row.receipt_json) } : undefined
    }, SLOW)
  return { removal, exports, worker, jobs, mails, finished }
}

/** Ada owns a team with Grace, who stays. */
async function adaAndGrace(store: Store) {
  const ada = await addPerson(store, 'ada')
  const grace = await addPerson(store, 'grace-ada', 'admin')
  const teamId = await addTeam(store, 'sales', [
    [ada, 'owner'],
    [grace, 'owner'],
  ])
  const app = await leaveTraces(store, ada, teamId)
  return { ada, grace, teamId, app }
}

const requestFor = ({ userId }: TestPerson) => ({ userId, requestedBy: 'self' as const })

await forEachStore(({ openStore }) => {
  test('nothing in the database names the person any more, and others are named as before', async () => {
    const store = await openStore()
    const { ada, grace, teamId } = await adaAndGrace(store)
    await leaveTraces(store, grace, teamId)
    const before = await placesOf(store, [grace.userId, grace.email])
    const { removal, worker, mails, finished } = removing(store)
    worker.start()

    const { code, teamsDeleted } = await removal.request(requestFor(ada))
    const receipt = await finished(code)

    expect(await placesOf(store, [ada.userId, `"${ada.email}`])).toEqual([])
    expect(await placesOf(store, [grace.userId, grace.email])).toEqual(before)
    expect(teamsDeleted).toEqual([])
    expect(receipt.removed).toMatchObject({
      sessions: 1,
      tokens: 1,
      passkeys: 1,
      memberships: 1,
      invitations: 1,
    })
    expect(receipt.renamed).toMatchObject({
      releases: 1,
      deployments: 1,
      env_versions: 1,
      events: 1,
      jobs: 3,
    })
    expect(mails.sent).toMatchObject([{ to: ada.email, kind: 'account-deleted' }])
    expect(JSON.stringify(receipt)).not.toContain(code)
  })

  test('sessions and tokens are gone before the job has begun', async () => {
    const store = await openStore()
    const { ada } = await adaAndGrace(store)

    await removing(store).removal.request(requestFor(ada))

    for (const table of ['session', 'api_tokens', 'passkey', 'verification', 'account'] as const) {
      const rows = await store.db.selectFrom(table).selectAll().execute()
      expect(JSON.stringify(rows)).not.toContain(ada.userId)
    }
  })

  test('history stays, by a deleted person', async () => {
    const store = await openStore()
    const { ada, app } = await adaAndGrace(store)
    const { removal, worker, finished } = removing(store)
    worker.start()

    await finished((await removal.request(requestFor(ada))).code)

    const release = await store.db
      .selectFrom('releases')
      .selectAll()
      .where('app_id', '=', app.id)
      .executeTakeFirst()
    const event = await store.db.selectFrom('events').select('data_json').executeTakeFirstOrThrow()
    expect(release).toMatchObject({ created_by: 'deleted person', version: 1 })
    expect(JSON.parse(event.data_json)).toEqual({ slug: app.slug, actor: 'deleted person' })
  })

  test('files of exports go with the person', async () => {
    const store = await openStore()
    const { ada } = await adaAndGrace(store)
    const { removal, exports, worker, finished } = removing(store)
    const file = exports.fileOf((await exports.request(ada.userId)).row.id)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, ada.email)
    worker.start()

    await finished((await removal.request(requestFor(ada))).code)

    expect(existsSync(file)).toBe(false)
  })

  test('the only owner of a team with others, and the last administrator, stay with all they have', async () => {
    const store = await openStore()
    const { ada, grace } = await adaAndGrace(store)
    await addTeam(store, 'ops', [
      [ada, 'owner'],
      [grace, 'admin'],
    ])
    const before = await placesOf(store, [ada.userId])
    const { removal } = removing(store)

    await expect(removal.request(requestFor(ada))).rejects.toMatchObject({
      code: 'person_still_needed',
      message: expect.stringContaining('team ops'),
    })
    await expect(removal.request(requestFor(grace))).rejects.toMatchObject({
      message: expect.stringContaining('last administrator'),
    })

    expect(await placesOf(store, [ada.userId])).toEqual(before)
  })

  test('of two owners who go at once one stays', async () => {
    const store = await openStore()
    const { ada, grace } = await adaAndGrace(store)
    await addPerson(store, 'root', 'admin')
    const { removal } = removing(store)

    const outcomes = await Promise.allSettled([ada, grace].map(person => removal.request(requestFor(person))))

    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await store.db.selectFrom('team_members').selectAll().execute()).toHaveLength(1)
  })

  test('a team in which nobody and nothing else is goes with its owner', async () => {
    const store = await openStore()
    const { ada } = await adaAndGrace(store)
    await addTeam(store, 'alone', [[ada, 'owner']])

    const { teamsDeleted } = await removing(store).removal.request(requestFor(ada))

    expect(teamsDeleted).toEqual(['alone'])
    const left = await store.db.selectFrom('teams').select('slug').orderBy('slug').execute()
    expect(left.map(({ slug }) => slug)).toEqual(['default', 'sales'])
  })

  test('what is refused within the change undoes it', async () => {
    const store = await openStore()
    const { ada } = await adaAndGrace(store)
    const { removal } = removing(store)

    const refused = removal.request(requestFor(ada), async () => {
      throw new Error('no audit entry')
    })

    await expect(refused).rejects.toThrow('no audit entry')
    expect(await placesOf(store, [ada.userId])).toContain('user.id')
    await expect(removal.request({ ...requestFor(ada), userId: 'usr_nobody' })).rejects.toMatchObject({
      code: 'unknown_person',
    })
  })

  test('a code that was never given finds no receipt', async () => {
    expect(await removing(await openStore()).removal.receipt('made-up')).toBeUndefined()
  })

  describe('administrators of the platform', () => {
    test('suspend and readmit people, whose sessions end', async () => {
      const store = await openStore()
      const { ada, grace } = await adaAndGrace(store)
      const people = new PlatformPeople({ store })
      const change = (suspended: boolean) =>
        people.update({ person: 'ADA@example.org', change: { suspended }, actorId: grace.userId })

      const suspended = await change(true)
      const readmitted = await change(false)

      expect(suspended).toMatchObject({ sessions: 0, tokens: 1, user: { suspendedAt: expect.any(Number) } })
      expect(readmitted.user).toMatchObject({ id: ada.userId, suspendedAt: null })
    })

    test('keep one who can act, whatever is tried at once, and do not suspend themselves', async () => {
      const store = await openStore()
      const { grace } = await adaAndGrace(store)
      const people = new PlatformPeople({ store })
      const root = await addPerson(store, 'root', 'admin')
      const demote = (person: TestPerson) =>
        people.update({ person: person.userId, change: { platformRole: 'member' }, actorId: undefined })

      const outcomes = await Promise.allSettled([demote(grace), demote(root)])
      const suspendSelf = people.update({
        ...{ person: grace.userId, change: { suspended: true }, actorId: grace.userId },
      })

      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
      await expect(suspendSelf).rejects.toMatchObject({ code: 'suspended_self' })
    })

    test('find people by name or address, whatever characters are in it', async () => {
      const store = await openStore()
      await adaAndGrace(store)
      await addPerson(store, '100%_sure')
      const people = new PlatformPeople({ store })
      const found = async (search: string) =>
        (await people.list({ search })).items.map(({ user }) => user.name).sort()

      expect(await found('ADA')).toEqual(['ada', 'grace-ada'])
      expect(await found('%')).toEqual(['100%_sure'])
      expect(await found('_')).toEqual(['100%_sure'])
      expect((await people.list({ limit: 1 })).total).toBe(3)
    })
  })
})

test('not a byte of the person is left in the database file', async () => {
  const file = join(temporaryFolder().path, 'seaworthy.db')
  const store = await openDatabase({ file, log: silentLogger })
  onTestFinished(() => store.close())
  const ada = await addPerson(store, 'ada.lovelace')
  const root = await addPerson(store, 'root', 'admin')
  const teamId = await addTeam(store, 'sales', [
    [ada, 'owner'],
    [root, 'owner'],
  ])
  for (let index = 0; index < 20; index++)
    await leaveTraces(store, await addPerson(store, `p${index}`), teamId)
  await leaveTraces(store, ada, teamId)
  const { removal, worker, jobs, finished } = removing(store)
  worker.start()

  const { code } = await removal.request(requestFor(ada))
  await finished(code)
  await waitFor(async () => (await jobs.list({ kind: DELETION_JOB, state: 'succeeded' })).total === 1, SLOW)

  const bytes = readFileSync(file, 'latin1') + readIfThere(`${file}-wal`)
  const times = (text: string) => bytes.split(text).length - 1
  expect(times('p7@example.org')).toBeGreaterThan(0)
  expect([times(ada.email), times(ada.userId)]).toEqual([0, 0])
})

function readIfThere(file: string): string {
  return existsSync(file) ? readFileSync(file, 'latin1') : ''
}
