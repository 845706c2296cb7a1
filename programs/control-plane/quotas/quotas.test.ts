import { silentLogger } from '@seaworthy/kit'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Apps } from '../apps/apps.ts'
import { Builds } from '../builds/builds.ts'
import { DeploymentRecords } from '../deployments/deployment-records.ts'
import type { ReleaseSettings } from '../releases/release-settings.ts'
import { Releases } from '../releases/releases.ts'
import { SourceRecords } from '../sources/source-records.ts'
import type { Store } from '../store/database.ts'
import { forEachStore } from '../store/for-each-store.ts'
import { newId } from '../store/ids.ts'
import { DEFAULT_TEAM } from '../store/migrations/0002-accounts.ts'
import type { AppRow } from '../store/schema.ts'
import { ApiRequestMeter } from './api-request-meter.ts'
import { parseLimits, UNLIMITED } from './quota-limits.ts'
import { RUNNING } from './quota-usage.ts'
import { Quotas } from './quotas.ts'

const TEAM = { kind: 'team' as const, id: DEFAULT_TEAM.id }
const ADA = { kind: 'user' as const, id: 'user_ada' }
const MB = 1_048_576

await forEachStore(({ openStore }) => {
  async function open({ team = '', user = '' } = {}) {
    const store = await openStore()
    let now = Date.UTC(2026, 10, 21, 23, 59)
    const clock = { now: () => now }
    const defaults = { team: parseLimits(team), user: parseLimits(user) }
    const meter = new ApiRequestMeter({ store, defaults, log: silentLogger, clock, believeMs: 0 })
    onTestFinished(() => meter.close())
    const quotas = new Quotas({ store, defaults, meter, clock })
    const apps = new Apps({ store })
    const create = (slug: string, madeBy: string | null = null) =>
      quotas.hold({ team_id: TEAM.id, made_by: madeBy }, ['apps'], trx => apps.create({ slug, madeBy }, trx))
    const used = async (subject: typeof TEAM | typeof ADA, name: string) =>
      (await quotas.describe(subject)).find(quota => quota.name === name)!.used
    const setTime = (time: number) => {
      now = time
    }
    return { store, quotas, meter, apps, create, used, setTime }
  }

  describe('apps', () => {
    test('of many created at once, exactly as many are made as the quota has left', async () => {
      const { create, apps, used } = await open({ team: 'apps=3' })

      const results = await Promise.allSettled(
        Array.from({ length: 12 }, (_, index) => create(`shop-${index}`)),
      )

      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
      expect((await apps.list()).total).toBe(3)
      expect(await used(TEAM, 'apps')).toBe(3)
      const [refused] = results.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[]
      expect(refused!.reason).toMatchObject({
        code: 'quota_exceeded',
        status: 403,
        message: expect.stringContaining('The quota apps of team default is 3, and 3 are used.'),
        members: { quota: 'apps', subject: 'team default', limit: 3, usage: 3 },
      })
    })

    test('count for the person who made them, too', async () => {
      const { create, used } = await open({ user: 'apps=1' })
      await create('mine', ADA.id)

      await expect(create('more', ADA.id)).rejects.toMatchObject({ members: { usage: 1, limit: 1 } })
      await create('of-somebody-else', 'user_eve')

      expect(await used(ADA, 'apps')).toBe(1)
      expect(await used(TEAM, 'apps')).toBe(2)
    })

    test('in the trash do not count, and come back only where there is room', async () => {
      const { create, apps, quotas } = await open({ team: 'apps=1' })
      const first = await create('first')
      await apps.moveToTrash(first.id)
      await create('second')

      const restored = quotas.hold(first, ['apps'], trx => apps.restore(first.id, trx))

      await expect(restored).rejects.toMatchObject({ code: 'quota_exceeded' })
      expect((await apps.getById(first.id))!.deleted_at).not.toBeNull()
    })

    test('an administrator sets a limit, lifts it, and gives the default back', async () => {
      const { create, quotas } = await open({ team: 'apps=1' })
      const limit = async () => (await quotas.describe(TEAM)).find(({ name }) => name === 'apps')
      await create('first')
      expect(await limit()).toEqual({ name: 'apps', limit: 1, used: 1, source: 'default' })

      await quotas.set(TEAM, { apps: 2 })
      await create('second')
      expect(await limit()).toEqual({ name: 'apps', limit: 2, used: 2, source: 'set' })
      await expect(create('third')).rejects.toMatchObject({ code: 'quota_exceeded' })
      await quotas.set(TEAM, { apps: null })
      await create('third')
      expect(await limit()).toMatchObject({ limit: null, source: 'set' })
      await quotas.set(TEAM, { apps: 'default' })
      expect(await limit()).toEqual({ name: 'apps', limit: 1, used: 3, source: 'default' })
    })
  })

  describe('what runs', () => {
    const scale = ({ quotas, apps }: Awaited<ReturnType<typeof open>>, app: AppRow, web: number) =>
      quotas.hold(app, RUNNING, trx => apps.update(app.id, { scale_json: JSON.stringify({ web }) }, trx))

    test('counts by what each app asks for, asleep or awake', async () => {
      const platform = await open()
      const { create, apps, used } = platform
      const shop = await release(platform, await create('shop'), { web: 'x', worker: 'y', release: 'z' })
      const blog = await release(platform, await create('blog'), { web: 'x' }, { memoryMb: 64, cpus: 0.1 })
      await create('nothing-deployed-yet')
      await scale(platform, blog, 3)
      await apps.setState(shop.id, 'asleep')

      expect(await used(TEAM, 'instances')).toBe(5)
      expect(await used(TEAM, 'memoryMb')).toBe(2 * 512 + 3 * 64)
      expect(await used(TEAM, 'cpus')).toBe(2.3)
    })

    test('is scaled no further than the quota, by however many at once', async () => {
      const platform = await open({ team: 'instances=6' })
      const names = ['one', 'two', 'three', 'four']
      const all = []
      for (const name of names) all.push(await release(platform, await platform.create(name), { web: 'x' }))

      const results = await Promise.allSettled(all.map(app => scale(platform, app, 3)))

      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      expect(await platform.used(TEAM, 'instances')).toBe(6)
    })

    test('may always become less, also where the limit was lowered below it', async () => {
      const platform = await open()
      const shop = await release(platform, await platform.create('shop'), { web: 'x' })
      await scale(platform, shop, 5)
      await platform.quotas.set(TEAM, { instances: 2 })

      await scale(platform, shop, 4)
      await expect(scale(platform, shop, 5)).rejects.toMatchObject({ members: { usage: 4, limit: 2 } })

      expect(await platform.used(TEAM, 'instances')).toBe(4)
    })

    test('counts a release from the moment its deployment starts, and the larger of two while one takes over', async () => {
      const platform = await open({ team: 'memoryMb=1000' })
      const shop = await release(platform, await platform.create('shop'), { web: 'x' }, { memoryMb: 300 })
      const blog = await platform.create('blog')
      const larger = await deploymentOf(platform, shop, { web: 'x' }, { memoryMb: 700 })
      const other = await deploymentOf(platform, blog, { web: 'x' }, { memoryMb: 400 })
      const records = new DeploymentRecords({ store: platform.store })
      const begin = (app: AppRow, id: string) =>
        platform.quotas.hold(app, RUNNING, trx => records.move(id, 'starting', {}, trx))

      const results = await Promise.allSettled([begin(shop, larger.id), begin(blog, other.id)])

      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      const states = [(await records.get(larger.id)).state, (await records.get(other.id)).state]
      expect(states.toSorted()).toEqual(['queued', 'starting'])
      expect(await platform.used(TEAM, 'memoryMb')).toBe(700)
    })

    test('an app that does not say how much it needs gets what it counts as, where that is limited', async () => {
      const { create, quotas } = await open()
      const app = await create('shop')
      expect(await quotas.instanceDefaults(app)).toEqual({})
      await quotas.set(TEAM, { memoryMb: 4096 })
      expect(await quotas.instanceDefaults(app)).toEqual({ memoryMb: 512 })
    })
  })

  describe('disk', () => {
    test('counts each artifact once and the newest source of each app', async () => {
      const platform = await open({ team: 'diskMb=10' })
      const { store, quotas, used } = platform
      const app = await platform.create('shop')
      await addSource(store, app, 2 * MB)
      await addSource(store, app, 3 * MB)
      await addArtifact(store, app, 'sha256:one', 4 * MB)
      await addArtifact(store, app, 'sha256:one', 4 * MB)

      expect(await used(TEAM, 'diskMb')).toBe(7)
      await quotas.requireRoom(app, ['diskMb'])
      await expect(
        quotas.hold(app, ['diskMb'], trx => addArtifact(trx, app, 'sha256:two', 4 * MB)),
      ).rejects.toMatchObject({ members: { quota: 'diskMb', limit: 10, usage: 7 } })
      expect(await used(TEAM, 'diskMb')).toBe(7)
      await addArtifact(store, app, 'sha256:three', 3 * MB)
      await expect(quotas.requireRoom(app, ['diskMb'])).rejects.toMatchObject({
        ...{ code: 'quota_exceeded', status: 507 },
      })
    })

    test('counts the volumes of its own apps, as they were last measured', async () => {
      const { store, create, used, quotas } = await open({ team: 'diskMb=10' })
      const app = await create('shop')
      const sample = (at: number, mb: number) => ({
        ...{ id: `dsk_${at}`, at, total_bytes: 1, free_bytes: 1, level: 0, reclaim_json: '[]' },
        entries_json: JSON.stringify([
          { kind: 'volume', appId: app.id, bytes: mb * MB },
          { kind: 'log', appId: app.id, bytes: 50 * MB },
          { kind: 'volume', appId: 'app_of_others', bytes: 70 * MB },
          { kind: 'volume', appId: null, bytes: 90 * MB },
        ]),
      })
      for (const row of [sample(2, 12), sample(1, 3)])
        await store.db.insertInto('disk_samples').values(row).execute()

      expect(await used(TEAM, 'diskMb')).toBe(12)
      await expect(quotas.requireRoom(app, ['diskMb'])).rejects.toMatchObject({ code: 'quota_exceeded' })
    })
  })

  describe('what is counted by day', () => {
    test('of many at once, exactly as many pass as the day has left; what fails is not counted', async () => {
      const { quotas, used } = await open({ team: 'buildsPerDay=3' })
      const spend = (work: () => Promise<unknown>) =>
        quotas.spend(
          { app: { team_id: TEAM.id }, userId: ADA.id },
          ['buildsPerDay', 'deploymentsPerDay'],
          work,
        )
      await expect(spend(() => Promise.reject(new Error('bad archive')))).rejects.toThrow('bad archive')

      const results = await Promise.allSettled(Array.from({ length: 10 }, () => spend(async () => 'built')))

      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
      for (const subject of [TEAM, ADA]) {
        expect(await used(subject, 'buildsPerDay')).toBe(3)
        expect(await used(subject, 'deploymentsPerDay')).toBe(3)
      }
      const [refused] = results.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[]
      expect(refused!.reason.message).toContain('buildsPerDay of team default is 3, and 3 are used today.')
    })

    test('begins anew at midnight UTC, and old days are forgotten', async () => {
      const { quotas, used, store, setTime } = await open({ user: 'deploymentsPerDay=1' })
      const spend = () =>
        quotas.spend({ app: { team_id: TEAM.id }, userId: ADA.id }, ['deploymentsPerDay'], async () => 1)
      await spend()
      await expect(spend()).rejects.toMatchObject({ code: 'quota_exceeded' })

      setTime(Date.UTC(2026, 10, 22))
      await spend()

      expect(await used(ADA, 'deploymentsPerDay')).toBe(1)
      setTime(Date.UTC(2027, 10, 22))
      await quotas.sweep()
      expect(await store.db.selectFrom('usage_days').selectAll().execute()).toEqual([])
    })

    test('the machine itself counts for the team alone', async () => {
      const { quotas, used } = await open()
      await quotas.spend({ app: { team_id: TEAM.id }, userId: undefined }, ['buildsPerDay'], async () => 1)

      expect(await used(TEAM, 'buildsPerDay')).toBe(1)
    })
  })

  describe('API requests', () => {
    test('of many at once, exactly as many pass as the day has left', async () => {
      const { meter, used } = await open({ user: 'apiRequestsPerDay=20' })

      const results = await Promise.allSettled(Array.from({ length: 50 }, () => meter.count([TEAM, ADA])))

      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(20)
      expect(await used(ADA, 'apiRequestsPerDay')).toBe(20)
      expect(await used(TEAM, 'apiRequestsPerDay')).toBe(20)
    })

    test('are written together, and seen by another control plane', async () => {
      const { meter, store } = await open()
      await meter.count([ADA])
      await meter.count([ADA])
      expect(await store.db.selectFrom('usage_days').selectAll().execute()).toEqual([])

      await meter.close()

      const other = new ApiRequestMeter({
        store,
        defaults: { team: UNLIMITED, user: { ...UNLIMITED, apiRequestsPerDay: 3 } },
        log: silentLogger,
        clock: { now: () => Date.UTC(2026, 10, 21) },
      })
      onTestFinished(() => other.close())
      expect(await other.usedToday(ADA)).toBe(2)
      await other.count([ADA])
      await expect(other.count([ADA])).rejects.toMatchObject({ members: { limit: 3, usage: 3 } })
    })

    test('a limit that is set counts at once, and a new day begins at zero', async () => {
      const { meter, quotas, used, setTime } = await open()
      await meter.count([ADA])
      await quotas.set(ADA, { apiRequestsPerDay: 1 })

      await expect(meter.count([ADA])).rejects.toMatchObject({ code: 'quota_exceeded' })
      setTime(Date.UTC(2026, 10, 22, 0, 1))
      await meter.count([ADA])

      expect(await used(ADA, 'apiRequestsPerDay')).toBe(1)
    })
  })
})

