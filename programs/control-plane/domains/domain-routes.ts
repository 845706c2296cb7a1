/** What claimed domains add to the route table. Pure: nothing here may make the table of other apps invalid. */
import type { AcmeChallenge, CertificateFile, Route, RouteHttps } from '@seaworthy/routes'

/** A claimed host, as the routes see it. */
export interface DomainFacts {
  /** Lower-case ASCII; `*.shop.example.com` is any one label under it. */
  host: string
  /** Set once a certificate is there: nobody may be sent to an https that does not answer. */
  https?: RouteHttps
  /** Where all requests are sent instead of to the app: `https://www.example.com`, without a path. */
  redirectTo?: string
}

/** What the domains give to one route table. */
export interface DomainTableParts {
  byApp: ReadonlyMap<string, readonly DomainFacts[]>
  certificates: CertificateFile[]
  challenges: AcmeChallenge[]
}

/** Where the route publisher gets them from. */
export interface DomainSource {
  /** Never rejects for what is wrong with one domain: that one is left out and told in the log. */
  tableParts(): Promise<DomainTableParts>
}

export const NO_DOMAINS: DomainSource = {
  tableParts: async () => ({ byApp: new Map(), certificates: [], challenges: [] }),
}

/**
 * The route of an app once more for its domains. Those that are treated alike share one, because https and redirects
 * belong to a whole route.
 */
export function domainRoutes(route: Route, domains: readonly DomainFacts[] = []): Route[] {
  const alike = Map.groupBy(domains, ({ https, redirectTo }) => JSON.stringify([https, redirectTo]))
  return [...alike.values()].map(group => {
    const { https, redirectTo } = group[0]!
    const own: Route = { ...route, hosts: group.map(({ host }) => host) }
    if (https) own.https = https
    if (redirectTo !== undefined) own.redirects = [{ from: '/*', to: `${redirectTo}/:rest`, status: 308 }]
    return own
  })
}

/**
 * Leaves out hosts that an earlier route has with the same path: a table with a host given twice is refused as a whole,
 * and one app's domain must not cost the others their next change. Built-in hosts come first, so they win.
 */
export function withoutClashes(routes: readonly Route[]): Route[] {
  const taken = new Set<string>()
  return routes.flatMap(route => {
    const hosts = route.hosts.filter(host => !taken.has(`${host} ${route.pathPrefix}`))
    for (const host of hosts) taken.add(`${host} ${route.pathPrefix}`)
    if (hosts.length === 0) return []
    return hosts.length === route.hosts.length ? [route] : [{ ...route, hosts }]
  })
}
