import { InvalidRouteTable, list, record } from './field-checks.ts'
import type { Route, RouteTable } from './route-table.ts'
import {
  allTargets,
  parseCertificate,
  parseChallenge,
  parseRoute,
  parseRouteTable,
} from './table-validation.ts'

/** A part of a table that was left out. */
export interface RefusedPart {
  /** Empty for what belongs to no app, and where even that cannot be read. */
  appId: string
  /** As `routes[3].redirects[0].to`. */
  path: string
  reason: string
}

/**
 * Reads a table of which single parts may be wrong, so that a rule of one app never touches another: a wrong route,
 * certificate or challenge is left out and told. In place of a wrong route, its form in `previous` stays.
 * @throws {InvalidRouteTable} where it is no table at all
 */
export function readRouteTable(
  value: unknown,
  previous?: RouteTable,
): { table: RouteTable; refused: RefusedPart[] } {
  try {
    return { table: parseRouteTable(value), refused: [] }
  } catch (error) {
    if (!(error instanceof InvalidRouteTable)) throw error
    return readGoodParts(record(value, ''), previous?.routes ?? [])
  }
}

function readGoodParts(raw: Record<string, unknown>, previous: readonly Route[]) {
  const refused: RefusedPart[] = []
  const good = <T>(name: string, parse: (value: unknown, path: string) => T) =>
    raw[name] === undefined ? undefined : goodOnes(list(raw[name], name), name, parse, refused)
  const routes = goodRoutes(list(raw.routes, 'routes'), previous, refused)
  const certificates = good('certificates', parseCertificate)
  const challenges = good('challenges', parseChallenge)
  return { table: parseRouteTable({ ...raw, routes, certificates, challenges }), refused }
}

function goodOnes<T>(
  values: unknown[],
  name: string,
  parse: (value: unknown, path: string) => T,
  refused: RefusedPart[],
): T[] {
  return values.flatMap((value, index) => {
    try {
      return [parse(value, `${name}[${index}]`)]
    } catch (error) {
      refused.push({ appId: '', ...problemOf(error) })
      return []
    }
  })
}

function goodRoutes(values: unknown[], previous: readonly Route[], refused: RefusedPart[]): Route[] {
  const claims = new Claims()
  const lastGood: Route[] = []
  const parsed: { route: Route; index: number }[] = []
  for (const [index, value] of values.entries()) {
    try {
      parsed.push({ route: parseRoute(value, `routes[${index}]`), index })
    } catch (error) {
      refused.push({ appId: appIdOf(value), ...problemOf(error) })
      lastGood.push(...previous.filter(route => isSameRoute(route, value)))
    }
  }
  const held = new Claims()
  for (const route of previous) held.take(route)
  // Of two apps that claim the same host, the one keeps it that had it.
  const first = parsed.filter(({ route }) => held.isOwn(route))
  const routes: Route[] = []
  for (const { route, index } of [...first, ...parsed.filter(one => !first.includes(one))]) {
    const taken = claims.problemWith(route)
    if (taken === undefined) routes.push(claims.take(route))
    else refused.push({ appId: route.appId, path: `routes[${index}].${taken.field}`, reason: taken.reason })
  }
  for (const route of lastGood) if (claims.problemWith(route) === undefined) routes.push(claims.take(route))
  return routes
}

/** Who has which host and prefix, and which address a target's id stands for. */
class Claims {
  readonly #places = new Map<string, string>()
  readonly #addresses = new Map<string, string>()

  take(route: Route): Route {
    for (const place of placesOf(route)) this.#places.set(place, route.appId)
    for (const { id, host, port } of allTargets(route)) this.#addresses.set(id, `${host}:${port}`)
    return route
  }

  isOwn(route: Route): boolean {
    return placesOf(route).every(place => this.#places.get(place) === route.appId)
  }

  problemWith(route: Route): { field: string; reason: string } | undefined {
    const taken = placesOf(route).find(place => this.#places.has(place))
    if (taken !== undefined) return { field: 'hosts', reason: `${taken} belongs to another route already.` }
    for (const { id, host, port } of allTargets(route)) {
      if ((this.#addresses.get(id) ?? `${host}:${port}`) === `${host}:${port}`) continue
      return { field: 'targets', reason: `${id} stands for another address already.` }
    }
    return undefined
  }
}

function placesOf({ hosts, pathPrefix }: Route): string[] {
  return hosts.map(host => `${host} ${pathPrefix}`)
}

/** Whether a route that cannot be read is meant to replace this one. */
function isSameRoute({ appId, process, pathPrefix }: Route, value: unknown): boolean {
  const raw = (value ?? {}) as Partial<Route>
  return raw.appId === appId && raw.process === process && raw.pathPrefix === pathPrefix
}

function appIdOf(value: unknown): string {
  const { appId } = (value ?? {}) as { appId?: unknown }
  return typeof appId === 'string' ? appId : ''
}

function problemOf(error: unknown): { path: string; reason: string } {
  if (error instanceof InvalidRouteTable) return { path: error.path, reason: error.message }
  throw error
}