type Platform = { store: Store; apps: Apps }

function settings(processes: Record<string, string>, resources: object) {
  return { processes, resources } as unknown as ReleaseSettings
}

async function addRelease({ store }: Platform, app: AppRow, made: ReleaseSettings) {
  const source = await addSource(store, app, 1)
  const build = await new Builds({ store }).create({ appId: app.id, sourceId: source.id })
  const common = { artifactDigest: 'sha256:a', buildId: build.id, envVersion: 0, createdBy: 'test' }
  return new Releases({ store }).create({ appId: app.id, settings: made, reason: 'deploy', ...common })
}

/** Gives the app a release that serves. */
async function release(
  platform: Platform,
  app: AppRow,
  processes: Record<string, string>,
  resources: object = {},
): Promise<AppRow> {
  const { id } = await addRelease(platform, app, settings(processes, resources))
  return platform.apps.setCurrentRelease(app.id, id)
}

async function deploymentOf(
  platform: Platform,
  app: AppRow,
  processes: Record<string, string>,
  resources: object,
) {
  const { id } = await addRelease(platform, app, settings(processes, resources))
  const records = new DeploymentRecords({ store: platform.store })
  const fields = { reason: 'deploy' as const, build_id: null, scheduled_at: null, created_by: 'test' }
  return platform.store.transaction(trx =>
    records.create({ ...fields, app_id: app.id, release_id: id } as never, trx),
  )
}

