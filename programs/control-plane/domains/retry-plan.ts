/** When to try again to get a certificate. Pure. */

const FIRST_MS = 60_000
const LONGEST_MS = 12 * 3_600_000
/** Looking at DNS costs nobody anything, and whoever has just mended it is waiting. */
const LONGEST_UNASKED_MS = 15 * 60_000

/**
 * Milliseconds until the next attempt: a minute, doubled each time up to twelve hours, between three quarters and all
 * of it by chance; never before the authority wants to be asked. Authorities count failures: a few an hour are allowed.
 * @param random in [0, 1)
 * @param wasAsked false where what we saw ourselves was enough not to ask an authority
 */
export function retryDelayMs(
  failures: number,
  {
    random,
    retryAfterMs = 0,
    wasAsked = true,
  }: { random: number; retryAfterMs?: number | undefined; wasAsked?: boolean },
): number {
  const longestMs = wasAsked ? LONGEST_MS : LONGEST_UNASKED_MS
  const full = Math.min(longestMs, FIRST_MS * 2 ** Math.min(20, Math.max(0, failures - 1)))
  return Math.round(Math.max(full * (0.75 + 0.25 * random), Math.min(retryAfterMs, 7 * 24 * 3_600_000)))
}

const SEEN_BEFORE_ASKING = new Set(['dns_leads_nowhere', 'dns_leads_elsewhere', 'caa_forbids'])

/** Whether it is a problem that we saw ourselves, so that no authority was asked. */
export function isSeenBeforeAsking(code: string): boolean {
  return SEEN_BEFORE_ASKING.has(code)
}

const DAY_MS = 86_400_000
const WARN_BEFORE_MS = 30 * DAY_MS

/**
 * Whether somebody should be told that a certificate ends: when less than 30 days are left. One that is renewed by
 * itself after two thirds of its life has a day for that first, or a tenth of its life. At most once a day.
 */
export function isWarningDue({ not_before, not_after, renew_at, warned_at }: Ending, now: number): boolean {
  const lifetime = not_after - not_before
  const untilLate = renew_at === null ? 0 : Math.min(DAY_MS, lifetime / 10)
  const warnFrom = Math.max(not_after - WARN_BEFORE_MS, not_before + (lifetime * 2) / 3 + untilLate)
  return now >= warnFrom && (warned_at === null || now - warned_at >= DAY_MS)
}

interface Ending {
  not_before: number
  not_after: number
  /** null: nobody renews it. */
  renew_at: number | null
  warned_at: number | null
}
