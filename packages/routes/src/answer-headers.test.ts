import { expect, test } from 'vitest'
import { AnswerHeaderRules, answerHeaders, SECURITY_HEADERS } from './answer-headers.ts'

function applied(own: Record<string, string>, headers: string[]): string[] {
  new AnswerHeaderRules(answerHeaders(own)).apply(headers)
  return headers
}

test('an answer that says nothing about security gets every default', () => {
  expect(applied({}, ['Content-Type', 'text/html'])).toEqual([
    'Content-Type',
    'text/html',
    ...SECURITY_HEADERS.flat(),
  ])
})

test('what the app says itself stays, in whatever case it says it', () => {
  const headers = applied({}, ['x-frame-options', 'DENY', 'REFERRER-POLICY', 'no-referrer'])

  expect(headers.slice(0, 4)).toEqual(['x-frame-options', 'DENY', 'REFERRER-POLICY', 'no-referrer'])
  expect(headers.slice(4)).toEqual([
    'X-Content-Type-Options',
    'nosniff',
    'Cross-Origin-Opener-Policy',
    'same-origin-allow-popups',
  ])
})

test('a header of the settings replaces those that the app sends under its name', () => {
  const headers = applied({ 'Cache-Control': 'no-store' }, [
    'cache-control',
    'public',
    'Cache-Control',
    'private',
  ])

  expect(headers.slice(0, 2)).toEqual(['Cache-Control', 'no-store'])
  expect(headers.filter(text => text.toLowerCase() === 'cache-control')).toHaveLength(1)
})

test('a header of the settings without a value is never sent, a default neither', () => {
  const headers = applied({ 'X-Frame-Options': '', Server: '' }, [
    'Server',
    'Express',
    'x-frame-options',
    'DENY',
  ])

  expect(headers).not.toContain('Server')
  expect(headers.map(text => text.toLowerCase())).not.toContain('x-frame-options')
})

test('one answer does not change what the next one gets', () => {
  const rules = new AnswerHeaderRules(answerHeaders({ 'X-Team': 'sales' }))
  const first = ['X-Frame-Options', 'DENY']
  const second: string[] = []

  rules.apply(first)
  rules.apply(second)

  expect(second).toEqual(['X-Team', 'sales', ...SECURITY_HEADERS.flat()])
})

test('a policy by default gives way to one of the app, whether that is enforced or on trial', () => {
  const defaults: [string, string][] = [['Content-Security-Policy-Report-Only', "default-src 'self'"]]
  const rules = new AnswerHeaderRules({ set: [], defaults })
  const own = ['content-security-policy', "default-src 'none'"]
  const silent: string[] = []

  rules.apply(own)
  rules.apply(silent)

  expect(own).toEqual(['content-security-policy', "default-src 'none'"])
  expect(silent).toEqual(defaults.flat())
})
