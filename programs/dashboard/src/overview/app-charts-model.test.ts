import { expect, test } from 'vitest'
import type { Figures } from '../api/sight-queries.ts'
import { appCharts, totals } from './app-charts-model.ts'

const FROM = '2026-01-01T12:00:00.000Z'
const START = Date.parse(FROM)

test('the minute that is not over yet is left out, since it would look like a breakdown', () => {
  const { times, charts } = appCharts(figures({ requests: [60, 60, 3] }), START + 125_000)

  expect(times).toEqual([START / 1000, START / 1000 + 60])
  expect(valuesOf(charts, 'traffic')).toEqual([60, 60])
})

test('hours are told as so much a minute, the running one by the part of it that is over', () => {
  const hours = figures({ stepSeconds: 3600, requests: [600, 100] })

  const { charts } = appCharts(hours, START + 3_600_000 + 600_000)

  expect(valuesOf(charts, 'traffic')).toEqual([10, 10])
})

test('cache hits and a memory limit are drawn only where there are any', () => {
  const without = appCharts(figures({ requests: [1, 1] }), START + 120_000).charts
  const hits = figures({ requests: [1, 1], cacheHits: [1, 0], memoryLimitBytes: [512, 512] })
  const some = appCharts(hits, START + 120_000).charts

  expect(labelsOf(without, 'traffic')).toEqual(['Requests'])
  expect(labelsOf(some, 'traffic')).toEqual(['Requests', 'From the cache'])
  expect(labelsOf(some, 'memory')).toEqual(['Used', 'Limit'])
})

test('the totals count what the edge had to answer itself as failures too', () => {
  const all = totals(figures({ requests: [6, 4], failures: [1, 0], edgeFailures: [0, 1], cacheHits: [5, 0] }))

  expect(all).toMatchObject({ requests: 10, failures: 2, errorRate: 0.2, cacheRate: 0.5 })
  expect(totals(figures({ requests: [0] }))).toMatchObject({ errorRate: null, cacheRate: null })
})

type Charts = ReturnType<typeof appCharts>['charts']
const chart = (charts: Charts, id: string) => charts.find(each => each.id === id)!
const valuesOf = (charts: Charts, id: string) => chart(charts, id).series[0]!.values
const labelsOf = (charts: Charts, id: string) => chart(charts, id).series.map(({ label }) => label)

function figures({ requests = [], ...fields }: Partial<Figures>): Figures {
  const zeros = requests.map(() => 0)
  const unknown = requests.map(() => null)
  return {
    from: FROM,
    stepSeconds: 60,
    requests,
    responses: { '2xx': zeros, '3xx': zeros, '4xx': zeros, '5xx': zeros },
    ...{ failures: zeros, edgeFailures: zeros, bytesIn: zeros, bytesOut: zeros, cacheHits: zeros },
    ...{ inFlight: zeros, p50Ms: unknown, p95Ms: unknown, p99Ms: unknown, cpuMs: zeros },
    ...{ memoryBytes: unknown, memoryLimitBytes: unknown },
    ...fields,
  }
}
