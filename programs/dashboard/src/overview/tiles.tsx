import type { ReactNode } from 'react'
import type { AppFigures, Figures, Span } from '../api/sight-queries.ts'
import { isFailing, isNearLimit, memoryPart } from '../apps/app-list.ts'
import { Meter } from '../charts/meter.tsx'
import { Sparkline } from '../charts/sparkline.tsx'
import { classNames } from '../components/class-names.ts'
import { amount, latency, memory, percent } from '../text/amounts.ts'
import { sightWords } from '../words/en/sight.ts'
import { totals } from './app-charts-model.ts'

const words = sightWords.tiles

interface TilesProps {
  now: AppFigures | undefined
  figures: Figures | undefined
  span: Span
}

/** The app in five numbers. */
export function Tiles({ now, figures, span }: TilesProps) {
  const all = figures && totals(figures)
  return (
    <section aria-label={words.label} className="grid grid-cols-2 gap-3 md:grid-cols-3 xl:grid-cols-5">
      <Tile
        name={words.traffic}
        value={now && amount(now.requestsPerMinute)}
        about={words.lastMinutes}
        below={<Sparkline values={now?.sparkline ?? []} />}
      />
      <Tile
        name={words.p95}
        value={now?.p95Ms == null ? undefined : latency(now.p95Ms)}
        about={now && now.p95Ms === null ? words.noTraffic : words.lastMinutes}
        below={figures && <Sparkline values={figures.p95Ms.slice(-30)} />}
      />
      <Tile
        name={words.errors}
        value={now?.errorRate == null ? undefined : percent(now.errorRate)}
        about={
          all && all.failures > 0
            ? `${words.failed(amount(all.failures))}, ${words.inTime[span]}`
            : words.lastMinutes
        }
        tone={isFailing(now) ? 'bad' : 'normal'}
        below={figures && <Sparkline values={figures.failures.slice(-30)} className="text-bad" />}
      />
      <MemoryTile now={now} figures={figures} />
      <Tile
        name={words.cache}
        value={all?.cacheRate == null ? undefined : percent(all.cacheRate)}
        about={words.inTime[span]}
        below={figures && <Sparkline values={figures.cacheHits.slice(-30)} className="text-good" />}
      />
    </section>
  )
}

function MemoryTile({ now, figures }: Pick<TilesProps, 'now' | 'figures'>) {
  const bytes = now?.memoryBytes
  return (
    <Tile
      name={words.memory}
      value={bytes == null ? undefined : memory(bytes)}
      about={now?.memoryLimitBytes ? words.of(memory(now.memoryLimitBytes)) : words.lastMinutes}
      tone={now && isNearLimit(now) ? 'bad' : 'normal'}
      below={
        now?.memoryLimitBytes ? (
          <Meter part={memoryPart(now)} tone={isNearLimit(now) ? 'bad' : 'normal'} className="mt-4" />
        ) : (
          figures && <Sparkline values={figures.memoryBytes.slice(-30)} />
        )
      }
    />
  )
}

interface TileProps {
  name: string
  value: string | undefined
  about: string
  tone?: 'normal' | 'bad'
  below?: ReactNode
}

export function Tile({ name, value, about, tone = 'normal', below }: TileProps) {
  return (
    <div className="flex min-w-0 flex-col rounded-lg border border-line bg-surface px-4 pt-3 pb-3 shadow-card">
      <p className="text-sm text-soft">{name}</p>
      <p className={classNames('text-xl font-semibold tabular-nums', tone === 'bad' && 'text-bad')}>
        {value ?? words.unknown}
      </p>
      <p className="text-xs text-soft">{about}</p>
      {below && <div className="mt-auto pt-2">{below}</div>}
    </div>
  )
}
