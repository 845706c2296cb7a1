import { exchange } from '../net/http-exchange.ts'
import { AcmeProblem, retryAfterMs } from './acme-problem.ts'

/** When an authority wants a certificate to be renewed (RFC 9773). */
export interface RenewalWindow {
  startsAt: number
  endsAt: number
  /** When to ask again. */
  askAgainAt: number
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** RFC 9773, 4.3.3: not more often than a minute, and not less than once a day. */
const SOONEST_MS = 60_000

/** Asks the directory's `renewalInfo` about one certificate. Undefined where the answer makes no sense. */
export async function readRenewalWindow(
  {
    renewalInfoUrl,
    renewalId,
    ca,
    signal,
  }: { renewalInfoUrl: string; renewalId: string; ca?: string | undefined; signal?: AbortSignal },
  now: number,
): Promise<RenewalWindow | undefined> {
  const answer = await exchange({ url: `${renewalInfoUrl.replace(/\/$/, '')}/${renewalId}`, ca, signal })
  if (answer.status !== 200)
    throw new AcmeProblem({
      type: 'unknown',
      detail: 'no renewal information',
      status: answer.status,
      retryAfterMs: retryAfterMs(answer, now),
    })
  const { suggestedWindow } = JSON.parse(answer.body.toString()) as {
    suggestedWindow?: { start?: string; end?: string }
  }
  const [startsAt, endsAt] = [
    Date.parse(suggestedWindow?.start ?? ''),
    Date.parse(suggestedWindow?.end ?? ''),
  ]
  if (!(endsAt > startsAt)) return undefined
  const pauseMs = Math.min(DAY_MS, Math.max(SOONEST_MS, retryAfterMs(answer, now) ?? 6 * HOUR_MS))
  return { startsAt, endsAt, askAgainAt: now + pauseMs }
}

/**
 * When to renew: somewhere in the authority's window, else once two thirds of the lifetime are over. `random` is in [0, 1)
 * and spreads the certificates of one day over an hour, or a hundredth of their life.
 */
export function renewalTime(
  { notBefore, notAfter }: { notBefore: number; notAfter: number },
  { window, random }: { window?: RenewalWindow | undefined; random: number },
): number {
  if (window) return Math.round(window.startsAt + (window.endsAt - window.startsAt) * random)
  const lifetime = notAfter - notBefore
  const spread = Math.min(HOUR_MS, lifetime / 100)
  return Math.round(notBefore + (lifetime * 2) / 3 + spread * random)
}
