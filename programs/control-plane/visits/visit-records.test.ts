import type { AppVisits } from '@seaworthy/routes'
import { expect, test } from 'vitest'
import { Apps } from '../apps/apps.ts'
import { DAY, HOUR } from '../request-figures/figure-steps.ts'
import type { Store } from '../store/database.ts'
import { forEachStore } from '../store/for-each-store.ts'
import { Observations } from './observations.ts'
import { VisitRecords } from './visit-records.ts'

const DAY_MS = 86_400_000
const HOUR_AT = Date.parse('2026-11-21T10:00:00.000Z')
const DAY_AT = Date.parse('2026-11-21T00:00:00.000Z')
const TIME = { from: DAY_AT, to: DAY_AT + DAY_MS }

function visits(appId: string, change: Partial<AppVisits> = {}): AppVisits {
  const sums = { views: 10, visits: 4, bots: 2, unfollowed: 1 }
  const lists = { pages: [], referrers: [], devices: [], browsers: [], countries: [] }
  return { appId, hourAt: HOUR_AT, ...sums, ...lists, ...change }
}

async function withApp(store: Store) {
  const app = await new Apps({ store }).create({ slug: 'shop' })
  return { appId: app.id, records: new VisitRecords({ store }) }
}

await forEachStore(({ openStore }) => {
  test('visits are added up by hour and day, names by day, and each batch once', async () => {
    const { appId, records } = await withApp(await openStore())
    const first = {
      id: 'b-1',
      apps: [
        visits(appId, {
          pages: [
            ['/', 6],
            ['/about', 4],
          ],
        }),
      ],
    }
    const later = visits(appId, {
      hourAt: HOUR_AT + 3_600_000,
      pages: [['/about', 10]],
      countries: [['SE', 3]],
    })

    await records.record(first)
    await records.record(first)
    await records.record({ id: 'b-2', apps: [later, visits('app_gone')] })

    const hours = await records.series(appId, { ...TIME, step: HOUR })
    expect(hours.map(({ views, visits }) => [views, visits])).toEqual([
      [10, 4],
      [10, 4],
    ])
    expect(await records.series(appId, { ...TIME, step: DAY })).toMatchObject([
      { at: DAY_AT, views: 20, visits: 8, bots: 4, unfollowed: 2 },
    ])
    expect(await records.names(appId, { ...TIME, limit: 9 })).toMatchObject({
      page: [
        ['/about', 14],
        ['/', 6],
      ],
      country: [['SE', 3]],
      referrer: [],
    })
  })

  test('names beyond those that have a place, and those not shown, are others', async () => {
    const { appId, records } = await withApp(await openStore())
    const pages = Array.from({ length: 600 }, (_, index): [string, number] => [
      `/${index}`,
      index === 7 ? 50 : 1,
    ])

    await records.record({ id: 'b-1', apps: [visits(appId, { pages })] })
    await records.record({
      id: 'b-2',
      apps: [
        visits(appId, {
          pages: [
            ['/7', 1],
            ['/late', 30],
          ],
        }),
      ],
    })

    const { page } = await records.names(appId, { ...TIME, limit: 2 })
    expect(page[0]).toEqual(['/7', 51])
    expect(page).toHaveLength(3)
    expect(page.reduce((sum, [, views]) => sum + views, 0)).toBe(649 + 31)
    const all = await records.names(appId, { ...TIME, limit: 1000 })
    expect(all.page).toHaveLength(501)
    expect(all.page.at(-1)).toEqual(['', 100 + 30])
  })

  test('what is old is forgotten: hours first, days and names much later', async () => {
    const { appId, records } = await withApp(await openStore())
    await records.record({ id: 'b-1', apps: [visits(appId, { pages: [['/', 1]] })] })

    await records.prune(HOUR_AT + 31 * DAY_MS)
    expect(await records.series(appId, { ...TIME, step: HOUR })).toEqual([])
    expect(await records.series(appId, { ...TIME, step: DAY })).toHaveLength(1)
    await records.prune(HOUR_AT + 800 * DAY_MS)

    expect(await records.series(appId, { ...TIME, step: DAY })).toEqual([])
    expect((await records.names(appId, { ...TIME, limit: 9 })).page).toEqual([])
  })

  test('an app has its own word on what is kept, and takes it back with null', async () => {
    const store = await openStore()
    const { appId } = await withApp(store)
    const observations = new Observations({ store, platform: { logMaxDays: 3 } })

    await observations.update(appId, { visits: false, logAddresses: 'short' })
    const own = await observations.update(appId, { visits: null, logSample: 0.5, logQueries: undefined })

    expect(own).toEqual({ logAddresses: 'short', logSample: 0.5 })
    expect(await observations.own(appId)).toEqual(own)
    expect(await observations.all()).toEqual(new Map([[appId, own]]))
    expect(observations.platform).toMatchObject({ logMaxDays: 3, visits: true })
  })
})
