/** Keeps one app's wrong rule from costing all others their next table: the edge refuses a table as a whole. Pure. */
import {
  InvalidRouteTable,
  parseRouteTable,
  type RefusedPart,
  type Route,
  type RouteTable,
  routeText,
} from '@seaworthy/routes'

export interface RefusedRoute {
  appId: string
  pathPrefix: string
  /** What is wrong, as the edge would say it. */
  reason: string
}

/**
 * A route that the edge would refuse answers 503 without any rule; one whose host or path is wrong is left out.
 * @param known texts of routes that were sound before, which need no second look; filled with those of this time
 */
export function soundRoutes(
  routes: readonly Route[],
  known: Set<string> = new Set(),
): { routes: Route[]; refused: RefusedRoute[] } {
  const refused: RefusedRoute[] = []
  const before = new Set(known)
  known.clear()
  const sound = routes.flatMap(route => {
    const text = routeText(route)
    const reason = before.has(text) ? undefined : problemOf(route)
    if (reason === undefined) {
      known.add(text)
      return [route]
    }
    refused.push({ appId: route.appId, pathPrefix: route.pathPrefix, reason })
    const closed = closedRoute(route)
    return problemOf(closed) === undefined ? [closed] : []
  })
  return { routes: sound, refused }
}

/** Of the parts of a table that the edge could not use, those that are routes of an app. */
export function refusedRoutes({ routes }: RouteTable, parts: readonly RefusedPart[]): RefusedRoute[] {
  return parts.flatMap(({ appId, path, reason }) => {
    const route = routes[Number(/^routes\[([0-9]+)\]/.exec(path)?.[1])]
    return route && appId !== '' ? [{ appId, pathPrefix: route.pathPrefix, reason }] : []
  })
}

/** Without its rules it must not answer: what they kept away would get in. */
function closedRoute({ appId, slug, hosts, pathPrefix, process, release, timeouts }: Route): Route {
  return { appId, slug, hosts, pathPrefix, process, release, timeouts, mode: 'unavailable', targets: [] }
}

function problemOf(route: Route): string | undefined {
  try {
    parseRouteTable({ version: 0, routes: [route] })
    return undefined
  } catch (error) {
    if (error instanceof InvalidRouteTable) return error.message.replace('routes[0].', '')
    throw error
  }
}
