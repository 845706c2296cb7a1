/** What the matcher needs of a route; the edge matches its own objects, which hold more. */
export interface MatchableRoute {
  hosts: readonly string[]
  pathPrefix: string
}

export interface RouteMatcher<T> {
  /**
   * The route for a request: by host, then by the longest path prefix that ends at a `/` or at the path's end. What the
   * exact host does not take goes to the wildcard.
   * @param host as `normalizeHost` returns it
   * @param path path of the request, a query behind it is ignored
   */
  match(host: string, path: string): T | undefined
  /** Whether any route claims this host. */
  hasHost(host: string): boolean
  /** Puts routes in place of others, whatever the number of the rest. */
  replace(gone: readonly T[], added: readonly T[]): void
}

/** Compiles routes for matching: one map look-up for the host, whatever the number of apps. */
export function compileRoutes<T extends MatchableRoute>(routes: readonly T[]): RouteMatcher<T> {
  const byHost = new Map<string, T[]>()
  for (const route of routes) for (const host of route.hosts) addTo(byHost, host, route)
  for (const list of byHost.values()) list.sort(longestFirst)

  return {
    replace(gone, added) {
      for (const route of gone) for (const host of route.hosts) removeFrom(byHost, host, route)
      for (const route of added) for (const host of route.hosts) addTo(byHost, host, route).sort(longestFirst)
    },
    hasHost: host => byHost.has(host) || byHost.has(wildcardOf(host)),
    match(host, path) {
      return longest(byHost.get(host), path) ?? longest(byHost.get(wildcardOf(host)), path)
    },
  }
}

function longest<T extends MatchableRoute>(
  candidates: readonly T[] | undefined,
  path: string,
): T | undefined {
  if (!candidates) return undefined
  for (const route of candidates) if (isUnder(path, route.pathPrefix)) return route
  return undefined
}

/**
 * The host of a `Host` header in the form of the route table: lower case, without port and without a final dot.
 * @returns undefined for what is no host (RFC 9112, 3.2: a server must answer 400 to an invalid field value)
 */
export function normalizeHost(header: string): string | undefined {
  const parts = HOST_HEADER.exec(header)
  if (!parts) return undefined
  const name = parts[1]!.toLowerCase()
  return name.length > 1 && name.endsWith('.') ? name.slice(0, -1) : name
}

const HOST_HEADER = /^([A-Za-z0-9._-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?$/

/** `*.example.com` stands for one label, as in certificates (RFC 6125, 6.4.3). */
function wildcardOf(host: string): string {
  return `*${host.slice(host.indexOf('.'))}`
}

function longestFirst(one: MatchableRoute, other: MatchableRoute): number {
  return other.pathPrefix.length - one.pathPrefix.length
}

function addTo<T>(byHost: Map<string, T[]>, host: string, route: T): T[] {
  const list = byHost.get(host) ?? []
  list.push(route)
  byHost.set(host, list)
  return list
}

function removeFrom<T>(byHost: Map<string, T[]>, host: string, route: T): void {
  const left = byHost.get(host)?.filter(one => one !== route) ?? []
  if (left.length > 0) byHost.set(host, left)
  else byHost.delete(host)
}

function isUnder(path: string, prefix: string): boolean {
  if (prefix === '/') return true
  const base = prefix.endsWith('/') ? prefix.length - 1 : prefix.length
  if (path.length < base || !path.startsWith(base === prefix.length ? prefix : prefix.slice(0, base)))
    return false
  const next = path.charCodeAt(base) // NaN at the path's end
  return path.length === base || next === 0x2f || next === 0x3f
}
