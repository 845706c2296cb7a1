import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Route, RouteTable } from './route-table.ts'
import { InvalidRouteTable, parseRouteTable } from './table-validation.ts'

test('returns a right table as it is, without the fields it does not know', () => {
  const table = tableOf(route({}), route({ hosts: ['b.localhost'], mode: 'static', static: staticFiles }))

  expect(parseRouteTable(JSON.parse(JSON.stringify({ ...table, colour: 'red' })))).toEqual(table)
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
  ['routes[0].requestsPerMinutePerIp', () => tableOf(route({ requestsPerMinutePerIp: 0 }))],
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
