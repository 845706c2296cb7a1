/**
 * Decides, from what the edge counted since the switch, whether a new release may stay.
 * Pure: the watcher gives the counts and carries out the verdict.
 */

/** Below this many failed requests no ratio is trusted: one broken link must not undo a deployment. */
const MIN_FAILURES = 3
/** A release may fail this share of its requests, or twice the share that its predecessor failed. */
const MAX_FAILURE_SHARE = 0.05
const MAX_FAILED_PROBES_IN_A_ROW = 3

export interface TrafficCounts {
  requests: number
  /** Requests answered 5xx, by the app or by the edge in its place. */
  failures: number
}

export interface WatchFacts {
  /** The predecessor before the switch. */
  before: TrafficCounts
  /** The new release since the switch, our own probes not counted. */
  after: TrafficCounts
  failedProbesInARow: number
  /** Processes of which no instance that was switched to runs any more. */
  endedProcesses: readonly string[]
  /** What `before` is called in a reason; `before` when missing. */
  comparedWith?: string
}

export type WatchVerdict = { keep: true } | { keep: false; reason: string }

export function watchVerdict(facts: WatchFacts): WatchVerdict {
  const { before, after, comparedWith = 'before' } = facts
  const [ended] = facts.endedProcesses
  if (ended !== undefined) {
    return { keep: false, reason: `every instance of process "${ended}" ended by itself` }
  }
  if (facts.failedProbesInARow >= MAX_FAILED_PROBES_IN_A_ROW) {
    return { keep: false, reason: `${facts.failedProbesInARow} probes in a row failed through the edge` }
  }
  if (after.failures >= MIN_FAILURES && share(after) > allowedShare(before)) {
    return {
      keep: false,
      reason: `${after.failures} of ${after.requests} requests failed (${comparedWith}: ${before.failures} of ${before.requests})`,
    }
  }
  return { keep: true }
}

function allowedShare(before: TrafficCounts): number {
  return Math.max(MAX_FAILURE_SHARE, 2 * share(before))
}

function share({ requests, failures }: TrafficCounts): number {
  return requests === 0 ? 0 : failures / requests
}
