import { expect, test } from 'vitest'
import { scoreHeaders } from './header-score.ts'

const BEST: [string, string][] = [
  ['strict-transport-security', 'max-age=31536000; includeSubDomains'],
  ['content-security-policy', "default-src 'self'; frame-ancestors 'none'"],
  ['x-content-type-options', 'nosniff'],
  ['referrer-policy', 'no-referrer'],
  ['permissions-policy', 'camera=(), microphone=()'],
  ['cross-origin-opener-policy', 'same-origin'],
  ['cross-origin-resource-policy', 'same-origin'],
]

function found(headers: [string, string][], subject: string, https = true) {
  return scoreHeaders({ headers, https }).findings.find(finding => finding.subject.startsWith(subject))
}

test('an answer that says everything gets the best grade, one that says nothing the worst', () => {
  expect(scoreHeaders({ headers: BEST, https: true })).toMatchObject({ grade: 'A+', points: 100 })
  expect(scoreHeaders({ headers: [], https: true })).toMatchObject({ grade: 'F', points: 0 })
})

test('what the platform gives by itself, without https and with the policy on trial, is in between', () => {
  const given: [string, string][] = [
    ['X-Content-Type-Options', 'nosniff'],
    ['X-Frame-Options', 'SAMEORIGIN'],
    ['Referrer-Policy', 'strict-origin-when-cross-origin'],
    ['Cross-Origin-Opener-Policy', 'same-origin-allow-popups'],
    ['Content-Security-Policy-Report-Only', "default-src 'self'"],
  ]

  expect(scoreHeaders({ headers: given, https: false }).grade).toBe('C')
  expect(scoreHeaders({ headers: given, https: true, hstsMaxAgeSeconds: 31_536_000 }).grade).toBe('B')
})

test('every finding that is not good says what to do', () => {
  const { findings } = scoreHeaders({ headers: [], https: false })

  for (const { says } of findings) expect(says).toMatch(/Set|Give|Name|Raise/)
})

test.each([
  ['max-age=31536000', 'good'],
  ['max-age=3600', 'weak'],
  ['max-age=0', 'missing'],
  ['includeSubDomains', 'missing'],
])('Strict-Transport-Security: %s is %s', (value, state) => {
  expect(found([['Strict-Transport-Security', value]], 'Strict')?.state).toBe(state)
})

test('Strict-Transport-Security counts for nothing where nobody answers over https', () => {
  expect(found([['Strict-Transport-Security', 'max-age=31536000']], 'Strict', false)?.state).toBe('missing')
})

test.each([
  ["default-src 'self'", 'good'],
  ["default-src *; script-src 'self'", 'good'],
  ["script-src 'nonce-abc' 'unsafe-inline'", 'good'],
  ["script-src 'self' 'unsafe-inline'", 'weak'],
  ['default-src https:', 'weak'],
  ['frame-ancestors *', 'weak'],
])('Content-Security-Policy: %s is %s', (value, state) => {
  expect(found([['Content-Security-Policy', value]], 'Content-Security-Policy')?.state).toBe(state)
})

test('frame-ancestors counts before X-Frame-Options, as browsers have it', () => {
  const both: [string, string][] = [
    ['X-Frame-Options', 'DENY'],
    ['Content-Security-Policy', 'frame-ancestors *'],
  ]

  expect(found(both, 'X-Frame-Options')?.state).toBe('missing')
  expect(found([['X-Frame-Options', 'ALLOWALL']], 'X-Frame-Options')?.state).toBe('missing')
  expect(found([['X-FRAME-OPTIONS', 'deny']], 'X-Frame-Options')?.state).toBe('good')
})

test('of a list of referrer policies the last one counts', () => {
  expect(found([['Referrer-Policy', 'unsafe-url, no-referrer']], 'Referrer')?.state).toBe('good')
  expect(found([['Referrer-Policy', 'unsafe-url']], 'Referrer')?.state).toBe('weak')
})
