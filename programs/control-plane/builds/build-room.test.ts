import { expect, test } from 'vitest'
import { Apps } from '../apps/apps.ts'
import { SourceRecords } from '../sources/source-records.ts'
import { forEachStore } from '../store/for-each-store.ts'
import { roomForBuild } from './build-room.ts'
import { Builds } from './builds.ts'

await forEachStore(({ openStore }) => {
  async function open() {
    const store = await openStore()
    const { id: appId } = await new Apps({ store }).create({ slug: 'shop' })
    const builds = new Builds({ store })
    const order = async (kind: 'archive' | 'image', bytes: number) => {
      const digest = `sha256:${kind}${bytes}`
      const source = { appId, kind, origin: {}, digest, sizeBytes: bytes, entries: 1 }
      const { id: sourceId } = await new SourceRecords({ store }).create(source)
      return builds.create({ appId, sourceId })
    }
    const madeBefore = async (kind: 'tree' | 'image', bytes: number) => {
      const build = await order('archive', 1)
      await builds.start(build.id)
      const artifact = { digest: `sha256:made${bytes}`, kind, size_bytes: bytes, created_at: 1 }
      await store.db.insertInto('artifacts').values(artifact).execute()
      await builds.succeed(build.id, { artifactDigest: artifact.digest, result: {} })
    }
    return { store, order, madeBefore }
  }

  const onHost = { makesImage: false }

  test('a first build needs twice the room of its source', async () => {
    const { store, order } = await open()

    expect((await roomForBuild(store, await order('archive', 700), onHost)).homeBytes).toBe(1400)
  })

  test('a further one needs as much as the last one made, where that is more', async () => {
    const { store, order, madeBefore } = await open()
    await madeBefore('tree', 9000)

    const [small, large] = [await order('archive', 700), await order('archive', 20_000)]
    expect(await roomForBuild(store, small, onHost)).toEqual({ homeBytes: 18_000, engineBytes: 0 })
    expect(await roomForBuild(store, large, onHost)).toEqual({ homeBytes: 40_000, engineBytes: 0 })
  })

  test('an image needs room on the disk of the engine, for its layers and for what they are made of', async () => {
    const { store, order, madeBefore } = await open()
    await madeBefore('image', 9000)

    const [built, pulled] = [await order('archive', 700), await order('image', 700)]
    const options = { makesImage: true }
    expect(await roomForBuild(store, built, options)).toEqual({ homeBytes: 1400, engineBytes: 10_400 })
    expect(await roomForBuild(store, pulled, options)).toEqual({ homeBytes: 0, engineBytes: 9000 })
  })
})
