import type { Route } from '@seaworthy/routes'
import { guardedPrefix, isGuarded, pathReadings, type RouteLimits } from '@seaworthy/routes'

/** A bound, and the name under which it is counted. */
export interface CountedLimit {
  scope: string
  most: number
}

/** What holds for one path of a route. */
export interface EffectiveLimits {
  requestsPerMinute: CountedLimit | undefined
  concurrent: (CountedLimit & { queue: RouteLimits['queue'] }) | undefined
  concurrentPerClient: CountedLimit | undefined
  connections: CountedLimit | undefined
  bodyBytes: number
  headerBytes: number
  idleMs: number | undefined
  totalMs: number
}

export type LimitsByPath = (url: string) => EffectiveLimits

/** @returns the limits for a path as it was asked, or undefined for a route that has none */
export function compileLimits(route: Route): LimitsByPath | undefined {
  const { limits = {}, pathLimits = [] } = route
  if (Object.keys(limits).length === 0 && pathLimits.length === 0) return undefined
  const whole = effective(route, limits, undefined)
  if (pathLimits.length === 0) return () => whole

  const paths = pathLimits
    .map(({ path, limits: own }) => ({
      prefix: guardedPrefix(path),
      limits: effective(route, limits, { path, own }),
    }))
    .sort((a, b) => b.prefix.length - a.prefix.length)
  const ofReading = (reading: string) =>
    paths.find(({ prefix }) => isGuarded([reading], prefix))?.limits ?? whole
  return url => {
    const readings = pathReadings(url)
    if (readings.length === 1) return ofReading(readings[0]!)
    // An app may take it for any of these: what holds for the tightest of them holds.
    return [...new Set(readings.map(ofReading))].reduce(tighter)
  }
}

function tighter(a: EffectiveLimits, b: EffectiveLimits): EffectiveLimits {
  return {
    requestsPerMinute: fewer(a.requestsPerMinute, b.requestsPerMinute),
    concurrent: fewer(a.concurrent, b.concurrent),
    concurrentPerClient: fewer(a.concurrentPerClient, b.concurrentPerClient),
    connections: fewer(a.connections, b.connections),
    bodyBytes: Math.min(a.bodyBytes, b.bodyBytes),
    headerBytes: Math.min(a.headerBytes, b.headerBytes),
    idleMs: a.idleMs === undefined ? b.idleMs : Math.min(a.idleMs, b.idleMs ?? a.idleMs),
    totalMs: Math.min(a.totalMs, b.totalMs),
  }
}

function fewer<T extends CountedLimit>(a: T | undefined, b: T | undefined): T | undefined {
  return a && b ? (a.most <= b.most ? a : b) : (a ?? b)
}

/** What the path names counts for the path alone; the rest is as the route has it, and counted with the route. */
function effective(
  { appId, process }: Route,
  limits: RouteLimits,
  at: { path: string; own: RouteLimits } | undefined,
): EffectiveLimits {
  const own = at?.own ?? {}
  const counted = (name: keyof RouteLimits, scope: string): CountedLimit | undefined => {
    if (own[name] !== undefined) return { scope: `${scope} ${at!.path}`, most: own[name] as number }
    return limits[name] === undefined ? undefined : { scope, most: limits[name] as number }
  }
  const concurrent = counted('concurrentRequests', `${appId} ${process}`)
  return {
    requestsPerMinute: counted('requestsPerMinutePerIp', appId),
    concurrent: concurrent && { ...concurrent, queue: own.queue ?? limits.queue },
    concurrentPerClient: counted('concurrentRequestsPerIp', `${appId} ${process}`),
    connections: counted('connectionsPerIp', appId),
    bodyBytes: own.bodyBytes ?? limits.bodyBytes ?? Number.POSITIVE_INFINITY,
    headerBytes: own.headerBytes ?? limits.headerBytes ?? Number.POSITIVE_INFINITY,
    idleMs: own.idleMs ?? limits.idleMs,
    totalMs: own.totalMs ?? limits.totalMs ?? Number.POSITIVE_INFINITY,
  }
}
