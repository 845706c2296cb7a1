/** Views and visitors over time as a chart. Pure. */
import type { Visits } from '../api/sight-queries.ts'
import type { ChartModel } from '../charts/chart-model.ts'
import { amount } from '../text/amounts.ts'
import { sightWords } from '../words/en/sight.ts'

/** Steps without a visit are not told; here they are zero. */
export function visitsChart({ series, from, to, stepSeconds }: Visits): {
  times: number[]
  model: ChartModel
} {
  const words = sightWords.visits
  const known = new Map(series.map(each => [Date.parse(each.at) / 1000, each]))
  const first = Math.floor(Date.parse(from) / 1000 / stepSeconds) * stepSeconds
  const count = Math.floor((Date.parse(to) / 1000 - first) / stepSeconds) + 1
  const times = Array.from({ length: count }, (_, index) => first + index * stepSeconds)
  return {
    times,
    model: {
      id: 'visits',
      title: words.series,
      format: amount,
      leastTop: 4,
      series: [
        {
          label: words.views,
          tone: 'accent',
          fill: true,
          values: times.map(at => known.get(at)?.views ?? 0),
        },
        { label: words.visitors, tone: 'warn', values: times.map(at => known.get(at)?.visits ?? 0) },
      ],
    },
  }
}
