import type { AppFigures } from '@seaworthy/api'
import { mayShowApp } from '../access/narrow-apps.ts'
import { type VisibleApps, visibleApps } from '../access/visible-apps.ts'
import type { Implementations } from '../http/endpoint-implementation.ts'
import { milliseconds } from '../http/times.ts'
import type { Store } from '../store/database.ts'
import type { FigureStep } from '../store/schema.ts'
import { figureErrors } from './errors.ts'
import { DAY, HOUR, MAX_POINTS, MINUTE, startOfStep, stepFor } from './figure-steps.ts'
import { figuresDocument, usageOf } from './figures-document.ts'
import { errorRate, latency, type RequestFigures } from './request-figures.ts'
import type { ResourceFigures } from './resource-figures.ts'
import type { InstanceUsage } from './resource-sampler.ts'

export interface FiguresRoutesOptions {
  store: Store
  requestFigures: RequestFigures
  resourceFigures: ResourceFigures
  /** What instances use now, by instance. */
  usage: () => ReadonlyMap<string, InstanceUsage>
}

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
const SPARKLINE_MINUTES = 30
const RECENT_MINUTES = 5
const NAMED_STEPS: Record<'minute' | 'hour' | 'day', FigureStep> = { minute: MINUTE, hour: HOUR, day: DAY }

export function figuresRoutes(options: FiguresRoutesOptions): Implementations {
  const { requestFigures, resourceFigures } = options
  return {
    'figures.app': {
      async answer({ app, query }) {
        const time = timeOf(query, Date.now())
        const { release } = query
        const [points, resources] = await Promise.all([
          requestFigures.points(app.id, { ...time, release }),
          release === undefined ? resourceFigures.points(app.id, time) : [],
        ])
        return figuresDocument(time, points, resources)
      },
    },
    'figures.apps': { answer: ({ actor }) => allApps(options, visibleApps(actor)) },
  }
}

/** @throws `figures_time_wrong` or `figures_too_many` */
function timeOf(
  query: { from?: string | undefined; to?: string | undefined; step?: keyof typeof NAMED_STEPS | undefined },
  now: number,
): { step: FigureStep; from: number; to: number } {
  const to = milliseconds(query.to) ?? now
  const from = milliseconds(query.from) ?? to - HOUR_MS
  if (from >= to) throw figureErrors.figures_time_wrong()
  const step = query.step === undefined ? stepFor({ from, to, now }) : NAMED_STEPS[query.step]
  const points = Math.ceil((to - from) / (step * 1000))
  if (points > MAX_POINTS) throw figureErrors.figures_too_many({ points, limit: MAX_POINTS })
  return { step, from: startOfStep(from, step), to }
}

/** Three queries for all apps together. */
async function allApps(options: FiguresRoutesOptions, visible: VisibleApps): Promise<AppFigures[]> {
  const { store, requestFigures, usage } = options
  const now = Date.now()
  // Whole minutes, and what there is of the running one.
  const recentFrom = startOfStep(now, MINUTE) - (RECENT_MINUTES - 1) * MINUTE_MS
  const [apps, sparklines, recent] = await Promise.all([
    store.db
      .selectFrom('apps')
      .select(['id', 'slug'])
      .where('deleted_at', 'is', null)
      .where(mayShowApp(visible, 'apps.id'))
      .orderBy('slug')
      .execute(),
    requestFigures.sparklines(SPARKLINE_MINUTES, now),
    requestFigures.recent(recentFrom),
  ])
  const used = Map.groupBy(usage().values(), ({ appId }) => appId)
  const minutes = (now - recentFrom) / MINUTE_MS
  return apps.map(({ id, slug }) => {
    const sums = recent.get(id)
    return {
      slug,
      requestsPerMinute: sums ? Math.round((sums.requests / minutes) * 10) / 10 : 0,
      p95Ms: sums ? latency(sums, 0.95) : null,
      errorRate: sums ? errorRate(sums) : null,
      ...usageOf(used.get(id) ?? []),
      sparkline: sparklines.get(id) ?? new Array<number>(SPARKLINE_MINUTES).fill(0),
    }
  })
}
