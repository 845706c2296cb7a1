import type { Observation as ObservationDocument, ObservationPatch, Visits } from '@seaworthy/api'
import type { NamedCount, Observation } from '@seaworthy/routes'
import type { Call, Implementations } from '../http/endpoint-implementation.ts'
import { isoTime, milliseconds } from '../http/times.ts'
import { figureErrors } from '../request-figures/errors.ts'
import type { FigureSums } from '../request-figures/figure-row.ts'
import { DAY, HOUR, KEPT_MS, startOfStep } from '../request-figures/figure-steps.ts'
import { latency, type RequestFigures } from '../request-figures/request-figures.ts'
import type { FigureStep } from '../store/schema.ts'
import type { ObservationChange, Observations } from './observations.ts'
import type { VisitRecords, VisitSums } from './visit-records.ts'

export interface VisitsRoutesOptions {
  visitRecords: VisitRecords
  requestFigures: RequestFigures
  observations: Observations
  /** Resolves once the edge works by what the database says. */
  publishRoutes: () => Promise<void>
}

const DAY_MS = 86_400_000
const HOURS_UP_TO_MS = 3 * DAY_MS
const SHOWN_NAMES = 100
const MB = 1_048_576

export function visitsRoutes(options: VisitsRoutesOptions): Implementations {
  const { observations, publishRoutes } = options
  return {
    'visits.get': { answer: ({ app, query }) => visitsOf(options, app.id, query) },
    'observation.get': {
      answer: async ({ app }) => observationDocument(observations.platform, await observations.own(app.id)),
    },
    'observation.update': {
      async answer({ app, body, audit }) {
        const before = await observations.own(app.id)
        const own = await observations.update(app.id, changeOf(body))
        audit({ before, after: own })
        await publishRoutes()
        return observationDocument(observations.platform, own)
      },
    },
  }
}

async function visitsOf(
  { visitRecords, requestFigures, observations }: VisitsRoutesOptions,
  appId: string,
  query: Call<'visits.get'>['query'],
): Promise<Visits> {
  const time = timeOf(query, Date.now())
  const days = { from: startOfStep(time.from, DAY), to: time.to }
  const [series, names, traffic, own] = await Promise.all([
    visitRecords.series(appId, time),
    visitRecords.names(appId, { ...days, limit: SHOWN_NAMES }),
    requestFigures.sum(appId, time),
    observations.own(appId),
  ])
  const total = (field: keyof VisitSums) => series.reduce((sum, row) => sum + Number(row[field]), 0)
  return {
    enabled: own.visits ?? observations.platform.visits,
    from: isoTime(time.from),
    to: isoTime(time.to),
    stepSeconds: time.step,
    series: series.map(({ at, views, visits }) => ({ at: isoTime(at), views, visits })),
    ...{ views: total('views'), visits: total('visits') },
    ...{ bots: total('bots'), unfollowed: total('unfollowed') },
    pages: namedViews(names.page),
    referrers: namedViews(names.referrer),
    devices: namedViews(names.device),
    browsers: namedViews(names.browser),
    countries: namedViews(names.country),
    traffic: trafficDocument(traffic),
  }
}

/** Hours of a few days, else days; whole ones. */
function timeOf(
  query: { from?: string | undefined; to?: string | undefined },
  now: number,
): { step: FigureStep; from: number; to: number } {
  const to = milliseconds(query.to) ?? now
  const from = milliseconds(query.from) ?? to - 7 * DAY_MS
  if (from >= to) throw figureErrors.figures_time_wrong()
  const isFine = to - from <= HOURS_UP_TO_MS && from >= now - KEPT_MS[HOUR]
  const step = isFine ? HOUR : DAY
  return { step, from: startOfStep(from, step), to }
}

function namedViews(counts: readonly NamedCount[]) {
  return counts.map(([name, views]) => ({ name: name === '' ? null : name, views }))
}

function trafficDocument(sums: FigureSums): Visits['traffic'] {
  return {
    requests: sums.requests,
    responses: { '2xx': sums.r2xx, '3xx': sums.r3xx, '4xx': sums.r4xx, '5xx': sums.r5xx },
    bytesOut: sums.bytes_out,
    cacheHits: sums.cache_hits,
    p50Ms: latency(sums, 0.5),
    p95Ms: latency(sums, 0.95),
    p99Ms: latency(sums, 0.99),
  }
}

function observationDocument(platform: Observation, own: Partial<Observation>): ObservationDocument {
  const { logMaxBytes, ...rest } = { ...platform, ...own }
  const names = Object.keys(own).map(name => (name === 'logMaxBytes' ? 'logMaxMb' : name))
  return {
    ...rest,
    logMaxMb: Math.max(1, Math.round(logMaxBytes / MB)),
    own: names as ObservationDocument['own'],
  }
}

function changeOf({ logMaxMb, ...rest }: ObservationPatch): ObservationChange {
  if (logMaxMb === undefined) return rest
  return { ...rest, logMaxBytes: logMaxMb === null ? null : logMaxMb * MB }
}
