import type { AnswerHeaders } from './answer-headers.ts'
import {
  absolutePath,
  each,
  flag,
  headerValue,
  InvalidRouteTable,
  integer,
  list,
  oneOf,
  optional,
  record,
  text,
} from './field-checks.ts'
import { parseObservation } from './observation.ts'
import { findRedirectLoop } from './path-rules.ts'
import { normalizeHost } from './route-matcher.ts'
import type {
  AcmeChallenge,
  Canary,
  CertificateFile,
  Route,
  RouteMode,
  RouteTable,
  RouteTimeouts,
  StaticSettings,
  Target,
} from './route-table.ts'
import { parseRules } from './rule-validation.ts'

/**
 * Checks what came from a socket or a file, and returns a table with exactly the known fields.
 * By hand rather than by a schema library: the edge runs in a small memory budget.
 * @throws {InvalidRouteTable} for a wrong value, a target id used for two addresses, or a host and prefix given twice
 */
export function parseRouteTable(value: unknown): RouteTable {
  const table = record(value, '')
  const parsed: RouteTable = {
    version: integer(table.version, 'version', 0, Number.MAX_SAFE_INTEGER),
    routes: each(table.routes, 'routes', parseRoute),
  }
  checkClaims(parsed.routes)
  checkTargetIds(parsed.routes)
  const certificates = optional(table.certificates, value => each(value, 'certificates', parseCertificate))
  if (certificates) parsed.certificates = certificates
  const challenges = optional(table.challenges, value => each(value, 'challenges', parseChallenge))
  if (challenges) parsed.challenges = challenges
  if (table.observe !== undefined) parsed.observe = parseObservation(table.observe, 'observe')
  return parsed
}

const MODES: readonly RouteMode[] = ['proxy', 'static', 'wake', 'unavailable']
const TARGET_STATES: readonly Target['state'][] = ['adding', 'healthy', 'unhealthy', 'draining']
const LONGEST_TIMEOUT_MS = 24 * 60 * 60 * 1000

/** @throws {InvalidRouteTable} */
export function parseRoute(value: unknown, path: string): Route {
  const route = record(value, path)
  const mode = oneOf(route.mode, `${path}.mode`, MODES)
  const parsed: Route = {
    appId: text(route.appId, `${path}.appId`),
    slug: text(route.slug, `${path}.slug`),
    hosts: each(route.hosts, `${path}.hosts`, parseHost),
    pathPrefix: parsePrefix(route.pathPrefix, `${path}.pathPrefix`),
    process: text(route.process, `${path}.process`),
    release: text(route.release, `${path}.release`),
    mode,
    targets: each(route.targets, `${path}.targets`, parseTarget),
    timeouts: parseTimeouts(route.timeouts, `${path}.timeouts`),
    ...parseRules(route, path),
  }
  if (mode === 'static' || route.static !== undefined)
    parsed.static = parseStatic(route.static, `${path}.static`)
  if (route.headers !== undefined) parsed.headers = parseHeaders(route.headers, `${path}.headers`)
  if (route.observe !== undefined) parsed.observe = parseObservation(route.observe, `${path}.observe`)
  if (route.canary !== undefined) parsed.canary = parseCanary(route.canary, `${path}.canary`)
  if (route.stopped !== undefined) parsed.stopped = flag(route.stopped, `${path}.stopped`)
  if (route.stripPrefix !== undefined) parsed.stripPrefix = flag(route.stripPrefix, `${path}.stripPrefix`)
  refuseRedirectLoop(parsed, path)
  return parsed
}

function refuseRedirectLoop({ redirects, hosts }: Route, path: string): void {
  const loop = redirects && findRedirectLoop(redirects, hosts)
  if (loop !== undefined) throw new InvalidRouteTable(`${path}.redirects[${loop}].to`, 'a way that ends')
}

function parseCanary(value: unknown, path: string): Canary {
  const canary = record(value, path)
  const mode = oneOf(canary.mode, `${path}.mode`, ['proxy', 'static'] as const)
  const header = optional(canary.header, given => record(given, `${path}.header`))
  return {
    release: text(canary.release, `${path}.release`),
    mode,
    targets: each(canary.targets, `${path}.targets`, parseTarget),
    ...(mode === 'static' ? { static: parseStatic(canary.static, `${path}.static`) } : {}),
    percent: integer(canary.percent, `${path}.percent`, 0, 100),
    ...(header
      ? {
          header: {
            name: text(header.name, `${path}.header.name`).toLowerCase(),
            value: String(header.value ?? ''),
          },
        }
      : {}),
  }
}

