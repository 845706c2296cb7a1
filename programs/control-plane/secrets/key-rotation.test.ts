import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type KeyRing, loadKeyFile, sealedTextsIn, silentLogger } from '@seaworthy/kit'
import { temporaryFolder, waitFor } from '@seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'
import { secondFactorBinding } from '../accounts/second-factors.ts'
import { addPerson } from '../accounts/test-people.ts'
import { Apps } from '../apps/apps.ts'
import { readHead, writeHead } from '../audit/audit-head.ts'
import {
  openPlantedDomain,
  PLANTED_DOMAIN,
  plantDomain,
  SEALED_BY_DOMAIN,
} from '../domains/test-sealed-domain.ts'
import { EnvVars } from '../env/env-vars.ts'
import { SharedEnv } from '../env/shared-env.ts'
import { Registries } from '../images/registries.ts'
import { createJobLedger } from '../jobs/job-ledger.ts'
import { createJobWorker } from '../jobs/job-worker.ts'
import { mailBinding } from '../mail/mailer.ts'
import { openGitOrigin, sealGitOrigin } from '../sources/git-origin.ts'
import { openDatabase, type Store } from '../store/database.ts'
import { forEachStore } from '../store/for-each-store.ts'
import type { RotationProcessOptions } from './fixtures/rotation-process.ts'
import { KeyRotation, ROTATION_JOB } from './key-rotation.ts'
import { openKeyRing } from './open-key-ring.ts'
import { countSeals } from './reseal-place.ts'
import { sealedPlaces } from './sealed-places.ts'
import { findSealedTexts } from './sealed-search.ts'
import { openSessionSecret } from './session-secret.ts'

const ROTATION = fileURLToPath(new URL('fixtures/rotation-process.ts', import.meta.url))
const GIT_URL = 'https://bot:git-token-1@example.com/shop.git'
const REGISTRY = 'registry.example.com'
const SIGN_IN = { username: 'bot', password: 'a registry password' }

