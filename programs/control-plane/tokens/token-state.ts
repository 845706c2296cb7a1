/** When an API token works, and when its person is told that it ends. Pure; times are milliseconds since 1970. */
import { isSameHash } from '@seaworthy/kit/api-token'
import type { ApiTokenRow } from '../store/schema.ts'

export type TokenState = 'active' | 'expired' | 'revoked'

const DAY_MS = 86_400_000
/** Days before its end at which the person of a token is told, the earliest first. */
const WARNING_DAYS = [7, 1] as const

export function tokenState(
  { revoked_at, expires_at }: Pick<ApiTokenRow, 'revoked_at' | 'expires_at'>,
  now: number,
): TokenState {
  if (revoked_at !== null) return 'revoked'
  return expires_at !== null && expires_at <= now ? 'expired' : 'active'
}

/** Whether a token with this hash opens the row: the present one, or the one before while their overlap lasts. */
export function isOpenedBy(row: ApiTokenRow, hash: string, now: number): boolean {
  const isPresent = isSameHash(row.token_hash, hash)
  const isPrevious = row.previous_hash !== null && isSameHash(row.previous_hash, hash)
  const isOverlap = row.previous_until !== null && now < row.previous_until
  return tokenState(row, now) === 'active' && (isPresent || (isPrevious && isOverlap))
}

/**
 * Whether a mail is due: 7 days and 1 day before the end, once each. A mail that could not go out in time is made up
 * for; one that the next has overtaken is not. `warned_at` is the time of the last one, or when the token was made:
 * nobody is warned of an end that they have just chosen.
 */
export function isWarningDue(
  row: Pick<ApiTokenRow, 'expires_at' | 'revoked_at' | 'warned_at' | 'created_at'>,
  now: number,
): boolean {
  const { expires_at, warned_at, created_at } = row
  if (expires_at === null || tokenState(row, now) !== 'active') return false
  const lastTold = warned_at ?? created_at
  return WARNING_DAYS.some(days => {
    const from = expires_at - days * DAY_MS
    return from <= now && lastTold < from
  })
}

/** Before this, no token that ends at `now` or later needs a look. */
export function warningHorizon(now: number): number {
  return now + WARNING_DAYS[0] * DAY_MS
}
