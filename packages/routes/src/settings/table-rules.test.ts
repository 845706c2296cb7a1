import { expect, test } from 'vitest'
import { behindDoor, tableRules } from './table-rules.ts'

const HASH = `scrypt$16384$8$5$${'a'.repeat(22)}$${'b'.repeat(43)}`

test('where nothing is set there are the security headers, with a policy on trial, and no rule', () => {
  const rules = tableRules({})

  expect(Object.keys(rules)).toEqual(['headers'])
  expect(rules.headers?.set).toEqual([])
  expect(rules.headers?.defaults.map(([name]) => name)).toEqual([
    'X-Content-Type-Options',
    'X-Frame-Options',
    'Referrer-Policy',
    'Cross-Origin-Opener-Policy',
    'Content-Security-Policy-Report-Only',
  ])
})

test('a policy is enforced when told, replaces that of the app when it was written, and goes when it is off', () => {
  const enforced = tableRules({ csp: { mode: 'enforce' } }).headers!
  const written = tableRules({ csp: { mode: 'enforce', policy: "default-src 'none'" } }).headers!
  const off = tableRules({ csp: { mode: 'off' } }).headers!
  const named = tableRules({ headers: { 'content-security-policy': "default-src 'none'" } }).headers!

  expect(enforced.defaults.at(-1)?.[0]).toBe('Content-Security-Policy')
  expect(written.set).toEqual([['Content-Security-Policy', "default-src 'none'"]])
  expect(JSON.stringify(off)).not.toContain('Content-Security')
  expect(JSON.stringify(named)).not.toContain('Report-Only')
})

test('seconds become milliseconds, megabytes bytes', () => {
  const { limits, pathLimits, maintenance } = tableRules(
    {
      limits: {
        concurrentRequests: 5,
        queue: { maxRequests: 9, waitSeconds: 1.5 },
        bodyMb: 0.5,
        headerKb: 8,
        idleSeconds: 2,
        totalSeconds: 0.25,
        paths: { '/upload': { bodyMb: 100 } },
      },
    },
    { holdSeconds: 30, allow: [] },
  )

  expect(limits).toEqual({
    concurrentRequests: 5,
    queue: { maxRequests: 9, waitMs: 1500 },
    bodyBytes: 524_288,
    headerBytes: 8192,
    idleMs: 2000,
    totalMs: 250,
  })
  expect(pathLimits).toEqual([{ path: '/upload', limits: { bodyBytes: 104_857_600 } }])
  expect(maintenance).toEqual({ holdMs: 30_000 })
})

test('limits that hold nothing are no limits', () => {
  expect(tableRules({ limits: {}, redirects: [], access: { deny: [] } })).toMatchObject({ access: {} })
  expect('limits' in tableRules({ limits: {} })).toBe(false)
  expect('redirects' in tableRules({ redirects: [] })).toBe(false)
})

test('a path that goes to another app asks what both apps ask', () => {
  const door = tableRules({
    access: { allow: ['10.0.0.0/8', '192.0.2.0/24'], deny: ['10.0.0.1'] },
    redirects: [{ from: '/api/old', to: '/api/new', status: 302 }],
  })
  const behind = tableRules({
    headers: { 'X-Api': '1' },
    access: {
      allow: ['10.1.0.0/16', '198.51.100.0/24'],
      basicAuth: [{ path: '/', realm: 'Api', users: [{ name: 'ada', passwordHash: HASH }] }],
    },
  })

  const rules = behindDoor(door, behind, { prefix: '/api', stripPrefix: true })

  expect(rules.access?.allow).toEqual(['10.1.0.0/16'])
  expect(rules.access?.deny).toEqual(['10.0.0.1'])
  expect(rules.access?.basicAuth?.[0]?.path).toBe('/api')
  expect(rules.headers?.set).toEqual([['X-Api', '1']])
  expect(rules.redirects).toEqual(door.redirects)
  expect(rules.stripPrefix).toBe(true)
})

test('where no address may pass both doors, nobody does', () => {
  const rules = behindDoor(
    tableRules({ access: { allow: ['10.0.0.0/8'] } }),
    tableRules({ access: { allow: ['2001:db8::/32'] } }),
    { prefix: '/api', stripPrefix: false },
  )

  expect(rules.access?.allow).toEqual(['192.0.2.0/32'])
})
