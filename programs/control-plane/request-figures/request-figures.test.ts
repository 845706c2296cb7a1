import { emptyCounters, LATENCY_BOUNDS_MS, type RouteCounters } from '@seaworthy/routes'
import { expect, test } from 'vitest'
import { Apps } from '../apps/apps.ts'
import type { Store } from '../store/database.ts'
import { forEachStore } from '../store/for-each-store.ts'
import { BUCKET_COLUMNS } from '../store/sight-rows.ts'
import { DAY, HOUR, MINUTE } from './figure-steps.ts'
import { errorRate, latency, RequestFigures } from './request-figures.ts'

const MINUTE_MS = 60_000
/** 10:00:30 on a day. */
const NOW = Date.parse('2026-11-21T10:00:30.000Z')
const TIME = { from: NOW - 3_600_000, to: NOW + 3_600_000 }

test('there is a column for each bucket of the histogram', () => {
  expect(BUCKET_COLUMNS).toEqual([...LATENCY_BOUNDS_MS.map(bound => `ms_${bound}`), 'ms_more'])
})

/** What an edge says that has served so many requests, each in 6 ms, one of ten failed. */
function counted(appId: string, requests: number, change: Partial<RouteCounters> = {}): RouteCounters {
  const latencyBuckets = LATENCY_BOUNDS_MS.map(bound => (bound === 7 ? requests : 0)).concat(0)
  const failed = Math.floor(requests / 10)
  const responses = { '1xx': 0, '2xx': requests - failed, '3xx': 0, '4xx': 0, '5xx': failed }
  return {
    ...emptyCounters(appId, 'v1'),
    requests,
    responses,
    latencyBuckets,
    bytesOut: requests * 10,
    ...change,
  }
}

const report = (startedAt: number, ...counters: RouteCounters[]) => ({
  startedAt,
  counters,
  unrouted: emptyCounters('', ''),
})

async function withApp(store: Store, slug = 'shop') {
  const app = await new Apps({ store }).create({ slug })
  return { figures: new RequestFigures({ store }), appId: app.id }
}

await forEachStore(({ openStore }) => {
  test('what is new since the last look is added to its minute, hour and day', async () => {
    const store = await openStore()
    const { figures, appId } = await withApp(store)

    await figures.record(report(1, counted(appId, 100)), NOW)
    await figures.record(report(1, counted(appId, 130)), NOW + 10_000)
    await figures.record(report(1, counted(appId, 150)), NOW + 70_000)

    const minutes = await figures.points(appId, { ...TIME, step: MINUTE })
    expect(minutes.map(({ at, requests }) => [new Date(at).toISOString(), requests])).toEqual([
      ['2026-11-21T10:00:00.000Z', 130],
      ['2026-11-21T10:01:00.000Z', 20],
    ])
    for (const step of [HOUR, DAY] as const) {
      const from = Date.parse('2026-11-21T00:00:00.000Z')
      const [row] = await figures.points(appId, { step, from, to: TIME.to })
      expect(row).toMatchObject({ requests: 150, r5xx: 15, r2xx: 135, bytes_out: 1500, ms_7: 150, ms_5: 0 })
    }
  })

  test('a control plane that was killed loses nothing and counts nothing twice', async () => {
    const store = await openStore()
    const { figures, appId } = await withApp(store)
    await figures.record(report(1, counted(appId, 100)), NOW)

    const next = new RequestFigures({ store })
    await next.record(report(1, counted(appId, 100)), NOW + 10_000)
    await next.record(report(1, counted(appId, 107)), NOW + 20_000)

    expect((await next.sum(appId, { ...TIME, step: HOUR })).requests).toBe(107)
  })

  test('an edge that was started again counts from zero, however many it has served by then', async () => {
    const store = await openStore()
    const { figures, appId } = await withApp(store)
    await figures.record(report(1, counted(appId, 100)), NOW)

    await figures.record(report(2, counted(appId, 130)), NOW + 10_000)

    expect((await figures.sum(appId, { ...TIME, step: HOUR })).requests).toBe(230)
  })

  test('what was counted while the control plane was away is spread over that time', async () => {
    const store = await openStore()
    const { figures, appId } = await withApp(store)
    await figures.record(report(1, counted(appId, 1)), NOW)

    await new RequestFigures({ store }).record(report(1, counted(appId, 100)), NOW + 9 * MINUTE_MS)

    const minutes = await figures.points(appId, { ...TIME, step: MINUTE })
    expect(minutes).toHaveLength(10)
    expect(minutes.reduce((sum, { requests }) => sum + requests, 0)).toBe(100)
    expect(Math.max(...minutes.map(({ requests }) => requests))).toBeLessThanOrEqual(11)
  })

  test('releases are added up, and can be looked at alone', async () => {
    const store = await openStore()
    const { figures, appId } = await withApp(store)
    const next = counted(appId, 5, { release: 'v2', inFlight: 3 })

    await figures.record(report(1, counted(appId, 10, { inFlight: 1 }), next), NOW)

    expect(await figures.points(appId, { ...TIME, step: MINUTE })).toMatchObject([
      { requests: 15, in_flight: 3 },
    ])
    const alone = await figures.points(appId, { ...TIME, step: MINUTE, release: 'v2' })
    expect(alone).toMatchObject([{ requests: 5 }])
  })

  test('an app that was purged meanwhile keeps no other from being written', async () => {
    const store = await openStore()
    const { figures, appId } = await withApp(store)

    const news = await figures.record(report(1, counted('app_gone', 9), counted(appId, 1)), NOW)

    expect(news.map(({ requests }) => requests)).toEqual([9, 1])
    expect((await figures.sum(appId, { ...TIME, step: HOUR })).requests).toBe(1)
    expect((await figures.sum('app_gone', { ...TIME, step: HOUR })).requests).toBe(0)
  })

  test('all apps have their last half hour and what they do now, in two queries', async () => {
    const store = await openStore()
    const { figures, appId } = await withApp(store)
    const other = await new Apps({ store }).create({ slug: 'quiet' })
    await figures.record(report(1, counted(appId, 20)), NOW)
    await figures.record(report(1, counted(appId, 50)), NOW + MINUTE_MS)

    const lines = await figures.sparklines(30, NOW + 2 * MINUTE_MS)
    const recent = await figures.recent(NOW - 5 * MINUTE_MS)

    expect(lines.get(appId)!.slice(-3)).toEqual([0, 20, 30])
    expect(lines.get(appId)).toHaveLength(30)
    expect(lines.has(other.id)).toBe(false)
    expect(errorRate(recent.get(appId)!)).toBe(0.1)
    expect(latency(recent.get(appId)!, 0.95)).toBe(6.9)
  })

  test('what is too old for its step is forgotten, and the coarser steps stay', async () => {
    const store = await openStore()
    const { figures, appId } = await withApp(store)
    await figures.record(report(1, counted(appId, 10)), NOW)
    const later = NOW + 3 * 86_400_000

    await figures.prune(later)

    const time = { from: 0, to: later }
    expect(await figures.points(appId, { ...time, step: MINUTE })).toEqual([])
    expect(await figures.points(appId, { ...time, step: HOUR })).toHaveLength(1)
    await figures.prune(later + 40 * 86_400_000)
    expect(await figures.points(appId, { ...time, step: HOUR })).toEqual([])
    expect(await figures.points(appId, { ...time, step: DAY })).toHaveLength(1)
  })
})
