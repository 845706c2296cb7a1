import { useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { EyeOff, Footprints } from 'lucide-react'
import type { App } from '../api/queries.ts'
import { sightQueries, type Visits } from '../api/sight-queries.ts'
import { useCurrentApp } from '../app/current-app.ts'
import { LazyLineChart } from '../charts/lazy-line-chart.tsx'
import { Card } from '../components/card.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { Segments } from '../components/segments.tsx'
import { Tile } from '../overview/tiles.tsx'
import { amount, latency } from '../text/amounts.ts'
import { fileSize } from '../text/sizes.ts'
import { shortTime } from '../text/times.ts'
import { Counting } from '../visits/counting.tsx'
import { Ranked } from '../visits/ranked.tsx'
import { visitsChart } from '../visits/visits-chart.ts'
import { sightWords } from '../words/en/sight.ts'

const words = sightWords.visits
const route = getRouteApi('/inside/apps/$slug/visits')
const CLASSES = ['2xx', '3xx', '4xx', '5xx'] as const

/** Who came, to which pages, from where: counted by the edge, without cookies. */
export function AppVisits() {
  const app = useCurrentApp()
  const days = route.useSearch().days ?? 7
  const navigate = route.useNavigate()
  const { data: visits } = useSuspenseQuery(sightQueries.visits(app.slug, days))
  return (
    <div className="grid gap-6">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <Segments
          label={words.days}
          value={String(days) as keyof typeof words.daysNames}
          names={words.daysNames}
          onChange={next =>
            void navigate({ search: { days: Number(next) }, replace: true, resetScroll: false })
          }
        />
        {visits.enabled && <Counting app={app} enabled />}
      </div>
      {!visits.enabled && <NotCounted app={app} />}
      {visits.views === 0 && visits.bots === 0 ? <Nobody /> : <Counted visits={visits} days={days} />}
    </div>
  )
}

function NotCounted({ app }: { app: App }) {
  return (
    <Card>
      <EmptyState icon={<EyeOff aria-hidden />} title={words.off}>
        <p className="mb-4">{words.offAbout}</p>
        <Counting app={app} enabled={false} />
      </EmptyState>
    </Card>
  )
}

function Nobody() {
  return (
    <Card>
      <EmptyState icon={<Footprints aria-hidden />} title={words.none}>
        {words.noneAbout}
      </EmptyState>
    </Card>
  )
}

function Counted({ visits, days }: { visits: Visits; days: number }) {
  const { times, model } = visitsChart(visits)
  return (
    <>
      <Numbers visits={visits} />
      <Card>
        <div className="pt-4">
          <LazyLineChart
            model={model}
            times={times}
            marks={[]}
            highlighted={undefined}
            formatTime={at => shortTime(at * 1000, days === 1 ? 'day' : 'week')}
          />
        </div>
      </Card>
      <div className="grid gap-6 lg:grid-cols-2">
        <List title={words.pages} rows={visits.pages} />
        <List title={words.referrers} rows={visits.referrers} empty={words.direct} />
        <List title={words.devices} rows={visits.devices} />
        <List title={words.browsers} rows={visits.browsers} />
        <List title={words.countries} rows={visits.countries} empty={words.noCountries} />
        <List
          title={words.statuses}
          rows={CLASSES.map(name => ({ name, views: visits.traffic.responses[name] }))}
        />
      </div>
      {visits.unfollowed > 0 && (
        <p className="text-sm text-soft">{words.unfollowed(amount(visits.unfollowed))}</p>
      )}
    </>
  )
}

function List({ title, rows, empty = words.none }: { title: string; rows: Visits['pages']; empty?: string }) {
  return (
    <Card title={title} flush>
      <Ranked rows={rows} empty={empty} />
    </Card>
  )
}

function Numbers({ visits }: { visits: Visits }) {
  const { views, visits: visitors, bots, traffic } = visits
  return (
    <div className="grid grid-cols-2 gap-3 md:grid-cols-3 xl:grid-cols-5">
      <Tile name={words.visitors} value={amount(visitors)} about={words.visitorsAbout} />
      <Tile name={words.views} value={amount(views)} about={words.viewsAbout} />
      <Tile name={words.bots} value={amount(bots)} about={words.botsAbout} />
      <Tile
        name={words.served}
        value={fileSize(traffic.bytesOut)}
        about={words.servedAbout(amount(traffic.requests))}
      />
      <Tile
        name={words.p('p95')}
        value={traffic.p95Ms === null ? undefined : latency(traffic.p95Ms)}
        about={[traffic.p50Ms, traffic.p99Ms]
          .map((ms, index) => (ms === null ? '' : `${index === 0 ? 'p50' : 'p99'} ${latency(ms)}`))
          .join(' ')}
      />
    </div>
  )
}
