/** Routes by which apps of one team reach one another: `api.internal`, for those that name it in `calls`. Pure. */
import { type Caller, internalHost, type Route, type RouteLimits } from '@seaworthy/routes'
import type { AppFacts } from './app-facts.ts'

/**
 * @param live apps that may have a route
 * @param routeOf the whole of an app, without hosts
 */
export function internalRoutes(live: readonly AppFacts[], routeOf: (app: AppFacts) => Route): Route[] {
  const callers = Map.groupBy(
    live.flatMap(app => (app.traffic?.calls ?? []).map(slug => ({ slug, app }))),
    ({ slug }) => slug,
  )
  return live.flatMap(app => {
    // An app may have moved to another team since it was named.
    const mayCall = (callers.get(app.slug) ?? []).filter(caller => caller.app.teamId === app.teamId)
    if (mayCall.length === 0) return []
    return [
      {
        ...withoutPublicRules(routeOf(app)),
        hosts: [internalHost(app.slug)],
        callers: mayCall.map(callerOf),
      },
    ]
  })
}

function callerOf({ app }: { app: AppFacts }): Caller {
  return { appId: app.id, ...(app.userId === undefined ? {} : { userId: app.userId }) }
}

/** Who may call is said by `callers`; addresses are those of this host, so none of them can be told from another. */
function withoutPublicRules({ access: _, https: __, pathLimits, limits, ...route }: Route): Route {
  return {
    ...route,
    ...(limits ? { limits: withoutAddresses(limits) } : {}),
    ...(pathLimits
      ? { pathLimits: pathLimits.map(path => ({ ...path, limits: withoutAddresses(path.limits) })) }
      : {}),
  }
}

function withoutAddresses({
  requestsPerMinutePerIp: _,
  concurrentRequestsPerIp: __,
  connectionsPerIp: ___,
  ...limits
}: RouteLimits): RouteLimits {
  return limits
}
