import { expect, test } from 'vitest'
import { parseRouteTable } from '../index.ts'
import { trafficPatchSchema, trafficSettingsSchema } from './traffic-settings.ts'

const HASH = `scrypt$16384$8$5$${'a'.repeat(22)}$${'b'.repeat(43)}`

/** Every setting with a value that is taken. */
export const EVERYTHING = {
  headers: { 'X-Team': 'sales', Server: '' },
  csp: { mode: 'enforce', policy: "default-src 'self'" },
  limits: {
    requestsPerMinutePerIp: 600,
    concurrentRequests: 50,
    concurrentRequestsPerIp: 10,
    queue: { maxRequests: 100, waitSeconds: 5 },
    connectionsPerIp: 20,
    bodyMb: 10,
    headerKb: 16,
    idleSeconds: 30,
    totalSeconds: 60,
    paths: { '/login': { requestsPerMinutePerIp: 10 } },
  },
  access: {
    allow: ['192.0.2.0/24', '2001:db8::/32'],
    deny: ['192.0.2.66'],
    basicAuth: [{ path: '/admin', users: [{ name: 'ada', passwordHash: HASH }] }],
  },
  redirects: [{ from: '/old/*', to: '/new/:rest', status: 308, host: 'shop.example.com' }],
  rewrites: [{ from: '/v1/*', to: '/api/:rest' }],
  routes: { '/api': { process: 'api', stripPrefix: true }, '/docs': { app: 'handbook' } },
  cache: [{ path: '/assets/*', defaultSeconds: 60, clientCacheControl: 'public, max-age=60' }],
  compression: false,
  sticky: { cookie: 'stay' },
  calls: ['shop-api'],
  https: { redirect: true, hsts: { maxAgeSeconds: 31_536_000 } },
}

function problemsOf(settings: object): string[] {
  const result = trafficSettingsSchema.safeParse(settings)
  return (result.error?.issues ?? []).map(issue => `${issue.path.join('.')}: ${issue.message}`)
}

test('takes every setting, with what is left out filled in', () => {
  const settings = trafficSettingsSchema.parse(EVERYTHING)

  expect(settings.access?.basicAuth?.[0]).toMatchObject({ path: '/admin', realm: 'Restricted' })
  expect(settings.redirects?.[0]?.status).toBe(308)
  expect(trafficSettingsSchema.parse({ redirects: [{ from: '/a', to: '/b' }] }).redirects?.[0]?.status).toBe(
    302,
  )
  expect(settings.cache?.[0]?.store).toBe(true)
  expect(settings.sticky).toEqual({ cookie: 'stay', maxAgeSeconds: 0 })
})

test.each([
  [{ header: {} }, /Unrecognized key.*header/],
  [{ headers: { 'Content-Length': '1' } }, /set by the platform/],
  [{ headers: { 'X-A': 'a\r\nX-B: b' } }, /printable ASCII/],
  [{ csp: { mode: 'report' } }, /report-only/],
  [{ csp: { mode: 'enforce', policy: 'a\nb' } }, /one line/],
  [{ limits: { requestsPerMinutePerIp: 0 } }, /requestsPerMinutePerIp/],
  [{ limits: { queue: { maxRequests: 5, waitSeconds: 1 } } }, /limits.queue: needs concurrentRequests/],
  [{ limits: { paths: { api: {} } } }, /starts with "\/"/],
  [{ access: { allow: [] } }, /leave it out to allow everybody/],
  [{ access: { allow: ['10.0.0.0/33'] } }, /access.allow.0: must be an address or a network/],
  [{ access: { deny: ['localhost'] } }, /must be an address/],
  [{ access: { basicAuth: [{ users: [] }] } }, /at least one user/],
  [{ access: { basicAuth: [{ users: [{ name: 'a', passwordHash: 'secret' }] }] } }, /seaworthy traffic set/],
  [{ access: { basicAuth: [{ users: [{ name: 'a', password: 'secret' }] }] } }, /Unrecognized key.*password/],
  [{ access: { basicAuth: [{ users: [{ name: 'a:b', passwordHash: HASH }] }] } }, /may not hold ":"/],
  [{ redirects: [{ from: '/a', to: '/a' }] }, /would never end/],
  [{ redirects: [{ from: '/a', to: '//evil.example' }] }, /must be a path/],
  [{ redirects: [{ from: '/a', to: 'javascript:alert(1)' }] }, /must be a path/],
  [{ redirects: [{ from: '/a', to: '/b/:rest' }] }, /without :rest/],
  [{ redirects: [{ from: '/a/*/b', to: '/b' }] }, /"\/old\/\*" for all under it/],
  [{ redirects: [{ from: '/a', to: '/b', status: 200 }] }, /301, 302, 303, 307 or 308/],
  [{ routes: { '/': { process: 'api' } } }, /below "\/"/],
  [{ routes: { '/api': {} } }, /either "process" or "app"/],
  [{ routes: { '/api': { process: 'api', app: 'shop' } } }, /either "process" or "app"/],
  [{ routes: { '/api': { process: 'api' }, '/api/': { process: 'b' } } }, /is there twice/],
  [{ cache: [{ path: 'assets' }] }, /must be like/],
  [{ sticky: { cookie: 'a b' } }, /cookie name/],
  [{ calls: ['Shop'] }, /slug/],
])('refuses %j, with words that help', (settings, words) => {
  expect(problemsOf(settings).join('\n')).toMatch(words)
})

test('a change may set keys and take keys away, but not nothing', () => {
  expect(trafficPatchSchema.parse({ csp: null, compression: true })).toEqual({ csp: null, compression: true })
  expect(trafficPatchSchema.safeParse({}).success).toBe(false)
  expect(trafficPatchSchema.safeParse({ compress: null }).success).toBe(false)
})

test('whatever is taken makes a route that the edge takes', async () => {
  const { tableRules } = await import('./table-rules.ts')
  const rules = tableRules(trafficSettingsSchema.parse(EVERYTHING), { holdSeconds: 30, message: 'Soon back' })

  const { routes } = parseRouteTable({
    version: 1,
    routes: [{ ...ROUTE, ...rules }],
  })

  expect(routes[0]).toEqual({ ...ROUTE, ...rules })
})

const ROUTE = {
  appId: 'app_1',
  slug: 'shop',
  hosts: ['shop.localhost'],
  pathPrefix: '/',
  process: 'web',
  release: 'v1',
  mode: 'wake' as const,
  targets: [],
  timeouts: { responseMs: 1, idleMs: 1, wakeMs: 1 },
}
