import { useSuspenseQuery } from '@tanstack/react-query'
import { Eraser } from 'lucide-react'
import { useState } from 'react'
import { type DiskReport, platformQueries } from '../api/platform-queries.ts'
import { LazyLineChart } from '../charts/lazy-line-chart.tsx'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { Segments } from '../components/segments.tsx'
import { Time } from '../components/time.tsx'
import { AdminsOnly } from '../platform/admins-only.tsx'
import { DiskBar } from '../platform/disk-bar.tsx'
import { byKind } from '../platform/disk-parts.ts'
import { AppTable, KindTable } from '../platform/disk-tables.tsx'
import { ReclaimDialog } from '../platform/reclaim-dialog.tsx'
import { fileSize } from '../text/sizes.ts'
import { fullDay, shortTime } from '../text/times.ts'
import { platformWords } from '../words/en/platform.ts'

const w = platformWords.disk

/** What takes the disk of the server, when it will be full, and what can go. */
export function PlatformDisk() {
  return (
    <AdminsOnly>
      <Ledger />
    </AdminsOnly>
  )
}

function Ledger() {
  const { data: report } = useSuspenseQuery(platformQueries.disk())
  const [reclaiming, setReclaiming] = useState(false)
  const [view, setView] = useState<'kind' | 'app'>('kind')
  return (
    <div className="grid gap-6">
      <Card
        title={w.used(
          fileSize(report.totalBytes - report.freeBytes),
          fileSize(report.totalBytes),
          report.usedPercent,
        )}
        about={
          <>
            {w.measured} <Time at={report.measuredAt} />. {forecastText(report)} {w.steps(levelsText(report))}
          </>
        }
        actions={
          <Button icon={<Eraser aria-hidden className="size-4" />} onClick={() => setReclaiming(true)}>
            {w.reclaim}
          </Button>
        }
      >
        <div className="grid gap-3">
          <DiskBar
            sums={byKind(report)}
            totalBytes={report.totalBytes}
            levels={report.levels ?? FALLBACK_LEVELS}
          />
          {reachedLevel(report) !== undefined && (
            <p className="rounded-md bg-bad-soft px-3 py-2 text-sm text-bad">
              {w.reached(reachedLevel(report)!)}
            </p>
          )}
        </div>
      </Card>
      <Card
        title={w.bar}
        flush
        actions={
          <Segments<'kind' | 'app'>
            label={w.bar}
            value={view}
            names={{ kind: w.byKind, app: w.byApp }}
            onChange={setView}
          />
        }
      >
        {view === 'kind' ? <KindTable report={report} /> : <AppTable report={report} />}
      </Card>
      {report.history.length > 1 && <History report={report} />}
      {reclaiming && <ReclaimDialog onClose={() => setReclaiming(false)} />}
    </div>
  )
}

const GB = 1e9

function History({ report: { history, totalBytes } }: { report: DiskReport }) {
  const used = history.map(point => point.totalBytes - point.freeBytes)
  return (
    <Card>
      <div className="pt-4">
        <LazyLineChart
          times={history.map(({ at }) => Date.parse(at) / 1000)}
          marks={[]}
          highlighted={undefined}
          formatTime={at => shortTime(at * 1000, 'week')}
          model={{
            id: 'disk',
            title: w.history,
            format: fileSize,
            leastTop: Math.min(totalBytes, GB),
            series: [{ label: w.history, values: used, tone: 'accent', fill: true }],
          }}
        />
      </div>
    </Card>
  )
}

const FALLBACK_LEVELS = [80, 90, 95]

function levelsText({ levels = FALLBACK_LEVELS }: DiskReport): string {
  return levels.join(', ')
}

function reachedLevel({ usedPercent, levels = FALLBACK_LEVELS }: DiskReport): number | undefined {
  return levels.filter(level => usedPercent >= level).at(-1)
}

function forecastText({ forecast }: DiskReport): string {
  if (forecast.state !== 'growing') return w.forecasts[forecast.state]
  return w.growing(fileSize(forecast.bytesPerDay), fullDay(Date.parse(forecast.fullAt)))
}