export function parseCertificate(value: unknown, path: string): CertificateFile {
  const certificate = record(value, path)
  const ocspFile = optional(certificate.ocspFile, file => absolutePath(file, `${path}.ocspFile`))
  const ocspUntil = optional(certificate.ocspUntil, until =>
    integer(until, `${path}.ocspUntil`, 0, Number.MAX_SAFE_INTEGER),
  )
  return {
    hosts: each(certificate.hosts, `${path}.hosts`, parseHost),
    file: absolutePath(certificate.file, `${path}.file`),
    ...(ocspFile ? { ocspFile } : {}),
    ...(ocspUntil === undefined ? {} : { ocspUntil }),
  }
}

export function parseChallenge(value: unknown, path: string): AcmeChallenge {
  const challenge = record(value, path)
  const type = oneOf(challenge.type, `${path}.type`, ['http-01', 'tls-alpn-01'] as const)
  const host = parseHost(challenge.host, `${path}.host`)
  if (type === 'tls-alpn-01') return { type, host, file: absolutePath(challenge.file, `${path}.file`) }
  const token = text(challenge.token, `${path}.token`)
  return { type, host, token, keyAuthorization: text(challenge.keyAuthorization, `${path}.keyAuthorization`) }
}

function parseHost(value: unknown, path: string): string {
  const host = text(value, path)
  const name = host.startsWith('*.') ? host.slice(2) : host
  if (normalizeHost(name) !== name) throw new InvalidRouteTable(path, 'a lower-case host name without port')
  return host
}

function parsePrefix(value: unknown, path: string): string {
  const prefix = text(value, path)
  if (!/^\/[^\s?#]*$/.test(prefix)) throw new InvalidRouteTable(path, 'a path that starts with /')
  return prefix
}

function parseTarget(value: unknown, path: string): Target {
  const target = record(value, path)
  return {
    id: text(target.id, `${path}.id`),
    host: text(target.host, `${path}.host`),
    port: integer(target.port, `${path}.port`, 1, 65_535),
    state: oneOf(target.state, `${path}.state`, TARGET_STATES),
  }
}

function parseStatic(value: unknown, path: string): StaticSettings {
  const settings = record(value, path)
  const root = absolutePath(settings.root, `${path}.root`)
  if (typeof settings.spa !== 'boolean') throw new InvalidRouteTable(`${path}.spa`, 'true or false')
  return { ...settings, root, spa: settings.spa }
}

function parseTimeouts(value: unknown, path: string): RouteTimeouts {
  const timeouts = record(value, path)
  return {
    responseMs: integer(timeouts.responseMs, `${path}.responseMs`, 1, LONGEST_TIMEOUT_MS),
    idleMs: integer(timeouts.idleMs, `${path}.idleMs`, 1, LONGEST_TIMEOUT_MS),
    wakeMs: integer(timeouts.wakeMs, `${path}.wakeMs`, 1, LONGEST_TIMEOUT_MS),
  }
}

function parseHeaders(value: unknown, path: string): AnswerHeaders {
  const { set, defaults } = record(value, path)
  const pairs = (given: unknown, at: string) =>
    list(given, at).map((pair, index) => parseHeader(pair, `${at}[${index}]`))
  const parsed = { set: pairs(set, `${path}.set`), defaults: pairs(defaults, `${path}.defaults`) }
  // Each default has a bit of its own in the rules that are made of them.
  if (parsed.defaults.length > MAX_DEFAULTS)
    throw new InvalidRouteTable(`${path}.defaults`, `of at most ${MAX_DEFAULTS}`)
  return parsed
}

const MAX_DEFAULTS = 20
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

function parseHeader(value: unknown, path: string): [string, string] {
  const [name, text] = list(value, path)
  if (typeof name !== 'string' || !HEADER_NAME.test(name)) throw new InvalidRouteTable(path, 'a header name')
  return [name, headerValue(text, path)]
}

/** Two routes with the same host and prefix would make the answer depend on their order. */
function checkClaims(routes: readonly Route[]): void {
  const claimed = new Set<string>()
  for (const [index, route] of routes.entries()) {
    for (const host of route.hosts) {
      const claim = `${host} ${route.pathPrefix}`
      if (claimed.has(claim)) throw new InvalidRouteTable(`routes[${index}].hosts`, `free: ${claim} is taken`)
      claimed.add(claim)
    }
  }
}

/** Those of a release on trial too. */
export function allTargets({ targets, canary }: Route): Target[] {
  return canary ? [...targets, ...canary.targets] : targets
}

function checkTargetIds(routes: readonly Route[]): void {
  const addresses = new Map<string, string>()
  for (const [index, route] of routes.entries()) {
    for (const { id, host, port } of allTargets(route)) {
      const address = `${host}:${port}`
      if ((addresses.get(id) ?? address) !== address) {
        throw new InvalidRouteTable(`routes[${index}].targets`, `of one address each: ${id} has two`)
      }
      addresses.set(id, address)
    }
  }
}
