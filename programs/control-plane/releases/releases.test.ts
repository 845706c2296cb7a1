import { expect, test } from 'vitest'
import { Apps } from '../apps/apps.ts'
import { Builds } from '../builds/builds.ts'
import { forEachStore } from '../store/for-each-store.ts'
import { settingsOf } from './release-settings.ts'
import { type NewRelease, Releases } from './releases.ts'

const manifest = {
  processes: {},
  build: { before: [], after: [] },
  health: { intervalSeconds: 5, timeoutSeconds: 2 },
  resources: { memoryMb: 256 },
  idle: {},
  cron: [],
  headers: { 'x-frame-options': 'DENY' },
  limits: {},
  deploy: { startTimeoutSeconds: 60, drainSeconds: 10, stopGraceSeconds: 10 },
}
const settings = settingsOf({
  processes: { web: 'node .' },
  runtime: { kind: 'node', version: '26.9.0' },
  manifest,
})

await forEachStore(({ openStore }) => {
  async function open() {
    const store = await openStore()
    const apps = new Apps({ store })
    const app = await apps.create({ slug: 'shop' })
    const releases = new Releases({ store })
    const create = (more: Partial<NewRelease> = {}) =>
      releases.create({
        appId: app.id,
        artifactDigest: 'sha256:a',
        buildId: 'bld_1',
        envVersion: 0,
        settings,
        reason: 'deploy',
        createdBy: 'ada',
        ...more,
      })
    return { store, apps, app, releases, create }
  }

  test('a release keeps what it was made of', async () => {
    const { releases, create, app } = await open()

    const release = await create({ reason: 'rollback', rollbackOf: 1 })

    expect(release).toMatchObject({
      version: 1,
      artifact_digest: 'sha256:a',
      reason: 'rollback',
      rollback_of: 1,
      created_by: 'ada',
    })
    expect(JSON.parse(release.settings_json)).toEqual({
      processes: { web: 'node .' },
      runtime: { kind: 'node', version: '26.9.0' },
      build: manifest.build,
      health: manifest.health,
      resources: { memoryMb: 256 },
      idle: {},
      deploy: manifest.deploy,
      headers: { 'x-frame-options': 'DENY' },
      limits: {},
    })
    expect(await releases.get(app.id, 1)).toEqual(release)
    expect(await releases.getById(release.id)).toEqual(release)
    expect(await releases.get(app.id, 2)).toBeUndefined()
  })

  test('versions have no gaps, also when many are made at once and some are not', async () => {
    const { releases, create, app, store } = await open()
    const fail = () =>
      store.transaction(async trx => {
        await releases.create(
          {
            appId: app.id,
            artifactDigest: 'sha256:b',
            buildId: 'bld_1',
            envVersion: 0,
            settings,
            reason: 'deploy',
            createdBy: 'ada',
          },
          trx,
        )
        throw new Error('changed my mind')
      })

    await Promise.allSettled(Array.from({ length: 30 }, (_, index) => (index % 3 === 0 ? fail() : create())))

    const { items, total } = await releases.list(app.id, { limit: 100, order: 'asc' })
    expect(total).toBe(20)
    expect(items.map(({ version }) => version)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1))
  })

  test('the release before the one that serves is found', async () => {
    const { releases, create, app, apps } = await open()
    const first = await create()
    const second = await create()
    await create()
    expect(await releases.previous(app.id)).toBeUndefined()

    await apps.setCurrentRelease(app.id, second.id)
    expect(await releases.previous(app.id)).toEqual(first)

    await apps.setCurrentRelease(app.id, first.id)
    expect(await releases.previous(app.id)).toBeUndefined()
  })

  test('the artifacts of all releases and of fresh builds are referenced, each once', async () => {
    const { releases, create, app, store } = await open()
    const builds = new Builds({ store })
    await create()
    await create()
    await create({ artifactDigest: 'sha256:b' })
    const fresh = await builds.create({ appId: app.id, sourceId: 'src_1' })
    await builds.start(fresh.id)
    await builds.succeed(fresh.id, { artifactDigest: 'sha256:c', result: {} })

    expect((await releases.referencedArtifactDigests()).toSorted()).toEqual([
      'sha256:a',
      'sha256:b',
      'sha256:c',
    ])

    const later = new Releases({ store, clock: { now: () => Date.now() + 2 * 86_400_000 } })
    expect((await later.referencedArtifactDigests()).toSorted()).toEqual(['sha256:a', 'sha256:b'])
  })
})
