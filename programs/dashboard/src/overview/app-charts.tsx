import type { Change, Figures, Span } from '../api/sight-queries.ts'
import type { ChartMark } from '../charts/chart-model.ts'
import { LazyLineChart } from '../charts/lazy-line-chart.tsx'
import { Skeleton } from '../components/skeleton.tsx'
import { useNow } from '../components/time.tsx'
import { shortTime } from '../text/times.ts'
import { sightWords } from '../words/en/sight.ts'
import { appCharts } from './app-charts-model.ts'

interface AppChartsProps {
  figures: Figures | undefined
  changes: readonly Change[]
  pointed: Change | undefined
  span: Span
}

/** Traffic, latency, errors and resources over the same time, with what changed marked in all of them. */
export function AppCharts({ figures, changes, pointed, span }: AppChartsProps) {
  const now = useNow()
  if (!figures) return <ChartSkeletons />
  const { times, charts } = appCharts(figures, now)
  const marks = new Map(changes.map(change => [change, markOf(change)]))
  return (
    <div className="grid gap-x-8 gap-y-6 xl:grid-cols-2">
      {charts.map(model => (
        <LazyLineChart
          key={model.id}
          model={model}
          times={times}
          marks={[...marks.values()]}
          highlighted={pointed && marks.get(pointed)}
          formatTime={at => shortTime(at * 1000, span)}
        />
      ))}
      <p className="self-end text-sm text-soft">{sightWords.charts.marks}</p>
    </div>
  )
}

function markOf({ at, tone }: Change): ChartMark {
  return { at: Date.parse(at) / 1000, tone }
}

function ChartSkeletons() {
  return (
    <>
      {['a', 'b', 'c', 'd', 'e'].map(each => (
        <div key={each} className="grid gap-2">
          <Skeleton className="h-5 w-40" />
          <Skeleton className="h-40 w-full" />
        </div>
      ))}
    </>
  )
}
