import { expect, test } from 'vitest'
import { Apps } from '../apps/apps.ts'
import { forEachStore } from '../store/for-each-store.ts'
import { Builds } from './builds.ts'

await forEachStore(({ openStore }) => {
  async function open() {
    const store = await openStore()
    const app = await new Apps({ store }).create({ slug: 'shop' })
    return { store, app, builds: new Builds({ store }) }
  }

  test('a build goes from queued over running to succeeded', async () => {
    const { builds, app } = await open()
    const { id } = await builds.create({ appId: app.id, sourceId: 'src_1' })

    const started = await builds.start(id)
    await builds.recordSteps(id, [{ name: 'install', state: 'cached', startedAt: 1, finishedAt: 2 }])
    const ended = await builds.succeed(id, {
      artifactDigest: 'sha256:a',
      result: { processes: { web: 'node .' } },
    })

    expect(started).toMatchObject({
      state: 'running',
      number: 1,
      started_at: expect.any(Number),
      finished_at: null,
    })
    expect(ended).toMatchObject({
      state: 'succeeded',
      artifact_digest: 'sha256:a',
      finished_at: expect.any(Number),
    })
    expect(JSON.parse(ended.result_json!)).toEqual({ processes: { web: 'node .' } })
    expect(JSON.parse(ended.steps_json)).toMatchObject([{ name: 'install', state: 'cached' }])
    expect(await builds.getByNumber(app.id, 1)).toEqual(ended)
  })

  test('a build that was cut off runs again from its first step', async () => {
    const { builds, app } = await open()
    const { id } = await builds.create({ appId: app.id, sourceId: 'src_1' })
    await builds.start(id)
    await builds.recordSteps(id, [{ name: 'install', state: 'running', startedAt: 1, finishedAt: null }])

    expect(await builds.start(id)).toMatchObject({ state: 'running', steps_json: '[]' })
  })

  test('a build that has ended cannot end otherwise, and ending twice alike is no error', async () => {
    const { builds, app } = await open()
    const { id } = await builds.create({ appId: app.id, sourceId: 'src_1' })
    await builds.start(id)
    const failed = await builds.fail(id, { code: 'build_failed', message: 'npm ci ended with code 1' })

    expect(failed).toMatchObject({ state: 'failed', error_code: 'build_failed' })
    expect(await builds.fail(id, { code: 'other', message: 'other' })).toEqual(failed)
    await expect(builds.succeed(id, { artifactDigest: 'sha256:a', result: {} })).rejects.toMatchObject({
      code: 'build_state_conflict',
      status: 409,
    })
    await expect(builds.start(id)).rejects.toMatchObject({ code: 'build_state_conflict' })
    await expect(builds.start('bld_none')).rejects.toMatchObject({ code: 'build_not_found', status: 404 })
  })

  test('a queued build is cancelled, one that runs is left alone', async () => {
    const { builds, app } = await open()
    const queued = await builds.create({ appId: app.id, sourceId: 'src_1' })
    const running = await builds.create({ appId: app.id, sourceId: 'src_1' })
    await builds.start(running.id)

    await builds.cancelQueued(queued.id)
    await builds.cancelQueued(running.id)

    expect(await builds.get(queued.id)).toMatchObject({ state: 'cancelled' })
    expect(await builds.get(running.id)).toMatchObject({ state: 'running' })
    expect(
      await builds.fail(running.id, { cancelled: true, code: 'cancelled', message: 'Cancelled.' }),
    ).toMatchObject({ state: 'cancelled' })
  })

  test('builds are numbered without gaps for each app, also when many come at once', async () => {
    const { builds, app, store } = await open()
    const other = await new Apps({ store }).create({ slug: 'blog' })
    await builds.create({ appId: other.id, sourceId: 'src_1' })

    await Promise.all(Array.from({ length: 25 }, () => builds.create({ appId: app.id, sourceId: 'src_1' })))

    const { items, total } = await builds.list(app.id, { limit: 100, order: 'asc' })
    expect(total).toBe(25)
    expect(items.map(({ number }) => number)).toEqual(Array.from({ length: 25 }, (_, index) => index + 1))
    expect((await builds.list(app.id, { limit: 2 })).items.map(({ number }) => number)).toEqual([25, 24])
  })
})
