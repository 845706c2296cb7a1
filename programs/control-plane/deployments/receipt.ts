/** What the edge counted while a deployment switched: the proof that nobody noticed, or that somebody did. Pure. */
import type { Receipt } from '@seaworthy/api'
import { percentile } from '@seaworthy/routes'

export interface EdgeCounts {
  requests: number
  failures: number
  latencyBuckets: readonly number[]
}

export interface WatchResult {
  /** Why the release may not stay; null when it may. */
  breach: string | null
  /** The previous release, before the switch. */
  before: EdgeCounts
  /** The new release since the switch, our own probes not counted. */
  after: EdgeCounts
  probes: { sent: number; failed: number }
  watchedMs: number
}

export interface ReceiptFacts {
  url: string
  release: string | null
  previousRelease: string | null
  /** Undefined when the deployment never switched. */
  watch?: WatchResult | undefined
  /** Where it got a share of the requests first: how that ended. */
  canary?: Receipt['canary']
  /** Milliseconds by phase. */
  timings: Record<string, number>
}

export const NO_COUNTS: EdgeCounts = { requests: 0, failures: 0, latencyBuckets: [] }

export function makeReceipt({
  url,
  release,
  previousRelease,
  watch,
  timings,
  canary,
}: ReceiptFacts): Receipt {
  const head = { url, release, previousRelease, timings, ...(canary ? { canary } : {}) }
  if (!watch) {
    return {
      ...head,
      verdict: 'not-switched',
      reason: null,
      before: null,
      after: null,
      probes: null,
      watchedMs: null,
    }
  }
  return {
    ...head,
    verdict: watch.breach === null ? 'kept' : 'returned',
    reason: watch.breach,
    before: previousRelease === null ? null : traffic(watch.before),
    after: traffic(watch.after),
    probes: watch.probes,
    watchedMs: watch.watchedMs,
  }
}

/** Counts are totals since the edge started; a total that fell means that the edge was restarted in between. */
export function countsSince(earlier: EdgeCounts, later: EdgeCounts): EdgeCounts {
  if (later.requests < earlier.requests) return later
  return {
    requests: later.requests - earlier.requests,
    failures: later.failures - earlier.failures,
    latencyBuckets: later.latencyBuckets.map(
      (count, bucket) => count - (earlier.latencyBuckets[bucket] ?? 0),
    ),
  }
}

/**
 * Our own probes go through the edge too and are counted there; verdict and receipt speak of real requests.
 * @param probes how many were sent, and how many of them the edge counted as failed
 */
export function withoutProbes(
  counts: EdgeCounts,
  { sent, countedAsFailures }: { sent: number; countedAsFailures: number },
): EdgeCounts {
  return {
    ...counts,
    requests: Math.max(0, counts.requests - sent),
    failures: Math.max(0, counts.failures - countedAsFailures),
  }
}

/** As the API shows it. */
export function traffic({ requests, failures, latencyBuckets }: EdgeCounts) {
  // Latencies cannot be told apart by who asked: without a real request they would be those of our probes.
  if (requests === 0) return { requests, failures, p50Ms: null, p95Ms: null }
  const at = (share: number) => tenths(percentile(latencyBuckets, share))
  return { requests, failures, p50Ms: at(0.5), p95Ms: at(0.95) }
}

/** Buckets know no more than that. */
function tenths(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.round(ms * 10) / 10
}
