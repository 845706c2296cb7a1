import { expect, test } from 'vitest'
import { forEachStore } from '../store/for-each-store.ts'
import { Apps } from './apps.ts'

const DAY_MS = 86_400_000

await forEachStore(({ openStore }) => {
  async function open() {
    const store = await openStore()
    const clock = { time: 1_700_000_000_000, now: () => clock.time }
    return { store, clock, apps: new Apps({ store, clock }) }
  }

  test('a new app is active, is named as its slug unless told, and has a number of its own', async () => {
    const { apps } = await open()

    const shop = await apps.create({ slug: 'shop' })
    const blog = await apps.create({ slug: 'my-blog', name: 'My Blog' })

    expect(shop).toMatchObject({
      slug: 'shop',
      name: 'shop',
      state: 'active',
      user_number: 1,
      created_at: 1_700_000_000_000,
    })
    expect(blog).toMatchObject({ name: 'My Blog', user_number: 2 })
    expect(await apps.getBySlug('shop')).toEqual(shop)
    expect(await apps.getById(blog.id)).toEqual(blog)
  })

  test('a bad or taken slug is refused, and nothing is made', async () => {
    const { apps } = await open()
    await apps.create({ slug: 'shop' })

    await expect(apps.create({ slug: 'api' })).rejects.toMatchObject({
      code: 'slug_invalid',
      status: 422,
      errors: [{ path: 'slug' }],
    })
    await expect(apps.create({ slug: 'shop' })).rejects.toMatchObject({ code: 'slug_taken', status: 409 })

    expect((await apps.list()).total).toBe(1)
  })

  test('of many who create the same app at once, one does', async () => {
    const { apps } = await open()

    const results = await Promise.allSettled(Array.from({ length: 10 }, () => apps.create({ slug: 'shop' })))

    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'slug_taken' })
    }
  })

  test('apps that are created at once get different numbers', async () => {
    const { apps } = await open()

    const made = await Promise.all(
      Array.from({ length: 15 }, (_, index) => apps.create({ slug: `shop-${index}` })),
    )

    expect(new Set(made.map(({ user_number }) => user_number)).size).toBe(15)
  })

  test('changes are kept, with their time', async () => {
    const { apps, clock } = await open()
    const { id } = await apps.create({ slug: 'shop' })
    clock.time += 5

    await apps.update(id, { name: 'Shop', sleep_after_minutes: 0, scale_json: '{"web":2}' })
    await apps.setState(id, 'asleep')
    await apps.setCurrentRelease(id, 'rel_1')

    expect(await apps.getById(id)).toMatchObject({
      name: 'Shop',
      sleep_after_minutes: 0,
      scale_json: '{"web":2}',
      state: 'asleep',
      current_release_id: 'rel_1',
      updated_at: clock.time,
    })
    await expect(apps.update('app_none', { name: 'x' })).rejects.toMatchObject({
      code: 'app_not_found',
      status: 404,
    })
  })

  test('the time of the last request never goes back', async () => {
    const { apps } = await open()
    const { id } = await apps.create({ slug: 'shop' })

    await apps.touchLastRequest(id, 200)
    await apps.touchLastRequest(id, 100)
    await apps.touchLastRequest('app_none', 300)

    expect(await apps.getById(id)).toMatchObject({ last_request_at: 200 })
  })

  test('lists are sorted, searched, filtered and paged', async () => {
    const { apps, clock } = await open()
    for (const [slug, name] of [
      ['shop', 'Zebra'],
      ['blog', 'apples 100%'],
      ['wiki', 'Books'],
    ] as const) {
      clock.time++
      await apps.create({ slug, name })
    }
    await apps.setState((await apps.getBySlug('wiki'))!.id, 'asleep')
    await apps.touchLastRequest((await apps.getBySlug('blog'))!.id, 5)
    const slugs = async (options: Parameters<Apps['list']>[0]) =>
      (await apps.list(options)).items.map(({ slug }) => slug)

    expect(await slugs({})).toEqual(['blog', 'shop', 'wiki'])
    expect(await slugs({ sort: 'createdAt', order: 'desc' })).toEqual(['wiki', 'blog', 'shop'])
    expect((await slugs({ sort: 'lastRequestAt', order: 'desc' }))[0]).toBe('blog')
    expect((await slugs({ sort: 'lastRequestAt', order: 'asc' }))[0]).toBe('blog')
    expect(await slugs({ search: 'ZEB' })).toEqual(['shop'])
    expect(await slugs({ search: '100%' })).toEqual(['blog'])
    expect(await slugs({ search: '%' })).toEqual(['blog'])
    expect(await slugs({ search: '_' })).toEqual([])
    expect(await slugs({ state: 'asleep' })).toEqual(['wiki'])
    const { id } = (await apps.getBySlug('wiki'))!
    await apps.update(id, { tags_json: '["eu","sales-west"]' })
    expect(await slugs({ tag: 'eu' })).toEqual(['wiki'])
    expect(await slugs({ tag: 'sales' })).toEqual([])
    expect(await apps.list({ page: 2, limit: 2 })).toMatchObject({ total: 3, items: [{ slug: 'wiki' }] })
  })

  test('an app in the trash is gone for all but the trash, and its slug is free', async () => {
    const { apps, clock } = await open()
    const old = await apps.create({ slug: 'shop' })

    const trashed = await apps.moveToTrash(old.id)

    expect(trashed).toMatchObject({ state: 'deleting', purge_at: clock.time + 7 * DAY_MS })
    expect(await apps.getBySlug('shop')).toBeUndefined()
    expect((await apps.list()).total).toBe(0)
    expect((await apps.listTrash()).items).toEqual([trashed])
    await expect(apps.moveToTrash(old.id)).rejects.toMatchObject({ code: 'app_not_found' })
    await expect(apps.setState(old.id, 'active')).rejects.toMatchObject({ code: 'app_not_found' })
    await apps.create({ slug: 'shop' })
  })

  test('an app comes back from the trash while its slug is free', async () => {
    const { apps } = await open()
    const old = await apps.create({ slug: 'shop' })
    await apps.moveToTrash(old.id)
    const usurper = await apps.create({ slug: 'shop' })
    await expect(apps.restore(old.id)).rejects.toMatchObject({ code: 'restore_slug_taken', status: 409 })
    await apps.moveToTrash(usurper.id)

    const restored = await apps.restore(old.id)

    expect(restored).toMatchObject({
      id: old.id,
      slug: 'shop',
      state: 'active',
      deleted_at: null,
      purge_at: null,
    })
    await expect(apps.restore(old.id)).rejects.toMatchObject({ code: 'app_not_in_trash', status: 409 })
    await expect(apps.restore('app_none')).rejects.toMatchObject({ code: 'app_not_found', status: 404 })
  })

  test('after its days in the trash an app is forgotten with all that belongs to it, and its number never used again', async () => {
    const { apps, store, clock } = await open()
    const { id, user_number } = await apps.create({ slug: 'shop' })
    await store.db
      .insertInto('env_versions')
      .values({ id: 'env_1', app_id: id, version: 1, document_json: '{}', author: 'ada', created_at: 1 })
      .execute()
    await apps.moveToTrash(id)

    expect(await apps.purgeDue(clock.time + 7 * DAY_MS - 1)).toEqual([])
    expect(await apps.purgeDue(clock.time + 7 * DAY_MS)).toMatchObject([{ id }])

    expect(await apps.getById(id)).toBeUndefined()
    expect(await store.db.selectFrom('env_versions').selectAll().execute()).toEqual([])
    expect((await apps.create({ slug: 'shop' })).user_number).toBeGreaterThan(user_number)
  })
})