await forEachStore(({ createDatabase }) => {
  async function open() {
    const database = await createDatabase()
    const store = await openDatabase({ ...database, log: silentLogger })
    onTestFinished(() => store.close())
    const folder = temporaryFolder().path
    const path = join(folder, 'keys', 'master.json')
    const keyRing = await openKeyRing({ store, path })
    const jobs = createJobLedger({ store, log: silentLogger })
    const rotation = new KeyRotation({ store, keyRing, path, jobs, settleMs: 0, log: silentLogger })
    return { database, folder, path, store, keyRing, jobs, rotation }
  }
  type Opened = Awaited<ReturnType<typeof open>>

  /** Something sealed in each place. */
  async function plant({ store, keyRing, path, jobs }: Opened) {
    const apps = new Apps({ store })
    const app = await apps.create({ slug: 'shop' })
    const envVars = new EnvVars({ store, keyRing })
    const lookalike = `v1.${keyRing.primary}.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA`
    const set = { TOKEN: { value: 'token-1', secret: true }, PLAIN: { value: lookalike } }
    await envVars.change(app, { set }, 'ada')
    for (let n = 2; n <= 20; n++)
      await envVars.change(app, { set: { TOKEN: { value: `token-${n}` } } }, 'ada')
    const shared = new SharedEnv({ store, keyRing })
    const owner = { teamId: app.team_id, environment: 'production' }
    await shared.change(owner, { set: { SHARED: { value: 'shared-1', secret: true } } }, 'ada')
    const git = sealGitOrigin({ url: GIT_URL }, keyRing, app.id)
    await apps.update(app.id, { origin_json: JSON.stringify({ kind: 'git', ...git }) })
    await jobs.enqueue({ kind: 'deploy', payload: { deploymentId: 'dep_1', git }, queueKey: `app:${app.id}` })
    await jobs.enqueue({
      kind: 'mail',
      payload: { id: 'mail_1', sealed: keyRing.seal('a mail', mailBinding('mail_1')) },
    })
    await plantSecondFactor(store, keyRing)
    await plantDomain(store, keyRing, app.id)
    await new Registries({ store, keyRing }).set(app.team_id, REGISTRY, SIGN_IN)
    await writeHead(store.db, keyRing, { head: { count: 7, hash: 'abc' }, now: 1 })
    const sessionSecret = await openSessionSecret({ store, keyRing, path })
    return { app, sessionSecret, lookalike }
  }

  /** Opens everything that `plant` sealed, with what is in the key file now. */
  async function openAll(store: Store, path: string, { app }: Awaited<ReturnType<typeof plant>>) {
    const keyRing = await openKeyRing({ store, path })
    const envVars = new EnvVars({ store, keyRing })
    const row = (await new Apps({ store }).getById(app.id))!
    const payloads = await store.db.selectFrom('jobs').select(['kind', 'payload_json']).execute()
    const payloadOf = (kind: string) => JSON.parse(payloads.find(job => job.kind === kind)!.payload_json)
    const factor = await store.db.selectFrom('twoFactor').selectAll().executeTakeFirstOrThrow()
    const envs = Array.from({ length: 20 }, (_, index) =>
      envVars.resolve(row, { version: index + 1, shared: null }),
    )
    return {
      tokens: (await Promise.all(envs)).map(({ env }) => env.TOKEN),
      now: (await envVars.resolve(row, await envVars.current(row))).env,
      origin: openGitOrigin(JSON.parse(row.origin_json!), keyRing, row.id).url,
      deploy: openGitOrigin(payloadOf('deploy').git, keyRing, row.id).url,
      mail: keyRing.open(payloadOf('mail').sealed, mailBinding('mail_1')),
      factor: keyRing.open(JSON.parse(factor.secret), secondFactorBinding(factor.userId)),
      domain: await openPlantedDomain(store, keyRing),
      registry: await new Registries({ store, keyRing }).authFor(app.id, REGISTRY),
      audit: await readHead(store.db, keyRing),
      sessionSecret: await openSessionSecret({ store, keyRing, path }),
    }
  }

  function expected({ sessionSecret, lookalike }: Awaited<ReturnType<typeof plant>>) {
    return {
      tokens: Array.from({ length: 20 }, (_, index) => `token-${index + 1}`),
      now: { TOKEN: 'token-20', PLAIN: lookalike, SHARED: 'shared-1' },
      origin: GIT_URL,
      deploy: GIT_URL,
      mail: 'a mail',
      factor: 'a second factor',
      domain: PLANTED_DOMAIN,
      registry: SIGN_IN,
      audit: { state: 'kept', head: { count: 7, hash: 'abc' } },
      sessionSecret,
    }
  }

  function work({ jobs, rotation }: Opened): void {
    const handlers = { [ROTATION_JOB]: (job: Parameters<KeyRotation['handle']>[0]) => rotation.handle(job) }
    const worker = createJobWorker({ ledger: jobs, log: silentLogger, pollMs: 20, handlers })
    onTestFinished(() => worker.stop())
    worker.start()
  }

  test('everything is sealed by a new key, the old one is gone, and each secret opens as before', async () => {
    const opened = await open()
    const planted = await plant(opened)
    const old = opened.keyRing.primary
    expect(await opened.rotation.keys()).toEqual([{ id: old, primary: true, sealed: 28 + SEALED_BY_DOMAIN }])
    work(opened)

    const job = await opened.rotation.request()
    await waitFor(async () => (await opened.jobs.get(job.id))?.state === 'succeeded', { timeoutMs: 20_000 })

    const { keys, primary } = (await loadKeyFile(opened.path))!
    expect(primary).not.toBe(old)
    expect(opened.keyRing.primary).toBe(primary)
    expect(await openAll(opened.store, opened.path, planted)).toEqual(expected(planted))
    // The plain value that only looks sealed keeps the old key in the file: a key is never dropped in doubt.
    expect(keys.map(({ id }) => id)).toEqual([primary, old])
    expect(await opened.rotation.keys()).toEqual([
      { id: primary, primary: true, sealed: 28 + SEALED_BY_DOMAIN },
      { id: old, primary: false, sealed: 0 },
    ])
  })

  test('without anything left under it the old key leaves the file', async () => {
    const opened = await open()
    const planted = await plant(opened)
    const old = opened.keyRing.primary
    const envVars = new EnvVars(opened)
    await envVars.change(planted.app, { set: { MORE: { value: 'more', secret: true } } }, 'ada')
    await opened.store.db
      .updateTable('env_versions')
      .set(eb => ({
        document_json: eb.fn<string>('replace', [
          'document_json',
          eb.val(planted.lookalike),
          eb.val('nothing special'),
        ]),
      }))
      .execute()
    work(opened)

    const job = await opened.rotation.request()
    await waitFor(async () => (await opened.jobs.get(job.id))?.state === 'succeeded', { timeoutMs: 20_000 })

    expect((await loadKeyFile(opened.path))!.keys.map(({ id }) => id)).toEqual([opened.keyRing.primary])
    expect(await findSealedTexts(opened.store, old)).toEqual([])
    expect(statSync(opened.path).mode & 0o777).toBe(0o600)
    expect((await openAll(opened.store, opened.path, planted)).now.MORE).toBe('more')
  })

  test('killed in the middle, it goes on in the next process and no secret is lost', async () => {
    const opened = await open()
    const planted = await plant(opened)
    const journal = join(opened.folder, 'journal')
    const job = await opened.rotation.request()
    const options = { database: opened.database, path: opened.path, journal }

    const first = startRotation({ ...options, rowMs: 20 })
    await waitFor(() => lines(journal) >= 5, { timeoutMs: 30_000, what: 'the rotation to be in the middle' })
    first.kill('SIGKILL')
    await once(first, 'exit')
    expect((await loadKeyFile(opened.path))!.keys).toHaveLength(2)
    expect(await openAll(opened.store, opened.path, planted)).toEqual(expected(planted))

    startRotation({ ...options, rowMs: 0 })
    await waitFor(async () => (await opened.jobs.get(job.id))?.state === 'succeeded', { timeoutMs: 30_000 })

    const { keys, primary } = (await loadKeyFile(opened.path))!
    expect(keys).toHaveLength(2) // not three: the second process went on with the first one's key
    expect(await openAll(opened.store, opened.path, planted)).toEqual(expected(planted))
    const rows = await opened.store.db.selectFrom('env_versions').selectAll().execute()
    const sealed = rows.map(row => JSON.parse(row.document_json).TOKEN.value as string)
    expect(new Set(sealed.flatMap(text => sealedTextsIn(text).map(({ keyId }) => keyId)))).toEqual(
      new Set([primary]),
    )
  })

  test('a damaged secret stays as it is, keeps its key, and holds up nothing else', async () => {
    const opened = await open()
    const { app } = await plant(opened)
    const old = opened.keyRing.primary
    const damaged = JSON.stringify({
      TOKEN: { secret: true, value: `v1.${old}.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAA` },
    })
    await opened.store.db
      .updateTable('env_versions')
      .set({ document_json: damaged })
      .where('version', '=', 1)
      .execute()
    work(opened)

    const job = await opened.rotation.request()
    await waitFor(async () => (await opened.jobs.get(job.id))?.state === 'succeeded', { timeoutMs: 20_000 })

    const envVars = new EnvVars(opened)
    expect((await envVars.resolve(app, { version: 2, shared: null })).env.TOKEN).toBe('token-2')
    expect((await loadKeyFile(opened.path))!.keys.map(({ id }) => id)).toContain(old)
    expect(await opened.rotation.keys()).toContainEqual({ id: old, primary: false, sealed: 1 })
  })

  test('two requests at once are one rotation', async () => {
    const { rotation } = await open()

    const [one, other] = [await rotation.request(), await rotation.request()]

    expect(other.id).toBe(one.id)
    expect((await rotation.last())?.id).toBe(one.id)
  })

  test('every sealed text of the database is in a place that the rotation knows, and every place was tried', async () => {
    const opened = await open()
    await plant(opened)

    const found = (await findSealedTexts(opened.store)).map(({ table, column }) => `${table}.${column}`)

    const places = new Set(sealedPlaces.map(({ table, column }) => `${table}.${column}`))
    expect(new Set(found)).toEqual(places)
    for (const place of sealedPlaces) {
      const count = await countSeals(opened.store.db, place)
      expect(count.get(opened.keyRing.primary), place.name).toBeGreaterThan(0)
    }
  })

  test('each place names a table and columns that there are', async () => {
    const { store } = await open()
    const tables = new Map((await store.db.introspection.getTables()).map(table => [table.name, table]))

    for (const { table, id, column, facts } of sealedPlaces) {
      const names = tables.get(table)?.columns.map(({ name }) => name)
      expect(names, table).toEqual(expect.arrayContaining([id, column, ...facts]))
    }
  })
})

async function plantSecondFactor(store: Store, keyRing: KeyRing): Promise<void> {
  const userId = await addPerson(store)
  const secret = JSON.stringify(keyRing.seal('a second factor', secondFactorBinding(userId)))
  const counts = { failedVerificationCount: null, lockedUntil: null, lastStep: null }
  await store.db
    .insertInto('twoFactor')
    .values({ id: '2fa_1', userId, secret, backupCodes: '[]', verified: null, ...counts })
    .execute()
}

function lines(path: string): number {
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0
}

function startRotation(options: RotationProcessOptions) {
  const child = spawn(process.execPath, [ROTATION, JSON.stringify(options)], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  })
  return child
}
