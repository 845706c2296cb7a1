/** How figures lie in time. Pure. */
import type { FigureStep } from '../store/schema.ts'

export const MINUTE: FigureStep = 60
export const HOUR: FigureStep = 3600
export const DAY: FigureStep = 86400
export const STEPS: readonly FigureStep[] = [MINUTE, HOUR, DAY]

const DAY_MS = 86_400_000
/** How long rows of each step are kept. */
export const KEPT_MS: Record<FigureStep, number> = { 60: 2 * DAY_MS, 3600: 30 * DAY_MS, 86400: 730 * DAY_MS }
/** Points that one chart can ask for. */
export const MAX_POINTS = 3_000

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000

/** The start of the step that this time lies in. Days begin at midnight UTC. */
export function startOfStep(at: number, step: FigureStep): number {
  return Math.floor(at / (step * 1000)) * step * 1000
}

/** Fine enough to see something, coarse enough to draw it, and still kept. */
export function stepFor({ from, to, now }: { from: number; to: number; now: number }): FigureStep {
  if (to - from <= 6 * HOUR_MS && from >= now - KEPT_MS[MINUTE]) return MINUTE
  if (to - from <= 14 * DAY_MS && from >= now - KEPT_MS[HOUR]) return HOUR
  return DAY
}

/**
 * The minutes that what was counted between two looks is written to. Looks are seconds apart; where the control plane
 * was away for longer, nobody knows when it came, so it is spread evenly over all minutes of that time.
 */
export function minutesBetween(lastLookAt: number, now: number): number[] {
  // A clock that was set back makes the last look a later one.
  const since = Math.min(Math.max(lastLookAt, now - KEPT_MS[MINUTE]), now)
  const first = startOfStep(since, MINUTE)
  const last = startOfStep(now, MINUTE)
  // One look lies in two minutes at most; it belongs to the one in which most of it was.
  if (last - first <= MINUTE_MS) return [startOfStep((since + now) / 2, MINUTE)]
  return Array.from({ length: (last - first) / MINUTE_MS + 1 }, (_, index) => first + index * MINUTE_MS)
}

/** Part `index` of a whole number that is cut into `parts`; all parts together are the number. */
export function partOf(whole: number, index: number, parts: number): number {
  return Math.floor((whole * (index + 1)) / parts) - Math.floor((whole * index) / parts)
}
