/** When to try again to get a certificate. Pure. */

const FIRST_MS = 60_000
const LONGEST_MS = 12 * 3_600_000

/**
 * Milliseconds until the next attempt: a minute, doubled each time up to twelve hours, between three quarters and all
 * of it by chance; never before the authority wants to be asked. Authorities count failures: a few an hour are allowed.
 * @param random in [0, 1)
 */
export function retryDelayMs(
  failures: number,
  { random, retryAfterMs = 0 }: { random: number; retryAfterMs?: number | undefined },
): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(20, Math.max(0, failures - 1)))
  return Math.round(Math.max(full * (0.75 + 0.25 * random), Math.min(retryAfterMs, 7 * 24 * 3_600_000)))
}

const DAY_MS = 86_400_000
const WARN_BEFORE_MS = 30 * DAY_MS

/**
 * Whether somebody should be told that a certificate ends: 30 days before, or, where it lives shorter than three times
 * that, when its renewal is a tenth of its life late. At most once a day.
 */
export function isWarningDue(
  { not_before, not_after, warned_at }: { not_before: number; not_after: number; warned_at: number | null },
  now: number,
): boolean {
  const lifetime = not_after - not_before
  const warnFrom =
    lifetime > 3 * WARN_BEFORE_MS + DAY_MS
      ? not_after - WARN_BEFORE_MS
      : not_before + lifetime * (2 / 3 + 0.1)
  return now >= warnFrom && (warned_at === null || now - warned_at >= DAY_MS)
}
