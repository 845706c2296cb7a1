import { expect, test } from 'vitest'
import { Apps } from '../apps/apps.ts'
import { Builds } from '../builds/builds.ts'
import { forEachStore } from '../store/for-each-store.ts'
import { SourceRecords } from './source-records.ts'

const DAY_MS = 86_400_000

await forEachStore(({ openStore }) => {
  async function open() {
    const store = await openStore()
    const clock = { time: 1_700_000_000_000, now: () => clock.time }
    const app = await new Apps({ store }).create({ slug: 'shop' })
    const sources = new SourceRecords({ store, clock })
    const create = (digest: string) =>
      sources.create({
        appId: app.id,
        kind: 'archive',
        origin: { filename: 'shop.zip' },
        digest,
        sizeBytes: 5_000_000_000,
        entries: 3,
      })
    return { store, clock, app, sources, create }
  }

  test('the latest source of an app is found, also within a millisecond', async () => {
    const { sources, create, app } = await open()
    const first = await create('sha256:a')
    const second = await create('sha256:b')

    expect(await sources.get(first.id)).toMatchObject({
      digest: 'sha256:a',
      size_bytes: 5_000_000_000,
      origin_json: '{"filename":"shop.zip"}',
    })
    expect(await sources.latest(app.id)).toEqual(second)
    expect(await sources.latest('app_none')).toBeUndefined()
    expect(await sources.get('src_none')).toBeUndefined()
  })

  test('what is fresh, latest, or still to be built is referenced, the rest is not', async () => {
    const { sources, create, clock, store, app } = await open()
    const builds = new Builds({ store })
    await create('sha256:old')
    clock.time += 1
    const waiting = await create('sha256:waiting')
    clock.time += 1
    const built = await create('sha256:built')
    clock.time += 1
    await create('sha256:latest')
    await builds.create({ appId: app.id, sourceId: waiting.id })
    const done = await builds.create({ appId: app.id, sourceId: built.id })
    await builds.cancelQueued(done.id)
    expect(await sources.referencedDigests()).toHaveLength(4)

    clock.time += DAY_MS + 1

    expect((await sources.referencedDigests()).toSorted()).toEqual(['sha256:latest', 'sha256:waiting'])
  })
})
