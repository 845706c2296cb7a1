import { emptyLatencyBuckets } from './latency-buckets.ts'
import type { RouteCounters } from './route-table.ts'

type Responses = RouteCounters['responses']
const CLASSES: readonly (keyof Responses)[] = ['1xx', '2xx', '3xx', '4xx', '5xx']
const TOTALS = ['requests', 'failures', 'edgeFailures', 'bytesIn', 'bytesOut', 'cacheHits'] as const

/** Counters of an app and release that saw nothing yet. */
export function emptyCounters(appId: string, release: string): RouteCounters {
  return {
    appId,
    release,
    requests: 0,
    failures: 0,
    edgeFailures: 0,
    responses: { '1xx': 0, '2xx': 0, '3xx': 0, '4xx': 0, '5xx': 0 },
    inFlight: 0,
    bytesIn: 0,
    bytesOut: 0,
    cacheHits: 0,
    latencyBuckets: emptyLatencyBuckets(),
    lastRequestAt: 0,
  }
}

/** The sum of two counters, under the name of the first: the same app seen by two workers or two edges. */
export function addCounters(a: RouteCounters, b: RouteCounters): RouteCounters {
  const sum = combine(a, b, (x, y) => x + y)
  return {
    ...sum,
    inFlight: a.inFlight + b.inFlight,
    lastRequestAt: Math.max(a.lastRequestAt, b.lastRequestAt),
  }
}

/**
 * What happened between two snapshots of the same app and release: `after - before`.
 * `inFlight` and `lastRequestAt` are no totals and are taken from `after`. An edge that restarted in between counts
 * from zero again, which shows as a smaller number of requests: then all of `after` is new.
 */
export function subtractCounters(after: RouteCounters, before: RouteCounters): RouteCounters {
  if (after.requests < before.requests) return after
  const difference = combine(after, before, (x, y) => Math.max(0, x - y))
  return { ...difference, inFlight: after.inFlight, lastRequestAt: after.lastRequestAt }
}

/** `subtractCounters` for whole snapshots, matched by app and release; one that `before` lacks is all new. */
export function subtractSnapshots(
  after: readonly RouteCounters[],
  before: readonly RouteCounters[],
): RouteCounters[] {
  const earlier = new Map(before.map(counters => [key(counters), counters]))
  return after.map(counters => {
    const known = earlier.get(key(counters))
    return known ? subtractCounters(counters, known) : counters
  })
}

function key({ appId, release }: RouteCounters): string {
  return JSON.stringify([appId, release])
}

function combine(a: RouteCounters, b: RouteCounters, join: (x: number, y: number) => number): RouteCounters {
  const result = emptyCounters(a.appId, a.release)
  for (const total of TOTALS) result[total] = join(a[total], b[total])
  for (const name of CLASSES) result.responses[name] = join(a.responses[name], b.responses[name])
  result.latencyBuckets = result.latencyBuckets.map((_, index) =>
    join(a.latencyBuckets[index] ?? 0, b.latencyBuckets[index] ?? 0),
  )
  return result
}
