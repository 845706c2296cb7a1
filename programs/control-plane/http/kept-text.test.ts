import { createPostgresDatabase, systemPart } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { isKept, unkeptPlaces } from './kept-text.ts'
import { signInOwner, startTestControlPlane } from './test-control-plane.ts'

test.each([
  ['', true],
  ['line\nbreak and \u{1f9ed}', true],
  ['a\0b', false],
  ['half \ud83e', false],
])('%j can be kept: %s', (text, kept) => {
  expect(isKept(text)).toBe(kept)
})

test('every place is told, keys too, and no more than ten', () => {
  const value = { a: ['ok', 'x\0'], b: { 'k\0': 1 }, c: 'fine', d: 7, e: null }

  expect(unkeptPlaces(value).toSorted()).toEqual([['a', '1'], ['b']])
  expect(unkeptPlaces(Array(1000).fill('\0'))).toHaveLength(10)
})

test('a value of a hundred thousand levels costs no more than its size', () => {
  let deep: unknown = 'x\0'
  for (let level = 0; level < 100_000; level++) deep = [deep]

  expect(unkeptPlaces(deep)).toEqual([Array(20).fill('0')])
})

const missing = await systemPart.missing('postgresql')

test.skipIf(missing)(
  'what PostgreSQL cannot keep is refused wherever it stands, and never a 5xx',
  async () => {
    const { url } = await createPostgresDatabase()
    const platform = await startTestControlPlane({ databaseUrl: url })
    const { token } = await signInOwner(platform)
    await platform.local.call('apps.create', { body: { slug: 'shop' } })
    const ask = async (method: string, path: string, body?: object) => {
      const headers = {
        authorization: `Bearer ${token}`,
        ...(body && { 'content-type': 'application/json' }),
      }
      const answer = await fetch(platform.url + path, { method, headers, body: body && JSON.stringify(body) })
      return answer.status
    }

    for (const path of ['apps/%00', 'teams/%00', 'apps/a%00b/env', 'teams/%00/members'])
      expect(await ask('GET', `/api/v1/${path}`), path).toBe(404)
    for (const path of [
      ...['apps?search=%00', 'people?search=%00', 'audit?text=%00', 'audit?actor=%00', 'jobs?kind=%00'],
      ...['people/a%00', 'access/people/%00', 'jobs/%00', 'deletions/%00', 'events?type=%00'],
      ...['apps/shop/logs?process=%00', 'apps/shop/events?type=%00'],
    ])
      expect(await ask('GET', `/api/v1/${path}`), path).toBe(400)
    for (const name of ['a\0b', 'a\nb', 'a\u2028b', 'a\ud83e']) {
      expect(await ask('PATCH', '/api/v1/account', { name }), name).toBe(400)
      expect(await ask('PATCH', '/api/v1/apps/shop', { name }), name).toBe(400)
      expect(await ask('POST', '/api/v1/teams', { slug: 'crew', name }), name).toBe(400)
      expect(await ask('POST', '/api/v1/tokens', { name, scopes: ['read'] }), name).toBe(400)
    }
    expect(await ask('PUT', '/api/v1/apps/shop/grants/x%00', { role: 'viewer' })).toBe(400)
    expect(await ask('POST', '/api/v1/session', { email: 'a\0@example.org', password: 'x' })).toBe(400)
  },
)