let sourceNumber = 0

function addSource(store: Store, app: AppRow, sizeBytes: number) {
  const digest = `sha256:source-${++sourceNumber}`
  return new SourceRecords({ store }).create({
    appId: app.id,
    kind: 'archive',
    origin: {},
    digest,
    sizeBytes,
    entries: 1,
  })
}

async function addArtifact(
  db: Store | Parameters<Parameters<Store['transaction']>[0]>[0],
  app: AppRow,
  digest: string,
  size: number,
) {
  const query = 'db' in db ? db.db : db
  const source = { id: newId('src'), app_id: app.id, digest, kind: 'archive' as const, origin_json: '{}' }
  await query
    .insertInto('sources')
    .values({ ...source, size_bytes: 0, entries: 1, created_at: 0 })
    .execute()
  await query
    .insertInto('artifacts')
    .values({ digest, kind: 'tree', size_bytes: size, created_at: 0 })
    .onConflict(conflict => conflict.column('digest').doNothing())
    .execute()
  const number = ++sourceNumber
  const build = { id: newId('bld'), app_id: app.id, number, source_id: source.id, artifact_digest: digest }
  await query
    .insertInto('builds')
    .values({
      ...build,
      state: 'succeeded',
      result_json: null,
      steps_json: '[]',
      error_code: null,
      error_message: null,
      created_at: 0,
      started_at: 0,
      finished_at: 0,
    })
    .execute()
}

test.each([
  ['', UNLIMITED],
  ['apps=10, memoryMb = 4096', { ...UNLIMITED, apps: 10, memoryMb: 4096 }],
  ['apps=none', UNLIMITED],
])('reads limits as settings write them: %j', (text, expected) => {
  expect(parseLimits(text)).toEqual(expected)
})

test.each(['apps', 'apps=', 'apps=-1', 'apps=1.5', 'apps=1=2', 'houses=3', 'apps=many'])(
  'refuses limits that are none: %j',
  text => {
    expect(() => parseLimits(text)).toThrow(/quota|whole number/)
  },
)
