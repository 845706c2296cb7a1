/** Upper bounds of the latency histogram, in milliseconds, inclusive; a last bucket takes the rest. */
export const LATENCY_BOUNDS_MS: readonly number[] = [
  1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 75, 100, 150, 200, 300, 500, 750, 1_000, 1_500, 2_000, 3_000, 5_000,
  10_000, 30_000,
]

/** A histogram in which nothing was counted: one more bucket than there are bounds. */
export function emptyLatencyBuckets(): number[] {
  return new Array<number>(LATENCY_BOUNDS_MS.length + 1).fill(0)
}

/** The bucket that counts an answer that took `ms`. */
export function latencyBucketIndex(ms: number): number {
  let low = 0
  let high = LATENCY_BOUNDS_MS.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (ms <= LATENCY_BOUNDS_MS[middle]!) high = middle
    else low = middle + 1
  }
  return low
}

/**
 * The latency that the share `p` of all answers did not exceed, in milliseconds, interpolated inside its bucket.
 * @param buckets as `RouteCounters.latencyBuckets`
 * @param p between 0 and 1: `0.95` for the p95
 * @returns undefined where nothing was counted; the highest bound for what lies beyond it
 */
export function percentile(buckets: readonly number[], p: number): number | undefined {
  const total = buckets.reduce((sum, count) => sum + count, 0)
  if (total === 0) return undefined

  const rank = Math.min(Math.max(p, 0), 1) * total
  let below = 0
  for (const [index, count] of buckets.entries()) {
    if (count > 0 && below + count >= rank) return interpolate(index, (rank - below) / count)
    below += count
  }
  return LATENCY_BOUNDS_MS.at(-1)
}

function interpolate(bucket: number, share: number): number {
  const upper = LATENCY_BOUNDS_MS[bucket]
  if (upper === undefined) return LATENCY_BOUNDS_MS.at(-1)!
  const lower = bucket === 0 ? 0 : LATENCY_BOUNDS_MS[bucket - 1]!
  return lower + (upper - lower) * share
}
