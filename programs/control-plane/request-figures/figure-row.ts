/** Between what the edge counts and the rows of the database. Pure. */
import type { RouteCounters } from '@seaworthy/routes'
import {
  BUCKET_COLUMNS,
  type BucketColumn,
  type FigureStep,
  type RequestFigureRow,
  type RequestSums,
} from '../store/sight-rows.ts'
import { partOf, STEPS, startOfStep } from './figure-steps.ts'

export const SUM_COLUMNS: readonly (keyof RequestSums)[] = [
  'requests',
  'r2xx',
  'r3xx',
  'r4xx',
  'r5xx',
  'failures',
  'edge_failures',
  'cache_hits',
  'bytes_in',
  'bytes_out',
]

export type FigureSums = RequestSums & Record<BucketColumn, number>

/** Everything that is added up when rows become one. */
export const ADDED_COLUMNS: readonly (keyof FigureSums)[] = [...SUM_COLUMNS, ...BUCKET_COLUMNS]

export function noFigures(): FigureSums {
  return Object.fromEntries(ADDED_COLUMNS.map(column => [column, 0])) as unknown as FigureSums
}

/** Whether something happened that is worth a row. */
export function isWorthARow({ requests, bytesIn, bytesOut, inFlight }: RouteCounters): boolean {
  return requests > 0 || bytesIn > 0 || bytesOut > 0 || inFlight > 0
}

/** The rows of what was counted between two looks: of each minute it is spread over, and of their hours and days. */
export function figureRows(counted: RouteCounters, minutes: readonly number[]): RequestFigureRow[] {
  const sums = sumsOf(counted)
  const rows = new Map<string, RequestFigureRow>()
  for (const [index, minute] of minutes.entries()) {
    const part = Object.fromEntries(
      ADDED_COLUMNS.map(column => [column, partOf(sums[column], index, minutes.length)]),
    ) as unknown as FigureSums
    for (const step of STEPS) addTo(rows, counted, step, startOfStep(minute, step), part)
  }
  return [...rows.values()]
}

function addTo(
  rows: Map<string, RequestFigureRow>,
  { appId, release, inFlight }: RouteCounters,
  step: FigureStep,
  at: number,
  part: FigureSums,
): void {
  const key = `${step} ${at}`
  const known = rows.get(key)
  if (known) for (const column of ADDED_COLUMNS) known[column] += part[column]
  else rows.set(key, { app_id: appId, step, at, release, in_flight: inFlight, ...part })
}

function sumsOf(counted: RouteCounters): FigureSums {
  const { responses, latencyBuckets } = counted
  const buckets = BUCKET_COLUMNS.map((column, index) => [column, latencyBuckets[index] ?? 0])
  return {
    requests: counted.requests,
    r2xx: responses['2xx'],
    r3xx: responses['3xx'],
    r4xx: responses['4xx'],
    r5xx: responses['5xx'],
    failures: counted.failures,
    edge_failures: counted.edgeFailures,
    cache_hits: counted.cacheHits,
    bytes_in: counted.bytesIn,
    bytes_out: counted.bytesOut,
    ...(Object.fromEntries(buckets) as Record<BucketColumn, number>),
  }
}

/** As the histogram of `@seaworthy/routes` has it. */
export function bucketsOf(sums: Record<BucketColumn, number>): number[] {
  return BUCKET_COLUMNS.map(column => sums[column])
}
