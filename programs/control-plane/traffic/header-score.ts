/**
 * Grades the security headers of an answer, by what the tools for it ask: the OWASP Secure Headers Project and
 * Mozilla's HTTP Observatory. Pure.
 */
export interface HeaderFinding {
  subject: string
  state: 'good' | 'weak' | 'missing'
  points: number
  of: number
  /** What was found, and what to do where something is to do. */
  says: string
}

export type Grade = 'A+' | 'A' | 'B' | 'C' | 'D' | 'E' | 'F'

export interface HeaderScore {
  grade: Grade
  /** 0 to 100. */
  points: number
  findings: HeaderFinding[]
}

export interface ScoredAnswer {
  headers: readonly (readonly [string, string])[]
  /** Whether visitors reach the app over https: without it, HSTS means nothing. */
  https: boolean
  /** What the edge adds to answers over https. */
  hstsMaxAgeSeconds?: number
}

const HALF_A_YEAR_SECONDS = 15_552_000

export function scoreHeaders(answer: ScoredAnswer): HeaderScore {
  const find = (name: string) => headerValue(answer.headers, name)
  const findings = [
    transport(answer, find('strict-transport-security')),
    policy(find('content-security-policy'), find('content-security-policy-report-only')),
    exact('nosniff', find('x-content-type-options'), 15),
    framing(find('x-frame-options'), find('content-security-policy')),
    referrer(find('referrer-policy')),
    permissions(find('permissions-policy')),
    isolation(find('cross-origin-opener-policy'), find('cross-origin-resource-policy')),
  ]
  const most = findings.reduce((sum, finding) => sum + finding.of, 0)
  const points = Math.round((findings.reduce((sum, finding) => sum + finding.points, 0) * 100) / most)
  return { grade: gradeOf(points), points, findings }
}

