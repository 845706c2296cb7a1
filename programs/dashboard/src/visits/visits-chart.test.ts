import { expect, test } from 'vitest'
import type { Visits } from '../api/sight-queries.ts'
import { visitsChart } from './visits-chart.ts'

test('days without a visit are drawn as none, not left out', () => {
  const visits = {
    from: '2026-01-01T10:00:00.000Z',
    to: '2026-01-04T10:00:00.000Z',
    stepSeconds: 86_400,
    series: [{ at: '2026-01-03T00:00:00.000Z', views: 7, visits: 2 }],
  } as Visits

  const { times, model } = visitsChart(visits)

  expect(times.map(at => new Date(at * 1000).toISOString().slice(8, 10))).toEqual(['01', '02', '03', '04'])
  expect(model.series.map(({ values }) => values)).toEqual([
    [0, 0, 7, 0],
    [0, 0, 2, 0],
  ])
})
