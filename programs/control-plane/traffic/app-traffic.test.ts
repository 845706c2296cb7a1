import { expect, test } from 'vitest'
import { Apps } from '../apps/apps.ts'
import { forEachStore } from '../store/for-each-store.ts'
import { AppTraffic } from './app-traffic.ts'

await forEachStore(({ openStore }) => {
  async function open() {
    const store = await openStore()
    const app = await new Apps({ store }).create({ slug: 'shop' })
    return { store, app, traffic: new AppTraffic({ store }) }
  }

  test('an app that nobody set anything for has version 0 and nothing', async () => {
    const { traffic, app } = await open()

    expect(await traffic.own(app.id)).toEqual({ version: 0, settings: {}, maintenance: null })
  })

  test('a change counts before what the release says, and is told with what was before', async () => {
    const { traffic, app } = await open()
    await traffic.change(app, ({ maintenance }) => ({ settings: { compression: false }, maintenance }))

    const { before, after } = await traffic.change(app, ({ settings }) => ({
      settings,
      maintenance: { holdSeconds: 5 },
    }))

    expect([before.version, after.version]).toEqual([1, 2])
    expect(before.maintenance).toBeNull()
    expect(await traffic.own(app.id)).toEqual(after)
    const release = { compression: true, headers: { 'X-A': '1' } }
    expect(await traffic.effective(app, release)).toEqual({ compression: false, headers: { 'X-A': '1' } })
  })

  test('of two who changed the same state one is told, and no change is lost without that', async () => {
    const { traffic, app } = await open()
    const change = (name: string, baseVersion?: number) =>
      traffic.change(
        app,
        ({ settings }) => ({
          settings: { ...settings, headers: { ...settings.headers, [name]: '1' } },
          maintenance: null,
        }),
        { baseVersion },
      )

    const told = await Promise.allSettled([change('X-A', 0), change('X-B', 0)])
    await Promise.all([change('X-C'), change('X-D'), change('X-E')])

    const rejected = told.filter(result => result.status === 'rejected')
    expect(rejected).toHaveLength(1)
    expect(rejected[0]!.reason).toMatchObject({ code: 'traffic_changed', status: 409 })
    expect(Object.keys((await traffic.own(app.id)).settings.headers ?? {})).toHaveLength(4)
  })

  test('settings go with their app', async () => {
    const { traffic, app, store } = await open()
    await traffic.change(app, () => ({ settings: { compression: false }, maintenance: null }))

    await store.db.deleteFrom('apps').where('id', '=', app.id).execute()

    expect((await traffic.own(app.id)).version).toBe(0)
  })
})