function transport(
  { https, hstsMaxAgeSeconds = 0 }: ScoredAnswer,
  header: string | undefined,
): HeaderFinding {
  const subject = 'Strict-Transport-Security'
  if (!https)
    return finding(
      subject,
      0,
      20,
      'The app answers without https. Give it a domain: seaworthy domains add HOST',
    )
  const seconds = header === undefined ? hstsMaxAgeSeconds : Number(/max-age="?(\d+)/i.exec(header)?.[1] ?? 0)
  if (seconds >= HALF_A_YEAR_SECONDS) return finding(subject, 20, 20, 'Browsers insist on https.')
  return seconds > 0
    ? finding(
        subject,
        12,
        20,
        'Browsers insist on https for less than half a year. Raise https.hsts.maxAgeSeconds.',
      )
    : finding(subject, 0, 20, 'Browsers may be led to plain HTTP. Set https.hsts.')
}

function policy(enforced: string | undefined, reported: string | undefined): HeaderFinding {
  const subject = 'Content-Security-Policy'
  if (enforced === undefined) {
    return reported === undefined
      ? finding(
          subject,
          0,
          25,
          'There is none. Set csp to {"mode":"report-only"} and look at the console of a browser.',
        )
      : finding(
          subject,
          10,
          25,
          'It is on trial: browsers tell, but stop nothing. Set csp to {"mode":"enforce"}.',
        )
  }
  const scripts = directive(enforced, 'script-src') ?? directive(enforced, 'default-src')
  if (scripts === undefined)
    return finding(subject, 10, 25, 'It says nothing about scripts. Add default-src.')
  const isOpen = /'unsafe-(inline|eval)'|(^|\s)(\*|https?:|data:)(\s|$)/i.test(scripts)
  const isPinned = /'(nonce-|sha(256|384|512)-|strict-dynamic)/i.test(scripts)
  return isOpen && !isPinned
    ? finding(
        subject,
        15,
        25,
        'It lets scripts in that nobody named. Take unsafe-inline, unsafe-eval and "*" out.',
      )
    : finding(subject, 25, 25, 'Only named scripts run.')
}

function exact(wanted: string, header: string | undefined, of: number): HeaderFinding {
  const isSet = header?.trim().toLowerCase() === wanted
  const says = isSet
    ? 'Browsers believe the content type.'
    : 'Browsers guess content types. Set it to nosniff.'
  return finding('X-Content-Type-Options', isSet ? of : 0, of, says)
}

function framing(header: string | undefined, csp: string | undefined): HeaderFinding {
  const subject = 'X-Frame-Options or frame-ancestors'
  const ancestors = directive(csp ?? '', 'frame-ancestors')
  // Where both are there, browsers obey the policy (CSP 3, 6.4.2).
  if (ancestors !== undefined) {
    return /(^|\s)(\*|https?:)(\s|$)/.test(ancestors)
      ? finding(subject, 0, 15, 'frame-ancestors lets every site show the app in a frame. Name the sites.')
      : finding(subject, 15, 15, 'Only named sites may show the app in a frame.')
  }
  return /^(deny|sameorigin)$/i.test(header?.trim() ?? '')
    ? finding(subject, 15, 15, 'Other sites cannot show the app in a frame.')
    : finding(subject, 0, 15, 'Any site may show the app in a frame. Set X-Frame-Options to SAMEORIGIN.')
}

const STRICT_REFERRERS = ['no-referrer', 'same-origin', 'strict-origin', 'strict-origin-when-cross-origin']

function referrer(header: string | undefined): HeaderFinding {
  const subject = 'Referrer-Policy'
  // Of a list, the last one that a browser knows counts (Referrer Policy, 8.1).
  const last = header?.split(',').at(-1)?.trim().toLowerCase()
  if (last !== undefined && STRICT_REFERRERS.includes(last))
    return finding(subject, 10, 10, 'Other sites do not learn which page a visitor came from.')
  return header === undefined
    ? finding(subject, 0, 10, 'Nothing is said. Set it to strict-origin-when-cross-origin.')
    : finding(
        subject,
        3,
        10,
        'Whole addresses may reach other sites. Set it to strict-origin-when-cross-origin.',
      )
}

function permissions(header: string | undefined): HeaderFinding {
  const subject = 'Permissions-Policy'
  return header === undefined || header.trim() === ''
    ? finding(
        subject,
        0,
        8,
        'Nothing is said. Name what the app does not need: camera=(), microphone=(), geolocation=()',
      )
    : finding(subject, 8, 8, 'It says which powers of the browser the app uses.')
}

function isolation(opener: string | undefined, resource: string | undefined): HeaderFinding {
  const subject = 'Cross-Origin-Opener-Policy and -Resource-Policy'
  const isApart = /^(same-origin|same-origin-allow-popups|noopener-allow-popups)$/i.test(opener?.trim() ?? '')
  const isOwn = /^(same-origin|same-site)$/i.test(resource?.trim() ?? '')
  if (isApart && isOwn) return finding(subject, 7, 7, 'Other sites reach neither its windows nor its files.')
  if (isApart)
    return finding(
      subject,
      5,
      7,
      'Other sites may embed its files. Where none should, set Cross-Origin-Resource-Policy to same-site.',
    )
  return finding(
    subject,
    isOwn ? 2 : 0,
    7,
    'Windows that other sites open reach into the app. Set Cross-Origin-Opener-Policy to same-origin.',
  )
}

function finding(subject: string, points: number, of: number, says: string): HeaderFinding {
  const state = points === of ? 'good' : points === 0 ? 'missing' : 'weak'
  return { subject, state, points, of, says }
}

function gradeOf(points: number): Grade {
  if (points >= 95) return 'A+'
  if (points >= 85) return 'A'
  if (points >= 70) return 'B'
  if (points >= 55) return 'C'
  if (points >= 40) return 'D'
  return points >= 20 ? 'E' : 'F'
}

/** Several headers of one name are one list (RFC 9110, 5.3). */
function headerValue(headers: ScoredAnswer['headers'], wanted: string): string | undefined {
  const values = headers.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value)
  return values.length === 0 ? undefined : values.join(', ')
}

/** The value of one directive; the first one counts (CSP 3, 2.2.1). */
function directive(policyText: string, wanted: string): string | undefined {
  for (const part of policyText.split(';')) {
    const [name = '', ...values] = part.trim().split(/\s+/)
    if (name.toLowerCase() === wanted) return values.join(' ')
  }
  return undefined
}
