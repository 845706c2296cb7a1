import { each, flag, headerValue, integer, optional, record, refuse, text } from './field-checks.ts'
import { parseNetwork } from './networks.ts'
import { parsePasswordHash } from './password-hash.ts'
import { isRulePath, redirectTargetProblem, rewriteTargetProblem } from './path-rules.ts'
import type {
  BasicAuth,
  CacheRule,
  Caller,
  Maintenance,
  PathLimits,
  RedirectRule,
  RewriteRule,
  RouteAccess,
  RouteHttps,
  RouteLimits,
  StickySettings,
} from './route-rules.ts'

/** The rules of a route, of which each may be missing. */
export interface RouteRules {
  limits?: RouteLimits
  pathLimits?: PathLimits[]
  access?: RouteAccess
  redirects?: RedirectRule[]
  rewrites?: RewriteRule[]
  sticky?: StickySettings
  maintenance?: Maintenance
  compression?: boolean
  cache?: CacheRule[]
  https?: RouteHttps
  callers?: Caller[]
}

/**
 * Reads the rules out of a route that came from a socket or a file; unknown fields are left out.
 * @throws {InvalidRouteTable}
 */
export function parseRules(route: Record<string, unknown>, path: string): RouteRules {
  return withoutMissing({
    limits: optional(route.limits, value => parseLimits(value, `${path}.limits`)),
    pathLimits: optional(route.pathLimits, value => each(value, `${path}.pathLimits`, parsePathLimits)),
    access: optional(route.access, value => parseAccess(value, `${path}.access`)),
    redirects: optional(route.redirects, value => each(value, `${path}.redirects`, parseRedirect)),
    rewrites: optional(route.rewrites, value => each(value, `${path}.rewrites`, parseRewrite)),
    sticky: optional(route.sticky, value => parseSticky(value, `${path}.sticky`)),
    maintenance: optional(route.maintenance, value => parseMaintenance(value, `${path}.maintenance`)),
    compression: optional(route.compression, value => flag(value, `${path}.compression`)),
    cache: optional(route.cache, value => each(value, `${path}.cache`, parseCacheRule)),
    https: optional(route.https, value => parseHttps(value, `${path}.https`)),
    callers: optional(route.callers, value => each(value, `${path}.callers`, parseCaller)),
  })
}

const LONGEST_MS = 24 * 60 * 60 * 1000
const LONGEST_SECONDS = 10 * 365 * 24 * 60 * 60
const MOST_BYTES = 2 ** 50

function parseLimits(value: unknown, path: string): RouteLimits {
  const limits = record(value, path)
  const number = (name: keyof RouteLimits, least: number, most: number) =>
    optional(limits[name], given => integer(given, `${path}.${name}`, least, most))
  return withoutMissing({
    requestsPerMinutePerIp: number('requestsPerMinutePerIp', 1, 1_000_000),
    concurrentRequests: number('concurrentRequests', 1, 1_000_000),
    concurrentRequestsPerIp: number('concurrentRequestsPerIp', 1, 1_000_000),
    queue: optional(limits.queue, given => parseQueue(given, `${path}.queue`)),
    connectionsPerIp: number('connectionsPerIp', 1, 1_000_000),
    bodyBytes: number('bodyBytes', 0, MOST_BYTES),
    headerBytes: number('headerBytes', 256, 1_048_576),
    idleMs: number('idleMs', 1, LONGEST_MS),
    totalMs: number('totalMs', 1, LONGEST_MS),
  })
}

function parseQueue(value: unknown, path: string): { maxRequests: number; waitMs: number } {
  const queue = record(value, path)
  return {
    maxRequests: integer(queue.maxRequests, `${path}.maxRequests`, 1, 1_000_000),
    waitMs: integer(queue.waitMs, `${path}.waitMs`, 1, LONGEST_MS),
  }
}

function parsePathLimits(value: unknown, path: string): PathLimits {
  const entry = record(value, path)
  return {
    path: urlPath(entry.path, `${path}.path`),
    limits: parseLimits(entry.limits, `${path}.limits`),
  }
}

function parseAccess(value: unknown, path: string): RouteAccess {
  const access = record(value, path)
  return withoutMissing({
    allow: optional(access.allow, given => each(given, `${path}.allow`, network)),
    deny: optional(access.deny, given => each(given, `${path}.deny`, network)),
    basicAuth: optional(access.basicAuth, given => each(given, `${path}.basicAuth`, parseBasicAuth)),
  })
}

function parseBasicAuth(value: unknown, path: string): BasicAuth {
  const auth = record(value, path)
  return {
    path: urlPath(auth.path, `${path}.path`),
    realm: visibleText(auth.realm, `${path}.realm`),
    users: each(auth.users, `${path}.users`, (given, at) => {
      const user = record(given, at)
      return {
        name: text(user.name, `${at}.name`),
        passwordHash: passwordHash(user.passwordHash, `${at}.passwordHash`),
      }
    }),
  }
}

