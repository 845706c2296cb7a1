import { expect, test } from 'vitest'
import { claimsOverlap, judgeClaim, whyReserved } from './claim-rules.ts'

const PLATFORM = { baseDomain: 'apps.example.net', dashboardHost: 'panel.example.org' }

test.each([
  ['apps.example.net', 'apps answer under it'],
  ['shop.apps.example.net', 'those of the apps themselves'],
  ['deep.shop.apps.example.net', 'those of the apps themselves'],
  ['*.apps.example.net', 'apps answer under it'],
  ['*.example.net', 'apps answer under it'],
  ['panel.example.org', 'the dashboard answers there'],
  ['*.example.org', 'the dashboard answers there'],
])('%s is the platform’s own', (host, why) => {
  expect(whyReserved(host, PLATFORM)).toContain(why)
})

test.each(['example.net', 'example.org', 'shop.example.net', 'otherapps.example.net'])(
  '%s may be claimed',
  host => {
    expect(whyReserved(host, PLATFORM)).toBeUndefined()
  },
)

test.each([
  ['a.example.com', 'a.example.com', true],
  ['*.example.com', 'a.example.com', true],
  ['a.example.com', '*.example.com', true],
  ['*.example.com', 'example.com', false],
  ['*.example.com', 'deep.a.example.com', false],
  ['a.example.com', 'b.example.com', false],
])('%s and %s are about the same requests: %s', (one, other, expected) => {
  expect(claimsOverlap(one, other)).toBe(expected)
})

const HELD = { host: 'a.example.com', teamId: 'ours', heldUntil: 100, isGone: false }
const theirs = (host: string, isProved = false) => ({ host, teamId: 'theirs', isProved })

test('a claim holds against another team until it lapses, or until that team proves the name', () => {
  expect(judgeClaim(HELD, theirs('a.example.com'), 99)).toBe('blocks')
  expect(judgeClaim(HELD, theirs('*.example.com'), 99)).toBe('blocks')
  expect(judgeClaim(HELD, theirs('a.example.com'), 100)).toBe('replace')
  expect(judgeClaim(HELD, theirs('a.example.com', true), 1)).toBe('replace')
  expect(judgeClaim({ ...HELD, isGone: true }, theirs('a.example.com'), 1)).toBe('replace')
  expect(judgeClaim(HELD, theirs('b.example.com'), 1)).toBe('free')
})

test('within a team a name stands beside its wildcard, and no proof takes it from another app', () => {
  const ours = (host: string) => ({ host, teamId: 'ours', isProved: true })

  expect(judgeClaim(HELD, ours('*.example.com'), 1)).toBe('free')
  expect(judgeClaim(HELD, ours('a.example.com'), 1)).toBe('blocks')
})
