import type { AnswerHeaders } from './answer-headers.ts'
import { normalizeHost } from './route-matcher.ts'
import type { Route, RouteMode, RouteTable, RouteTimeouts, StaticSettings, Target } from './route-table.ts'

/** A route table that the edge must not take. `path` names the wrong value, as `routes[3].hosts[0]`. */
export class InvalidRouteTable extends Error {
  readonly code = 'ROUTES_INVALID_TABLE'
  readonly path: string

  constructor(path: string, expected: string) {
    super(`The route table is not valid: ${path || 'the table'} must be ${expected}.`)
    this.name = 'InvalidRouteTable'
    this.path = path
  }
}

/**
 * Checks what came from a socket or a file, and returns a table with exactly the known fields.
 * By hand rather than by a schema library: the edge runs in a small memory budget.
 * @throws {InvalidRouteTable} for a wrong value, a target id used for two addresses, or a host and prefix given twice
 */
export function parseRouteTable(value: unknown): RouteTable {
  const table = record(value, '')
  const routes = list(table.routes, 'routes').map((route, index) => parseRoute(route, `routes[${index}]`))
  checkClaims(routes)
  checkTargetIds(routes)
  return { version: integer(table.version, 'version', 0, Number.MAX_SAFE_INTEGER), routes }
}

const MODES: readonly RouteMode[] = ['proxy', 'static', 'wake', 'unavailable']
const TARGET_STATES: readonly Target['state'][] = ['adding', 'healthy', 'unhealthy', 'draining']
const LONGEST_TIMEOUT_MS = 24 * 60 * 60 * 1000

function parseRoute(value: unknown, path: string): Route {
  const route = record(value, path)
  const mode = oneOf(route.mode, `${path}.mode`, MODES)
  const parsed: Route = {
    appId: text(route.appId, `${path}.appId`),
    slug: text(route.slug, `${path}.slug`),
    hosts: list(route.hosts, `${path}.hosts`).map((host, index) =>
      parseHost(host, `${path}.hosts[${index}]`),
    ),
    pathPrefix: parsePrefix(route.pathPrefix, `${path}.pathPrefix`),
    process: text(route.process, `${path}.process`),
    release: text(route.release, `${path}.release`),
    mode,
    targets: list(route.targets, `${path}.targets`).map((t, i) => parseTarget(t, `${path}.targets[${i}]`)),
    timeouts: parseTimeouts(route.timeouts, `${path}.timeouts`),
  }
  if (mode === 'static' || route.static !== undefined)
    parsed.static = parseStatic(route.static, `${path}.static`)
  if (route.requestsPerMinutePerIp !== undefined) {
    const at = `${path}.requestsPerMinutePerIp`
    parsed.requestsPerMinutePerIp = integer(route.requestsPerMinutePerIp, at, 1, 1_000_000)
  }
  if (route.headers !== undefined) parsed.headers = parseHeaders(route.headers, `${path}.headers`)
  return parsed
}

function parseHost(value: unknown, path: string): string {
  const host = text(value, path)
  if (normalizeHost(host) !== host) throw new InvalidRouteTable(path, 'a lower-case host name without port')
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
  const root = text(settings.root, `${path}.root`)
  if (!root.startsWith('/')) throw new InvalidRouteTable(`${path}.root`, 'an absolute path')
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
/** RFC 9110, 5.5: visible characters, spaces and tabs; nothing that could end the line. */
const HEADER_VALUE = /^[\t -~\x80-\xff]*$/

function parseHeader(value: unknown, path: string): [string, string] {
  const [name, text] = list(value, path)
  if (typeof name !== 'string' || !HEADER_NAME.test(name)) throw new InvalidRouteTable(path, 'a header name')
  if (typeof text !== 'string' || !HEADER_VALUE.test(text))
    throw new InvalidRouteTable(path, 'a header value')
  return [name, text]
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

function checkTargetIds(routes: readonly Route[]): void {
  const addresses = new Map<string, string>()
  for (const [index, route] of routes.entries()) {
    for (const { id, host, port } of route.targets) {
      const address = `${host}:${port}`
      if ((addresses.get(id) ?? address) !== address) {
        throw new InvalidRouteTable(`routes[${index}].targets`, `of one address each: ${id} has two`)
      }
      addresses.set(id, address)
    }
  }
}

function record(value: unknown, path: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>
  throw new InvalidRouteTable(path, 'an object')
}

function list(value: unknown, path: string): unknown[] {
  if (Array.isArray(value)) return value
  throw new InvalidRouteTable(path, 'a list')
}

function text(value: unknown, path: string): string {
  if (typeof value === 'string' && value !== '' && !value.includes('\0')) return value
  throw new InvalidRouteTable(path, 'a text that is not empty')
}

function integer(value: unknown, path: string, least: number, most: number): number {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most)
    return value as number
  throw new InvalidRouteTable(path, `a whole number from ${least} to ${most}`)
}

function oneOf<T extends string>(value: unknown, path: string, allowed: readonly T[]): T {
  if (allowed.includes(value as T)) return value as T
  throw new InvalidRouteTable(path, `one of ${allowed.join(', ')}`)
}
