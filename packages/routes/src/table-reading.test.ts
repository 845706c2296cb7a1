import { expect, test } from 'vitest'
import { InvalidRouteTable } from './field-checks.ts'
import type { Route } from './route-table.ts'
import { readRouteTable } from './table-reading.ts'

const broken = { redirects: [{ from: '/*', to: '//evil.example', status: 302 }] } as Partial<Route>

test('a wrong route is left out and told, and the others stay', () => {
  const { table, refused } = readRouteTable({ version: 2, routes: [route('a', broken), route('b')] })

  expect(table.routes).toEqual([route('b')])
  expect(refused).toEqual([
    { appId: 'app_a', path: 'routes[0].redirects[0].to', reason: expect.stringContaining('/new/:rest') },
  ])
})

test('its last good form stays in its place', () => {
  const previous = { version: 1, routes: [route('a', { release: 'v1' }), route('c')] }

  const { table } = readRouteTable({ version: 2, routes: [route('a', broken), route('b')] }, previous)

  expect(table.routes).toEqual([route('b'), route('a', { release: 'v1' })])
})

test('the last good form gives way to who has its host now', () => {
  const previous = { version: 1, routes: [route('a')] }
  const taker = route('b', { hosts: ['a.localhost'] })

  expect(readRouteTable({ version: 2, routes: [route('a', broken), taker] }, previous).table.routes).toEqual([
    taker,
  ])
})

test('of two routes at one host, the one of the app stays that had it', () => {
  const previous = { version: 1, routes: [route('a')] }
  const taker = route('b', { hosts: ['a.localhost'] })

  const { table, refused } = readRouteTable({ version: 2, routes: [taker, route('a')] }, previous)

  expect(table.routes).toEqual([route('a')])
  expect(refused).toEqual([
    { appId: 'app_b', path: 'routes[0].hosts', reason: 'a.localhost / belongs to another route already.' },
  ])
})

test('a target with two addresses costs only the later route, a broken certificate only itself', () => {
  const target = { id: 'ins_1', host: '127.0.0.1', port: 3000, state: 'healthy' as const }
  const { table, refused } = readRouteTable({
    version: 1,
    routes: [
      route('a', { mode: 'proxy', targets: [target] }),
      route('b', { mode: 'proxy', targets: [{ ...target, port: 3001 }] }),
    ],
    certificates: [
      { hosts: ['a.localhost'], file: '/a.pem' },
      { hosts: ['b.localhost'], file: 'b.pem' },
    ],
  })

  expect(table.routes.map(({ appId }) => appId)).toEqual(['app_a'])
  expect(table.certificates).toHaveLength(1)
  expect(refused.map(({ path }) => path)).toEqual(['routes[1].targets', 'certificates[1].file'])
})

test.each([undefined, 'text', { version: 'x', routes: [] }, { version: 1, routes: 'none' }])(
  'what is no table at all is refused whole: %j',
  value => {
    expect(() => readRouteTable(value)).toThrow(InvalidRouteTable)
  },
)

test.each([null, 7, {}, { appId: 7 }])('a route that is %j is left out', value => {
  expect(readRouteTable({ version: 1, routes: [value, route('b')] }).refused).toHaveLength(1)
})

function route(name: string, change: Partial<Route> = {}): Route {
  return {
    appId: `app_${name}`,
    slug: name,
    hosts: [`${name}.localhost`],
    pathPrefix: '/',
    process: 'web',
    release: 'v2',
    mode: 'wake',
    targets: [],
    timeouts: { responseMs: 1, idleMs: 1, wakeMs: 1 },
    ...change,
  }
}
