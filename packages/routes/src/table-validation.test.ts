import fc from 'fast-check'
import { expect, test } from 'vitest'
import { InvalidRouteTable } from './field-checks.ts'
import type { Route, RouteTable } from './route-table.ts'
import { parseRouteTable } from './table-validation.ts'

test('returns a right table as it is, without the fields it does not know', () => {
  const table = tableOf(route({}), route({ hosts: ['b.localhost'], mode: 'static', static: staticFiles }))

  expect(parseRouteTable(JSON.parse(JSON.stringify({ ...table, colour: 'red' })))).toEqual(table)
})

test('returns every rule, certificate and challenge as it is', () => {
  const ruled = route({
    hosts: ['*.shop.example.com'],
    limits: { concurrentRequests: 5, queue: { maxRequests: 10, waitMs: 1000 }, bodyBytes: 0 },
    pathLimits: [{ path: '/upload', limits: { bodyBytes: 1000 } }],
    access: { allow: ['192.0.2.0/24'], basicAuth: [{ path: '/', realm: 'staging', users: [] }] },
    redirects: [{ from: '/old/*', to: '/new/:rest', status: 308, host: 'www.example.com' }],
    rewrites: [{ from: '/a', to: '/b' }],
    sticky: { cookie: 'stay', maxAgeSeconds: 0 },
    maintenance: { holdMs: 0, message: 'Back soon.' },
    compression: false,
    cache: [{ path: '/assets/*', store: true, defaultSeconds: 60 }],
    https: { redirect: true, hstsMaxAgeSeconds: 1 },
    canary: {
      release: 'v2',
      mode: 'proxy',
      targets: [],
      percent: 10,
      header: { name: 'x-canary', value: '' },
    },
    callers: [{ appId: 'app_2', userId: 200_001, networks: ['172.18.0.0/16'] }],
  })
  const table: RouteTable = {
    ...tableOf(ruled),
    certificates: [{ hosts: ['*.shop.example.com'], file: '/c.pem', ocspFile: '/c.ocsp', ocspUntil: 1 }],
    challenges: [
      { type: 'http-01', host: 'a.b', token: 't', keyAuthorization: 't.k' },
      { type: 'tls-alpn-01', host: 'a.b', file: '/a.pem' },
    ],
  }

  expect(parseRouteTable(JSON.parse(JSON.stringify(table)))).toEqual(table)
})

test.each<[string, (table: RouteTable) => unknown]>([
  ['version', table => ({ ...table, version: -1 })],
  ['version', table => ({ ...table, version: '1' })],
  ['routes', table => ({ ...table, routes: {} })],
  ['routes[0]', () => ({ version: 1, routes: [null] })],
  ['routes[0].appId', () => tableOf(route({ appId: '' }))],
  ['routes[0].hosts[0]', () => tableOf(route({ hosts: ['Shop.localhost'] }))],
  ['routes[0].hosts[0]', () => tableOf(route({ hosts: ['shop.localhost:80'] }))],
  ['routes[0].pathPrefix', () => tableOf(route({ pathPrefix: 'api' }))],
  ['routes[0].mode', () => tableOf(route({ mode: 'off' as 'proxy' }))],
  ['routes[0].static', () => tableOf(route({ mode: 'static' }))],
  ['routes[0].static.root', () => tableOf(route({ static: { root: 'dist', spa: true } }))],
  ['routes[0].targets[0].port', () => tableOf(route({ targets: [{ ...target, port: 0 }] }))],
  [
    'routes[0].targets[0].state',
    () => tableOf(route({ targets: [{ ...target, state: 'up' as 'healthy' }] })),
  ],
  ['routes[0].timeouts.wakeMs', () => tableOf(route({ timeouts: { ...timeouts, wakeMs: 0 } }))],
  ['routes[0].headers.set[0]', () => tableOf(route({ headers: { set: [['X Y', '']], defaults: [] } }))],
  [
    'routes[0].headers.set[0]',
    () => tableOf(route({ headers: { set: [['X', 'a\r\nb: c']], defaults: [] } })),
  ],
  [
    'routes[0].limits.requestsPerMinutePerIp',
    () => tableOf(route({ limits: { requestsPerMinutePerIp: 0 } })),
  ],
  [
    'routes[0].access.basicAuth[0].users[0].name',
    () =>
      tableOf(
        route({
          access: { basicAuth: [{ path: '/', realm: 'x', users: [{ name: '', passwordHash: 'x' }] }] },
        }),
      ),
  ],
  [
    'routes[0].redirects[0].status',
    () => tableOf(route({ redirects: [{ from: '/', to: '/a', status: 200 as 301 }] })),
  ],
  [
    'routes[0].canary.percent',
    () => tableOf(route({ canary: { release: 'v2', mode: 'proxy', targets: [], percent: 101 } })),
  ],
  ['certificates[0].file', table => ({ ...table, certificates: [{ hosts: ['a.b'], file: 'a.pem' }] })],
  [
    'challenges[0].token',
    table => ({ ...table, challenges: [{ type: 'http-01', host: 'a.b', keyAuthorization: 'x' }] }),
  ],
  ['routes[1].hosts', () => tableOf(route({}), route({}))],
  [
    'routes[1].targets',
    () => tableOf(route({}), route({ hosts: ['b.localhost'], targets: [{ ...target, port: 1 }] })),
  ],
])('names %s when it is wrong', (path, change) => {
  const parse = () => parseRouteTable(change(tableOf(route({}))))

  expect(parse).toThrow(InvalidRouteTable)
  expect(parse).toThrow(path)
})

test('takes or refuses any JSON, and never fails in another way', () => {
  fc.assert(
    fc.property(fc.jsonValue(), value => {
      try {
        parseRouteTable(value)
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidRouteTable)
      }
    }),
  )
})

const target = { id: 'i1', host: '127.0.0.1', port: 3000, state: 'healthy' as const }
const timeouts = { responseMs: 30_000, idleMs: 60_000, wakeMs: 30_000 }
const staticFiles = { root: '/srv/site', spa: true }

function tableOf(...routes: Route[]): RouteTable {
  return { version: 7, routes }
}

function route(change: Partial<Route>): Route {
  return {
    appId: 'app1',
    slug: 'shop',
    hosts: ['shop.localhost'],
    pathPrefix: '/',
    process: 'web',
    release: 'v1',
    mode: 'proxy',
    targets: [target],
    timeouts,
    ...change,
  }
}

test('what is kept of requests is taken over, for all and for one route, and nothing that is out of bounds', () => {
  const table = tableOf(route({ observe: { visits: false, logSample: 0.5 } }))
  const observe = { logAddresses: 'short', logMaxDays: 3, unknown: 1 }

  const parsed = parseRouteTable({ ...table, observe })

  expect(parsed.observe).toEqual({ logAddresses: 'short', logMaxDays: 3 })
  expect(parsed.routes[0]!.observe).toEqual({ visits: false, logSample: 0.5 })
  for (const wrong of [{ logSample: 2 }, { logAddresses: 'half' }, { logMaxDays: 0 }, { visits: 1 }])
    expect(() => parseRouteTable({ ...table, observe: wrong })).toThrow('observe.')
})
