import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { silentLogger as log } from '@seaworthy/kit'
import { temporaryFolder } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { Apps } from '../apps/apps.ts'
import { Events } from '../events/events.ts'
import { AppLocks } from '../instances/app-locks.ts'
import type { Store } from '../store/database.ts'
import { forEachStore } from '../store/for-each-store.ts'
import type { DeploymentRow, ReleaseRow } from '../store/schema.ts'
import { VolumeRemoval } from './volume-removal.ts'
import { VolumeTrash } from './volume-trash.ts'
import { Volumes } from './volumes.ts'

const DAY_MS = 86_400_000

async function open(store: Store, { maxBytes = 10_000_000 } = {}) {
  const directory = temporaryFolder().path
  const time = { now: 1_000_000 }
  const clock = { now: () => time.now }
  const trash = new VolumeTrash({ store, directory, keptDays: 7, maxBytes, clock })
  /** What the release that runs names. */
  const named: Record<string, string> = {}
  const releases = {
    getById: async () => ({ settings_json: JSON.stringify({ volumes: named }) }) as ReleaseRow,
  }
  const volumes = new Volumes({ directory, releases })
  const unfinished: DeploymentRow[] = []
  const removal = new VolumeRemoval({
    ...{ store, volumes, trash, log, locks: new AppLocks(), events: new Events({ store }) },
    records: { listUnfinished: async () => unfinished },
  })
  const { id } = await new Apps({ store }).create({ slug: 'shop', name: 'Shop' })
  await store.db.updateTable('apps').set({ current_release_id: 'rel_1' }).where('id', '=', id).execute()
  const app = (await new Apps({ store }).getById(id))!
  const fileOf = (name: string) => join(directory, id, name, 'file')
  const place = (name: string, text: string) => {
    mkdirSync(join(directory, id, name), { recursive: true })
    writeFileSync(fileOf(name), text)
  }
  const names = async () => (await volumes.list(app)).map(({ name }) => name)
  return { app, directory, trash, removal, volumes, place, fileOf, names, named, unfinished, time }
}

const remove = (name: string) => ({ name, actor: 'ada' })

await forEachStore(({ openStore }) => {
  test('a removed volume is out of sight, and back with its data once it is restored', async () => {
    const { app, trash, removal, place, fileOf, names } = await open(await openStore())
    place('data', 'precious')

    const { id } = await removal.remove(app, remove('data'))
    expect(await names()).toEqual([])
    const [row] = await trash.list(app.id)
    expect(row).toMatchObject({ id, name: 'data', cause: 'removed' })
    expect(Number(row!.purge_at) - Number(row!.deleted_at)).toBe(7 * DAY_MS)

    await trash.restore(app, id)

    expect(readFileSync(fileOf('data'), 'utf8')).toBe('precious')
    expect(await names()).toEqual(['data'])
    expect(await trash.list(app.id)).toEqual([])
  })

  test('one that runs, and any while a deployment is under way, stays, and the reason is told', async () => {
    const { app, removal, place, named, unfinished, names } = await open(await openStore())
    place('data', 'precious')
    place('old', 'precious')
    named.data = '/data'

    await expect(removal.remove(app, remove('none'))).rejects.toMatchObject({ code: 'volume_not_found' })
    await expect(removal.remove(app, remove('data'))).rejects.toThrow(
      'The volume data is at /data in the release of shop that runs now. Take it out of seaworthy.json',
    )
    unfinished.push({} as DeploymentRow)
    await expect(removal.remove(app, remove('old'))).rejects.toMatchObject({ code: 'volume_in_deployment' })
    expect(await removal.collectUnnamed()).toBe(0)
    expect(await names()).toEqual(['data', 'old'])
  })

  test('one that the manifest names no more goes by itself, and comes back with a release that names it', async () => {
    const { app, trash, removal, place, fileOf, named, names } = await open(await openStore())
    place('data', 'kept')
    place('old', 'precious')
    named.data = '/data'

    expect(await removal.collectUnnamed()).toBe(1)
    expect(await names()).toEqual(['data'])
    expect(await trash.list(app.id)).toMatchObject([{ name: 'old', cause: 'manifest' }])

    // Two instances that start at once.
    await Promise.all([trash.bringBack(app, ['data', 'old']), trash.bringBack(app, ['old'])])

    expect(readFileSync(fileOf('old'), 'utf8')).toBe('precious')
    expect(await trash.list(app.id)).toEqual([])
  })

  test('one that somebody removed does not come back by itself', async () => {
    const { app, trash, removal, place, fileOf } = await open(await openStore())
    place('data', 'unwanted')
    await removal.remove(app, remove('data'))

    await trash.bringBack(app, ['data'])

    expect(existsSync(fileOf('data'))).toBe(false)
  })

  test('is never put over a volume that there is by then', async () => {
    const { app, trash, removal, place, fileOf } = await open(await openStore())
    place('data', 'old')
    const { id } = await removal.remove(app, remove('data'))
    place('data', 'new')

    await expect(trash.restore(app, id)).rejects.toMatchObject({ code: 'volume_exists' })

    expect(readFileSync(fileOf('data'), 'utf8')).toBe('new')
    expect(await trash.list(app.id)).toHaveLength(1)
  })

  test('is gone for good after its days, or once it is emptied, and not before', async () => {
    const { app, directory, trash, removal, place, time } = await open(await openStore())
    place('data', 'x')
    place('more', 'x')
    const waiting = await removal.remove(app, remove('data'))
    const emptied = await removal.remove(app, remove('more'))
    const folder = (id: string) => join(directory, app.id, '.trash', id)

    time.now += 7 * DAY_MS - 1
    expect(await trash.purgeDue()).toBe(0)
    expect(existsSync(folder(waiting.id))).toBe(true)
    await trash.empty(app, emptied.id)
    expect(existsSync(folder(emptied.id))).toBe(false)
    time.now += 1
    expect(await trash.purgeDue()).toBe(1)

    expect(existsSync(folder(waiting.id))).toBe(false)
    expect(await trash.list(app.id)).toEqual([])
    await expect(trash.restore(app, waiting.id)).rejects.toMatchObject({ code: 'trashed_volume_not_found' })
  })

  test('what has no room in the trash stays, with both figures in the sentence', async () => {
    const { app, removal, place, names } = await open(await openStore(), { maxBytes: 1_500_000 })
    place('small', 'x'.repeat(1_048_576))
    place('large', 'x'.repeat(1_048_576))
    await removal.remove(app, remove('small'))

    await expect(removal.remove(app, remove('large'))).rejects.toMatchObject({
      code: 'trash_full',
      message: expect.stringMatching(
        /large of shop has 1 MB, and the trash has room for \d+ KB .*: 1 MB of removed volumes wait in it/,
      ),
    })
    expect(await removal.collectUnnamed()).toBe(0)
    expect(await names()).toEqual(['large'])
  })

  test('a volume of the trash whose files are gone is told as such', async () => {
    const { app, directory, trash, removal, place } = await open(await openStore())
    place('data', 'x')
    const { id } = await removal.remove(app, remove('data'))
    rmSync(join(directory, app.id, '.trash', id), { recursive: true })

    await expect(trash.restore(app, id)).rejects.toMatchObject({ code: 'trashed_volume_not_found' })
    expect(await trash.list(app.id)).toEqual([])
  })
})
