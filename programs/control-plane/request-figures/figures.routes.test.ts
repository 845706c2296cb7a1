import { emptyCounters, LATENCY_BOUNDS_MS } from '@seaworthy/routes'
import { expect, test } from 'vitest'
import { signInOwner, startTestControlPlane } from '../http/test-control-plane.ts'

async function withFigures() {
  const platform = await startTestControlPlane()
  const { token } = await signInOwner(platform)
  const app = await platform.apps.create({ slug: 'shop' })
  const latencyBuckets = LATENCY_BOUNDS_MS.map(bound => (bound === 7 ? 40 : 0)).concat(0)
  const responses = { '1xx': 0, '2xx': 30, '3xx': 0, '4xx': 0, '5xx': 10 }
  const counters = [{ ...emptyCounters(app.id, 'v1'), requests: 40, responses, latencyBuckets }]
  await platform.requestFigures.record({ startedAt: 1, counters, unrouted: emptyCounters('', '') })
  const get = async (path: string) => {
    const response = await fetch(`${platform.url}/api/v1${path}`, {
      headers: { authorization: `Bearer ${token}` },
    })
    return (await response.json()) as { code?: string; data: never }
  }
  return { get }
}

test('a chart gets columns of equal length without gaps', async () => {
  const { get } = await withFigures()

  const { data } = await get('/apps/shop/figures')

  const { requests, p95Ms, memoryBytes, responses, stepSeconds } = data as Record<string, number[]>
  expect(stepSeconds).toBe(60)
  expect(requests!.length).toBeGreaterThanOrEqual(60)
  expect(p95Ms).toHaveLength(requests!.length)
  expect(requests!.reduce((sum, count) => sum + count)).toBe(40)
  expect((responses as unknown as Record<string, number[]>)['5xx']!.reduce((sum, count) => sum + count)).toBe(
    10,
  )
  expect(p95Ms!.filter(ms => ms !== null)).toEqual([6.9])
  expect(new Set(memoryBytes)).toEqual(new Set([null]))
})

test('the list of apps tells in one look how each is', async () => {
  const { get } = await withFigures()

  const { data } = await get('/figures/apps')

  expect(data).toMatchObject([{ slug: 'shop', errorRate: 0.25, p95Ms: 6.9, memoryBytes: null }])
  expect((data as [{ requestsPerMinute: number; sparkline: number[] }])[0].requestsPerMinute).toBeGreaterThan(
    7,
  )
  expect((data as [{ sparkline: number[] }])[0].sparkline).toHaveLength(30)
})

test('a time that ends before it begins, and one of too many points, are refused with what to do', async () => {
  const { get } = await withFigures()

  const wrong = await get('/apps/shop/figures?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z')
  const long = await get('/apps/shop/figures?from=2020-01-02T00:00:00Z&step=minute')

  expect(wrong.code).toBe('figures_time_wrong')
  expect(long.code).toBe('figures_too_many')
})
