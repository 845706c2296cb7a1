/** When the disk will be full, by how it filled so far. Pure. */
export interface DiskPoint {
  /** Milliseconds since 1970. */
  at: number
  usedBytes: number
}

export type DiskForecast =
  /** Nobody has looked for long enough. */
  { state: 'unknown' } | { state: 'not-growing' } | { state: 'growing'; bytesPerDay: number; fullAt: number }

const DAY_MS = 86_400_000
const FEWEST_POINTS = 6
const SHORTEST_MS = DAY_MS / 2
/** Later than this is as good as never. */
const HORIZON_MS = 5 * 365 * DAY_MS
const MOST_POINTS = 150

/**
 * The median of all slopes between two points (Theil and Sen): a build that comes and goes, or a clean-up, changes a
 * few slopes and not the middle one.
 */
export function forecastDisk(
  points: readonly DiskPoint[],
  { totalBytes, now }: { totalBytes: number; now: number },
): DiskForecast {
  const sorted = [...points].sort((one, other) => one.at - other.at)
  const span = (sorted.at(-1)?.at ?? 0) - (sorted[0]?.at ?? 0)
  if (sorted.length < FEWEST_POINTS || span < SHORTEST_MS) return { state: 'unknown' }
  const bytesPerMs = median(slopes(thinned(sorted)))
  const left = totalBytes - median(sorted.slice(-3).map(({ usedBytes }) => usedBytes))
  if (bytesPerMs <= 0 || left / bytesPerMs > HORIZON_MS) return { state: 'not-growing' }
  return {
    state: 'growing',
    bytesPerDay: Math.round(bytesPerMs * DAY_MS),
    fullAt: Math.round(now + Math.max(0, left) / bytesPerMs),
  }
}

/** At even distances, the first and the last among them. */
function thinned(points: DiskPoint[]): DiskPoint[] {
  if (points.length <= MOST_POINTS) return points
  const step = (points.length - 1) / (MOST_POINTS - 1)
  return Array.from({ length: MOST_POINTS }, (_, index) => points[Math.round(index * step)]!)
}

function slopes(points: readonly DiskPoint[]): number[] {
  return points.flatMap((one, index) =>
    points
      .slice(index + 1)
      .filter(({ at }) => at > one.at)
      .map(other => (other.usedBytes - one.usedBytes) / (other.at - one.at)),
  )
}

function median(numbers: number[]): number {
  if (numbers.length === 0) return 0
  const sorted = numbers.sort((one, other) => one - other)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
