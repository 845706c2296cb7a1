import {
  compileNetworks,
  compileRedirects,
  compileRewrites,
  guardedPrefix,
  type NetworkSet,
  type Redirects,
  type Route,
} from '@seaworthy/routes'
import type { BasicAuthRealm } from './basic-auth.ts'
import { compileLimits, type LimitsByPath } from './effective-limits.ts'

/** What a route asks of requests before they reach the app, compiled once for each table. */
export interface RouteGates {
  allow: NetworkSet | undefined
  deny: NetworkSet | undefined
  /** The longest path first. */
  basicAuth: BasicAuthRealm[]
  maintenance: MaintenanceGate | undefined
  redirects: Redirects | undefined
  limits: LimitsByPath | undefined
  /** From the path that was asked to the one that the app gets. */
  rewrite: ((url: string) => string) | undefined
  /** The route's own rewrites alone: where they lead, the rules for that path hold. */
  leadsTo: ((url: string) => string | undefined) | undefined
}

export interface MaintenanceGate {
  holdMs: number
  message: string | undefined
  allow: NetworkSet | undefined
}

/** @returns undefined for a route without such rules, whose requests pay for none */
export function compileGates(route: Route): RouteGates | undefined {
  const { access, maintenance, redirects } = route
  const leadsTo = route.rewrites?.length ? compileRewrites(route.rewrites) : undefined
  const gates: RouteGates = {
    allow: networks(access?.allow),
    deny: networks(access?.deny),
    basicAuth: compileRealms(access?.basicAuth ?? []),
    maintenance: maintenance && {
      holdMs: maintenance.holdMs,
      message: maintenance.message,
      allow: networks(maintenance.allow),
    },
    redirects: redirects?.length ? compileRedirects(redirects) : undefined,
    limits: compileLimits(route),
    rewrite: compileRewrite(route, leadsTo),
    leadsTo,
  }
  const isOpen = Object.values(gates).every(
    gate => gate === undefined || (Array.isArray(gate) && gate.length === 0),
  )
  return isOpen ? undefined : gates
}

/** An empty list is none: `allow` would otherwise refuse everybody. */
function networks(list: readonly string[] | undefined): NetworkSet | undefined {
  return list && list.length > 0 ? compileNetworks(list) : undefined
}

function compileRealms(rules: NonNullable<NonNullable<Route['access']>['basicAuth']>): BasicAuthRealm[] {
  return rules
    .map(({ path, realm, users }) => ({
      prefix: guardedPrefix(path),
      realm,
      users: new Map(users.map(({ name, passwordHash }) => [name, passwordHash])),
    }))
    .sort((a, b) => b.prefix.length - a.prefix.length)
}

function compileRewrite(
  { stripPrefix, pathPrefix }: Route,
  rewrite: RouteGates['leadsTo'],
): RouteGates['rewrite'] {
  const strips = stripPrefix === true && pathPrefix !== '/'
  if (!rewrite && !strips) return undefined
  return url => {
    const place = rewrite?.(url) ?? url
    return strips ? withoutPrefix(place, pathPrefix) : place
  }
}

/** What a rewrite led out of the prefix stays as it is. */
export function withoutPrefix(url: string, prefix: string): string {
  const base = prefix.endsWith('/') ? prefix.slice(0, -1) : prefix
  if (!url.startsWith(base)) return url
  const rest = url.slice(base.length)
  if (rest.startsWith('/')) return `/${rest.replace(/^\/+/, '')}`
  return rest === '' || rest.startsWith('?') ? `/${rest}` : url
}