const REDIRECT_STATUSES: readonly number[] = [301, 302, 303, 307, 308]

function parseRedirect(value: unknown, path: string): RedirectRule {
  const rule = record(value, path)
  if (!REDIRECT_STATUSES.includes(rule.status as number))
    return refuse(`${path}.status`, '301, 302, 303, 307 or 308')
  const from = rulePath(rule.from, `${path}.from`)
  const to = text(rule.to, `${path}.to`)
  const problem = redirectTargetProblem({ from, to })
  if (problem) refuse(`${path}.to`, problem)
  return withoutMissing({
    from,
    to,
    status: rule.status as RedirectRule['status'],
    host: optional(rule.host, host => text(host, `${path}.host`)),
  })
}

function parseRewrite(value: unknown, path: string): RewriteRule {
  const rule = record(value, path)
  const from = rulePath(rule.from, `${path}.from`)
  const to = text(rule.to, `${path}.to`)
  const problem = rewriteTargetProblem({ from, to })
  return problem ? refuse(`${path}.to`, problem) : { from, to }
}

function parseSticky(value: unknown, path: string): StickySettings {
  const sticky = record(value, path)
  const cookie = text(sticky.cookie, `${path}.cookie`)
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(cookie))
    refuse(`${path}.cookie`, 'a cookie name of A-Z, a-z, 0-9, - and _')
  return {
    cookie,
    maxAgeSeconds: integer(sticky.maxAgeSeconds, `${path}.maxAgeSeconds`, 0, LONGEST_SECONDS),
  }
}

function parseMaintenance(value: unknown, path: string): Maintenance {
  const maintenance = record(value, path)
  return withoutMissing({
    holdMs: integer(maintenance.holdMs, `${path}.holdMs`, 0, LONGEST_MS),
    message: optional(maintenance.message, message => text(message, `${path}.message`)),
    allow: optional(maintenance.allow, given => each(given, `${path}.allow`, network)),
  })
}

function parseCacheRule(value: unknown, path: string): CacheRule {
  const rule = record(value, path)
  const seconds = (name: keyof CacheRule) =>
    optional(rule[name], given => integer(given, `${path}.${name}`, 0, LONGEST_SECONDS))
  return withoutMissing({
    path: text(rule.path, `${path}.path`),
    store: flag(rule.store, `${path}.store`),
    defaultSeconds: seconds('defaultSeconds'),
    staleWhileRevalidateSeconds: seconds('staleWhileRevalidateSeconds'),
    staleIfErrorSeconds: seconds('staleIfErrorSeconds'),
    clientCacheControl: optional(rule.clientCacheControl, given =>
      headerValue(given, `${path}.clientCacheControl`),
    ),
  })
}

function parseHttps(value: unknown, path: string): RouteHttps {
  const https = record(value, path)
  return withoutMissing({
    redirect: flag(https.redirect, `${path}.redirect`),
    hstsMaxAgeSeconds: integer(https.hstsMaxAgeSeconds, `${path}.hstsMaxAgeSeconds`, 0, LONGEST_SECONDS),
    hstsIncludeSubdomains: optional(https.hstsIncludeSubdomains, given =>
      flag(given, `${path}.hstsIncludeSubdomains`),
    ),
  })
}

function parseCaller(value: unknown, path: string): Caller {
  const caller = record(value, path)
  return withoutMissing({
    appId: text(caller.appId, `${path}.appId`),
    userId: optional(caller.userId, id => integer(id, `${path}.userId`, 0, 2 ** 32 - 2)),
    networks: optional(caller.networks, given => each(given, `${path}.networks`, text)),
  })
}

function urlPath(value: unknown, path: string): string {
  const given = text(value, path)
  return /^\/[^\s?#]*$/.test(given) ? given : refuse(path, 'a path that starts with /')
}

function rulePath(value: unknown, path: string): string {
  const given = text(value, path)
  return isRulePath(given) ? given : refuse(path, 'a path such as /old or /old/*')
}

function network(value: unknown, path: string): string {
  const given = text(value, path)
  return parseNetwork(given) ? given : refuse(path, 'an address or a network such as 192.0.2.0/24')
}

function passwordHash(value: unknown, path: string): string {
  const given = text(value, path)
  return parsePasswordHash(given) ? given : refuse(path, 'a hash such as scrypt$16384$8$5$salt$hash')
}

/** What goes into a header. */
function visibleText(value: unknown, path: string): string {
  const given = text(value, path)
  return /^[\x20-\x7e]+$/.test(given) ? given : refuse(path, 'visible ASCII characters')
}

/** `JSON` and `toEqual` make no difference, but a route is compared by its fields. */
function withoutMissing<T extends object>(value: { [K in keyof T]: T[K] | undefined }): T {
  for (const name of Object.keys(value) as (keyof T)[]) if (value[name] === undefined) delete value[name]
  return value as T
}
