/**
 * What is different in a table from the one before: with ten thousand routes the whole is some ten megabytes, of which a
 * deployment changes one line. Pure.
 */
import { each, integer, record, text } from './field-checks.ts'
import type { Route, RouteTable } from './route-table.ts'
import { parseRoute, parseRouteTable } from './table-validation.ts'

/** Body of `PATCH /table`. Plain JSON. */
export interface TableChange extends Pick<RouteTable, 'version' | 'certificates' | 'challenges'> {
  /** The version that it changes; to any other it means nothing. */
  base: number
  /** New routes, and the new forms of known ones. */
  routes: Route[]
  /** Keys of routes that are no more. */
  gone: string[]
}

/** A route by what it claims: no two routes of a table have the same. */
export function routeKey({ hosts, pathPrefix }: Pick<Route, 'hosts' | 'pathPrefix'>): string {
  return `${hosts.join(' ')} ${pathPrefix}`
}

const texts = new WeakMap<Route, string>()

/** Its JSON, made once: a route is not changed after it was made. */
export function routeText(route: Route): string {
  const known = texts.get(route)
  if (known !== undefined) return known
  const text = JSON.stringify(route)
  texts.set(route, text)
  return text
}

/** A table as it is remembered for telling the next one from it. */
export interface KnownTable {
  version: number
  observe: string
  /** JSON of each route, by its key; in the order of the table. */
  texts: ReadonlyMap<string, string>
}

/** @returns undefined for a table whose routes cannot be told apart, such as ones without a host */
export function knownTable({ version, routes, observe }: RouteTable): KnownTable | undefined {
  const byKey = new Map<string, string>()
  for (const route of routes) byKey.set(routeKey(route), routeText(route))
  if (byKey.size < routes.length) return undefined
  return { version, observe: JSON.stringify(observe) ?? '', texts: byKey }
}

/** @returns undefined where the whole table says it better: nearly all is new, or what holds for all routes */
export function tableChange(
  before: KnownTable,
  after: KnownTable,
  table: RouteTable,
): TableChange | undefined {
  if (before.observe !== after.observe) return undefined
  const routes: Route[] = []
  let known = 0
  let index = 0
  for (const [key, text] of after.texts) {
    const old = before.texts.get(key)
    if (old !== undefined) known++
    if (old !== text) routes.push(table.routes[index]!)
    index++
  }
  if (routes.length > table.routes.length / 2) return undefined
  const gone =
    known === before.texts.size ? [] : [...before.texts.keys()].filter(key => !after.texts.has(key))
  const { version, certificates, challenges } = table
  return {
    ...{ base: before.version, version, routes, gone },
    ...(certificates && { certificates }),
    ...(challenges && { challenges }),
  }
}

/** @throws {InvalidRouteTable} */
export function parseTableChange(value: unknown): TableChange {
  const change = record(value, '')
  const { certificates, challenges } = change
  const rest = parseRouteTable({ version: change.version, routes: [], certificates, challenges })
  return {
    ...rest,
    base: integer(change.base, 'base', 0, Number.MAX_SAFE_INTEGER),
    routes: each(change.routes, 'routes', parseRoute),
    gone: each(change.gone, 'gone', text),
  }
}
