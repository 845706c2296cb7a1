/** What a deployment keeps of its time as a canary, in `canary_json`. Pure. */
import type { DeploymentRow } from '../store/schema.ts'
import { countsSince, type EdgeCounts, NO_COUNTS } from './receipt.ts'

/** How a deployment gets a share of the requests before it gets all of them. */
export interface CanaryPlan {
  /** 0 to 100. */
  percent: number
  /** Requests with this header always go to the canary; with an empty value any content counts. */
  header?: { name: string; value: string } | undefined
  /** It takes over by itself after so many minutes without a breach; null: it stays until told. */
  promoteAfterMinutes: number | null
}

export interface CanaryRecord extends CanaryPlan {
  /** When it began to get requests, in milliseconds since 1970; null before. */
  since: number | null
  /** What both sides answered since then. */
  seen: { canary: EdgeCounts; stable: EdgeCounts }
  /** The totals of the edge at the last look: what came since is new. Null where nobody has looked. */
  last: { canary: EdgeCounts; stable: EdgeCounts } | null
  /** Our own, through the edge to the canary. */
  probes: CanaryProbes
  /** What somebody, or the platform itself, wants to become of it. `breach`: it failed more than it may. */
  request: { action: 'promote' | 'abort'; reason: string; breach: boolean } | null
}

export interface CanaryProbes {
  sent: number
  failed: number
  /** Those that the edge counts as failed requests: answered 5xx. */
  countedAsFailures: number
  failedInARow: number
}

export function newCanary(plan: CanaryPlan): CanaryRecord {
  return {
    ...plan,
    since: null,
    seen: { canary: NO_COUNTS, stable: NO_COUNTS },
    last: null,
    probes: { sent: 0, failed: 0, countedAsFailures: 0, failedInARow: 0 },
    request: null,
  }
}

/** The sum of two times. */
export function addCounts(a: EdgeCounts, b: EdgeCounts): EdgeCounts {
  const length = Math.max(a.latencyBuckets.length, b.latencyBuckets.length)
  return {
    requests: a.requests + b.requests,
    failures: a.failures + b.failures,
    latencyBuckets: Array.from(
      { length },
      (_, bucket) => (a.latencyBuckets[bucket] ?? 0) + (b.latencyBuckets[bucket] ?? 0),
    ),
  }
}

/** Undefined for a deployment that gets all requests at once. */
export function canaryOf({ canary_json }: Pick<DeploymentRow, 'canary_json'>): CanaryRecord | undefined {
  return canary_json === null ? undefined : (JSON.parse(canary_json) as CanaryRecord)
}

/** The record after another look at the totals of the edge. A first look only takes them down. */
export function withCounts(
  record: CanaryRecord,
  now: { canary: EdgeCounts; stable: EdgeCounts },
  probes: CanaryProbes = record.probes,
): CanaryRecord {
  const { last, seen } = record
  if (!last) return { ...record, last: now, probes }
  return {
    ...record,
    last: now,
    probes,
    seen: {
      canary: addCounts(seen.canary, countsSince(last.canary, now.canary)),
      stable: addCounts(seen.stable, countsSince(last.stable, now.stable)),
    },
  }
}

/** What requests must carry to be sent to a canary, where nobody chose. */
export function defaultHeader(release: number): { name: string; value: string } {
  return { name: 'x-seaworthy-canary', value: `v${release}` }
}
