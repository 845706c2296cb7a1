import { type AnswerHeaders, answerHeaders } from '../answer-headers.ts'
import type { TrafficSettings } from './traffic-settings.ts'

/**
 * What a page may do when nobody says otherwise: load from its own site, images from anywhere over https, styles also
 * inline (most frameworks write such), and be framed by its own site only. Scripts from elsewhere and plug-ins may not.
 */
export const DEFAULT_POLICY =
  "default-src 'self'; img-src 'self' data: https:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"

export const CSP = 'Content-Security-Policy'
export const CSP_REPORT_ONLY = 'Content-Security-Policy-Report-Only'

/** What the edge does to the headers of an app's answers, the security headers included that nobody named. */
export function answerHeadersOf({ headers = {}, csp }: TrafficSettings): AnswerHeaders {
  const planned = answerHeaders(headers)
  const policy = policyHeader(csp)
  const named = Object.keys(headers).map(name => name.toLowerCase())
  if (!policy || named.includes(CSP.toLowerCase()) || named.includes(CSP_REPORT_ONLY.toLowerCase()))
    return planned
  // A policy that somebody wrote into the settings counts; the platform's own gives way to one of the app.
  const list = csp?.policy === undefined ? 'defaults' : 'set'
  return { ...planned, [list]: [...planned[list], policy] }
}

function policyHeader(csp: TrafficSettings['csp']): [string, string] | undefined {
  const mode = csp?.mode ?? 'report-only'
  if (mode === 'off') return undefined
  return [mode === 'enforce' ? CSP : CSP_REPORT_ONLY, csp?.policy ?? DEFAULT_POLICY]
}
