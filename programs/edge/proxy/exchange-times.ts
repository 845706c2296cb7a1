import type { EffectiveLimits } from '../gates/effective-limits.ts'
import type { ActiveRoute } from './active-routes.ts'

/** All times are as `performance.now()`. */
interface Timed {
  limits: EffectiveLimits | undefined
  record: { readonly startedAt: number }
}

/** When a whole exchange must be over. */
export function endOfExchange({ limits, record }: Timed): number {
  return limits ? record.startedAt + limits.totalMs : Number.POSITIVE_INFINITY
}

/** A byte moved: until when the next one has to. */
export function idleDeadline(
  { limits }: Pick<Timed, 'limits'>,
  { timeouts }: ActiveRoute,
  endsAt: number,
): number {
  return Math.min(performance.now() + (limits?.idleMs ?? timeouts.idleMs), endsAt)
}

/** The target has the whole request: until when the answer has to begin. */
export function answerDeadline({ timeouts }: ActiveRoute, endsAt: number): number {
  return Math.min(performance.now() + timeouts.responseMs, endsAt)
}
