/** From what users write to what the edge takes: seconds become milliseconds, megabytes bytes. Pure. */
import type {
  BasicAuth,
  Maintenance,
  PathLimits,
  RouteAccess,
  RouteHttps,
  RouteLimits,
} from '../route-rules.ts'
import type { Route } from '../route-table.ts'
import { answerHeadersOf } from './answer-header-settings.ts'
import { commonNetworks } from './common-networks.ts'
import type { LimitSettings, PathBounds } from './limit-settings.ts'
import type { MaintenanceSettings, TrafficSettings } from './traffic-settings.ts'

/** The part of a route that settings decide. */
export type TableRules = Pick<
  Route,
  | 'headers'
  | 'limits'
  | 'pathLimits'
  | 'access'
  | 'redirects'
  | 'rewrites'
  | 'cache'
  | 'compression'
  | 'sticky'
  | 'https'
  | 'maintenance'
  | 'stripPrefix'
>

const KB = 1024
const MB = 1_048_576

/** Without a key for what nobody set. */
export function tableRules(settings: TrafficSettings, maintenance?: MaintenanceSettings): TableRules {
  const { limits, access, redirects, rewrites, cache, compression, sticky, https } = settings
  return present<TableRules>({
    headers: answerHeadersOf(settings),
    limits: limits && routeLimits(limits),
    pathLimits: limits?.paths && pathLimits(limits.paths),
    access: access && routeAccess(access),
    redirects: filled(redirects?.map(present)),
    rewrites: filled(rewrites),
    cache: filled(cache?.map(present)),
    compression,
    sticky,
    https: https && routeHttps(https),
    maintenance: maintenance && routeMaintenance(maintenance),
  })
}

/** A path of the app that goes elsewhere: the door of the app stands before it too, with what `behind` asks on top. */
export function behindDoor(
  door: TableRules,
  behind: TableRules,
  { prefix, stripPrefix }: { prefix: string; stripPrefix: boolean },
): TableRules {
  return present<TableRules>({
    ...behind,
    limits: door.limits ?? behind.limits,
    pathLimits: door.pathLimits,
    redirects: door.redirects,
    https: door.https,
    maintenance: door.maintenance ?? behind.maintenance,
    access: bothAccess(door.access, movedUnder(behind.access, prefix, stripPrefix)),
    stripPrefix: stripPrefix || undefined,
  })
}

function routeLimits({ paths: _, ...limits }: LimitSettings): RouteLimits | undefined {
  const { connectionsPerIp, ...bounds } = limits
  const made = present<RouteLimits>({ ...routeBounds(bounds), connectionsPerIp })
  return Object.keys(made).length > 0 ? made : undefined
}

function routeBounds(bounds: PathBounds): RouteLimits {
  const { queue, bodyMb, headerKb, idleSeconds, totalSeconds, ...counts } = bounds
  return present<RouteLimits>({
    ...counts,
    queue: queue && { maxRequests: queue.maxRequests, waitMs: milliseconds(queue.waitSeconds) },
    bodyBytes: bodyMb === undefined ? undefined : Math.round(bodyMb * MB),
    headerBytes: headerKb === undefined ? undefined : Math.round(headerKb * KB),
    idleMs: idleSeconds === undefined ? undefined : milliseconds(idleSeconds),
    totalMs: totalSeconds === undefined ? undefined : milliseconds(totalSeconds),
  })
}

function pathLimits(paths: Record<string, PathBounds>): PathLimits[] | undefined {
  return filled(Object.entries(paths).map(([path, bounds]) => ({ path, limits: routeBounds(bounds) })))
}

function routeAccess({ allow, deny, basicAuth }: NonNullable<TrafficSettings['access']>): RouteAccess {
  return present<RouteAccess>({ allow, deny: filled(deny), basicAuth: filled(basicAuth) })
}

function routeHttps({ redirect, hsts }: NonNullable<TrafficSettings['https']>): RouteHttps {
  return {
    redirect,
    hstsMaxAgeSeconds: hsts?.maxAgeSeconds ?? 0,
    ...(hsts?.includeSubdomains ? { hstsIncludeSubdomains: true } : {}),
  }
}

function routeMaintenance({ holdSeconds, message, allow }: MaintenanceSettings): Maintenance {
  return present<Maintenance>({ holdMs: milliseconds(holdSeconds), message, allow: filled(allow) })
}

/** Who wants in has to pass both. */
function bothAccess(door?: RouteAccess, behind?: RouteAccess): RouteAccess | undefined {
  if (!door || !behind) return door ?? behind
  return present<RouteAccess>({
    allow:
      door.allow && behind.allow ? commonOrNobody(door.allow, behind.allow) : (door.allow ?? behind.allow),
    deny: filled([...(door.deny ?? []), ...(behind.deny ?? [])]),
    basicAuth: filled([...(behind.basicAuth ?? []), ...(door.basicAuth ?? [])]),
  })
}

/** An empty list would allow everybody; nobody comes from this network (RFC 5737). */
function commonOrNobody(some: readonly string[], others: readonly string[]): string[] {
  const common = commonNetworks(some, others)
  return common.length > 0 ? common : ['192.0.2.0/32']
}

/** Paths as the client asks for them. */
function movedUnder(
  access: RouteAccess | undefined,
  prefix: string,
  stripPrefix: boolean,
): RouteAccess | undefined {
  if (!access?.basicAuth || !stripPrefix) return access
  const base = prefix.replace(/\/$/, '')
  const move = (auth: BasicAuth) => ({ ...auth, path: auth.path === '/' ? base : `${base}${auth.path}` })
  return { ...access, basicAuth: access.basicAuth.map(move) }
}

function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000)
}

function filled<Item>(list: Item[] | undefined): Item[] | undefined {
  return list && list.length > 0 ? list : undefined
}

/** Tables are compared by their fields. */
function present<Value extends object>(value: { [Key in keyof Value]: Value[Key] | undefined }): Value {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Value
}
