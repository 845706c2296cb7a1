import { expect, test } from 'vitest'
import { ChangingTable } from './changing-table.ts'
import { InvalidRouteTable } from './field-checks.ts'
import type { Route, RouteTable } from './route-table.ts'
import { knownTable, parseTableChange, tableChange } from './table-change.ts'

function route(name: string, more: Partial<Route> = {}): Route {
  return {
    ...{ appId: `app_${name}`, slug: name, hosts: [`${name}.test`], pathPrefix: '/', process: 'web' },
    ...{ release: 'v1', mode: 'proxy', timeouts: { responseMs: 1, idleMs: 1, wakeMs: 1 } },
    targets: [{ id: `ins_${name}`, host: '127.0.0.1', port: 1024 + name.charCodeAt(0), state: 'healthy' }],
    ...more,
  }
}

const table = (version: number, routes: Route[], more: Partial<RouteTable> = {}): RouteTable => ({
  version,
  routes,
  ...more,
})

const before = table(
  1,
  ['a', 'b', 'c', 'd'].map(name => route(name)),
)

function changeTo(after: RouteTable) {
  return tableChange(knownTable(before)!, knownTable(after)!, after)
}

test.each<[string, Route[]]>([
  ['a route in a new form', [route('a'), route('b', { release: 'v2' }), route('c'), route('d')]],
  ['a new route', [...before.routes, route('e')]],
  ['a route less', before.routes.slice(1)],
  ['a route with another host', [route('a', { hosts: ['z.test'] }), ...before.routes.slice(1)]],
  ['nothing', before.routes],
])('the table and its change make the next table: %s', (_, routes) => {
  const after = table(2, routes, { challenges: [] })

  const change = parseTableChange(JSON.parse(JSON.stringify(changeTo(after))))

  const made = new ChangingTable(before).change(change).table
  const byHost = (one: Route, other: Route) => one.hosts[0]!.localeCompare(other.hosts[0]!)
  expect({ ...made, routes: made.routes.toSorted(byHost) }).toEqual({
    ...after,
    routes: routes.toSorted(byHost),
  })
  expect(change.routes.length).toBeLessThan(2)
})

test('what nearly all routes, or all of them at once, have in a new form is told as a whole', () => {
  const renewed = before.routes.map(one => ({ ...one, release: 'v2' }))

  expect(changeTo(table(2, renewed))).toBeUndefined()
  expect(changeTo(table(2, before.routes, { observe: { visits: false } }))).toBeUndefined()
})

test('routes that cannot be told apart make no change', () => {
  expect(knownTable(table(1, [route('a', { hosts: [] }), route('b', { hosts: [] })]))).toBeUndefined()
})

test('one change follows the other: routes come, take another form, go, and leave their host to the next', () => {
  const changing = new ChangingTable(before)
  const step = (base: number, routes: Route[], gone: string[] = []) =>
    changing.change({ base, version: base + 1, routes, gone })

  step(1, [route('e')])
  const { removed } = step(2, [route('e', { release: 'v2' })])
  step(3, [], ['e.test /', 'a.test /'])
  const { table: last } = step(4, [route('f', { hosts: ['a.test', 'e.test'] })])

  expect(removed).toEqual([route('e')])
  expect(last.version).toBe(5)
  expect(last.routes.map(({ slug }) => slug)).toEqual(['b', 'c', 'd', 'f'])
})

test('a change that gives one host, or the id of a target, to two is refused, and changes nothing', () => {
  const changing = new ChangingTable(before)
  const change = (one: Route) => changing.change({ base: 1, version: 2, routes: [one], gone: [] })
  const [target] = before.routes[0]!.targets

  expect(() => change(route('e', { hosts: ['e.test', 'a.test'] }))).toThrow(InvalidRouteTable)
  expect(() => change(route('e', { targets: [{ ...target!, port: 9 }] }))).toThrow(InvalidRouteTable)

  expect(changing.table).toBe(before)
  expect(change(route('e')).table.routes).toHaveLength(5)
})

test.each([
  ['no base', { version: 2, routes: [], gone: [] }],
  ['a wrong route', { base: 1, version: 2, routes: [{}], gone: [] }],
  ['a wrong key', { base: 1, version: 2, routes: [], gone: [3] }],
  ['nothing at all', null],
])('what is no change is refused: %s', (_, value) => {
  expect(() => parseTableChange(value)).toThrow(InvalidRouteTable)
})
