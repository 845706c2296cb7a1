import type { Socket } from 'node:net'
import {
  AnswerHeaderRules,
  allTargets,
  type Canary,
  compileRoutes,
  DEFAULT_OBSERVATION,
  type Observation,
  type Route,
  type RouteMatcher,
  routeKey,
  type Target,
} from '@seaworthy/routes'
import type { RouteSight } from '../access-log/route-sight.ts'
import { compileCaching, type RouteCaching } from '../cache/cache-rules.ts'
import { compileTrial, type Trial } from '../choice/canary-choice.ts'
import { compileStickiness, type Stickiness } from '../choice/stickiness.ts'
import { SHARED_SLOT } from '../counters/counter-memory.ts'
import { counterKey, type SlotAssignment } from '../counters/edge-counters.ts'
import { compileGates, type RouteGates } from '../gates/route-gates.ts'
import type { Http2Target } from '../grpc/http2-target.ts'
import { InternalCallers } from '../internal/internal-callers.ts'
import type { TableUpdate } from '../workers/worker-messages.ts'
import type { ClientConnection } from './client-connection.ts'
import { responseHeaderKinds } from './header-kinds.ts'
import { compileHttpChallenges, type HttpChallenges } from './https-answers.ts'
import type { RequestTarget } from './request-target.ts'
import { UpstreamPool } from './upstream-pool.ts'

/** A route with what a worker needs to serve it. */
export interface ActiveRoute extends Route {
  counterSlot: number
  /** The targets that may get new requests. */
  healthy: ActiveTarget[]
  /** Undefined for a route that asks nothing of its requests. */
  gates: RouteGates | undefined
  /** Undefined for a route whose requests may go to any instance. */
  stickiness: Stickiness | undefined
  /** Undefined while no release is on trial. */
  trial: Trial | undefined
  /** Of a release on trial: the route that serves where it cannot. */
  stable: ActiveRoute | undefined
  /** Undefined for a route of the public. */
  internalCallers: InternalCallers | undefined
  answerHeaders: AnswerHeaderRules | undefined
  /** Undefined for a route without cache rules. */
  caching: RouteCaching | undefined
  /** The same with `Strict-Transport-Security`, for answers by https. */
  secureAnswerHeaders: AnswerHeaderRules | undefined
  observation: Observation
  /** Made when the first request of the route has ended. */
  sight: RouteSight | undefined
}

/** A target as one worker knows it; it outlives tables as long as its address is in them. */
export interface ActiveTarget {
  id: string
  slot: number
  pool: UpstreamPool
  /** Made with the first gRPC call. */
  http2: Http2Target | undefined
  /** It refused or broke a connection; until then others are preferred. As `performance.now()`. */
  suspectUntil: number
}

const kinds = responseHeaderKinds()

interface CompileOptions {
  slots: SlotAssignment
  addresses: Set<string>
  observed: Observation
}

/** The table that a worker serves by. A new one takes effect between two requests, whole. */
export class ActiveRoutes {
  readonly #targets = new Map<string, ActiveTarget>()
  readonly #stickyKey: string
  #observed: Observation = DEFAULT_OBSERVATION
  #matcher: RouteMatcher<ActiveRoute> = compileRoutes([])
  #routes = new Map<string, ActiveRoute>()
  #version = -1
  #cacheScopes: ReadonlySet<string> = new Set()
  #httpChallenges: HttpChallenges

  constructor({ stickyKey }: { stickyKey: string }) {
    this.#stickyKey = stickyKey
  }

  get version(): number {
    return this.#version
  }

  get httpChallenges(): HttpChallenges {
    return this.#httpChallenges
  }

  match(host: string, url: string): ActiveRoute | undefined {
    return this.#matcher.match(host, url)
  }

  /** The same for a client: an internal route is there for its callers only. */
  matchFor(socket: Socket, { host, url }: Pick<RequestTarget, 'host' | 'url'>): ActiveRoute | undefined {
    const route = this.#matcher.match(host, url)
    return route?.internalCallers && !route.internalCallers.includes(socket) ? undefined : route
  }

  /** Of the routes with cache rules. */
  get cacheScopes(): ReadonlySet<string> {
    return this.#cacheScopes
  }

  hasHost(host: string): boolean {
    return this.#matcher.hasHost(host)
  }

  apply({ table, slots }: TableUpdate): void {
    const addresses = new Set<string>()
    const observed = { ...DEFAULT_OBSERVATION, ...table.observe }
    const options = { slots, addresses, observed }
    const routes = table.routes.map(route => this.#activateRoute(route, options))
    this.#observed = observed
    this.#routes = new Map(routes.map(route => [routeKey(route), route]))
    this.#retireAllBut(addresses)
    this.#matcher = compileRoutes(routes)
    this.#applied(table)
  }

  /**
   * The same for what is different from the last table.
   * @param update with the new routes, and the new forms of known ones, alone
   * @param gone keys of routes that are no more
   */
  change({ table, slots }: TableUpdate, gone: readonly string[]): void {
    const options = { slots, addresses: new Set<string>(), observed: this.#observed }
    const added = table.routes.map(route => this.#activateRoute(route, options))
    const keys = [...gone, ...added.map(routeKey)]
    const removed = keys.flatMap(key => this.#routes.get(key) ?? [])
    for (const key of gone) this.#routes.delete(key)
    for (const route of added) this.#routes.set(routeKey(route), route)
    this.#matcher.replace(removed, added)
    this.#retireUnused(removed.flatMap(addressesOf), options.addresses)
    this.#applied(table)
  }

  #applied({ version, challenges }: TableUpdate['table']): void {
    this.#httpChallenges = compileHttpChallenges(challenges)
    this.#version = version
    const scopes = new Set<string>()
    for (const { caching } of this.#routes.values()) if (caching) scopes.add(caching.scope)
    this.#cacheScopes = scopes
  }

  #activateRoute(route: Route, options: CompileOptions): ActiveRoute {
    const active = this.#compile(route, options)
    if (route.canary) this.#addTrial(active, route.canary, options)
    return active
  }

  /** Closes idle connections that are too old. @returns whether any is left */
  sweepIdle(now: number): boolean {
    let left = false
    for (const { pool } of this.#targets.values()) left = pool.sweep(now) || left
    return left
  }

  close(): void {
    this.#retireAllBut(new Set())
  }

  #compile(route: Route, { slots, addresses, observed }: CompileOptions): ActiveRoute {
    const healthy = route.targets
      .filter(target => target.state === 'healthy')
      .map(target => this.#activate(target, slots.targets.get(target.id) ?? SHARED_SLOT, addresses))
    const answerHeaders = route.headers && new AnswerHeaderRules(route.headers)
    const { sticky, pathPrefix } = route
    return {
      ...route,
      counterSlot: slots.counters.get(counterKey(route.appId, route.release)) ?? SHARED_SLOT,
      healthy,
      answerHeaders,
      secureAnswerHeaders: compileSecureHeaders(route, answerHeaders),
      gates: compileGates(route),
      stickiness: sticky && compileStickiness(sticky, pathPrefix, healthy, this.#stickyKey),
      internalCallers: route.callers && new InternalCallers(route.callers),
      trial: undefined,
      stable: undefined,
      caching: compileCaching(route),
      observation: route.observe ? { ...observed, ...route.observe } : observed,
      sight: undefined,
    }
  }

  #addTrial(stable: ActiveRoute, canary: Canary, options: CompileOptions): void {
    const { release, mode, targets, static: folder } = canary
    const { canary: _, static: __, ...route } = stable
    const trial = this.#compile(
      { ...route, release, mode, targets, ...(folder ? { static: folder } : {}) },
      options,
    )
    trial.stable = stable
    stable.trial = compileTrial(stable, trial)
  }

  #activate(target: Target, slot: number, addresses: Set<string>): ActiveTarget {
    const address = addressOf(target)
    addresses.add(address)
    const known = this.#targets.get(address)
    if (known) {
      known.slot = slot
      return known
    }
    const pool = new UpstreamPool({ host: unbracketed(target.host), port: target.port, kinds })
    const active = { id: target.id, slot, pool, http2: undefined, suspectUntil: 0 }
    this.#targets.set(address, active)
    return active
  }

  /** @param inUse by the routes that came */
  #retireUnused(addresses: readonly string[], inUse: ReadonlySet<string>): void {
    const left = new Set(addresses.filter(address => !inUse.has(address)))
    if (left.size === 0) return
    for (const route of this.#routes.values()) for (const address of addressesOf(route)) left.delete(address)
    for (const address of left) this.#retire(address)
  }

  #retireAllBut(addresses: Set<string>): void {
    for (const address of this.#targets.keys()) if (!addresses.has(address)) this.#retire(address)
  }

  #retire(address: string): void {
    const target = this.#targets.get(address)
    target?.pool.close()
    target?.http2?.close()
    this.#targets.delete(address)
  }
}

/** Of the targets that may get requests, those of a release on trial too. */
function addressesOf(route: Route): string[] {
  return allTargets(route)
    .filter(({ state }) => state === 'healthy')
    .map(addressOf)
}

function addressOf({ id, host, port }: Target): string {
  return `${id} ${host} ${port}`
}

/** The header rules for an answer to this client. */
export function answerHeadersFor(
  route: ActiveRoute,
  { scheme }: Pick<ClientConnection, 'scheme'>,
): AnswerHeaderRules | undefined {
  return scheme === 'https' ? route.secureAnswerHeaders : route.answerHeaders
}

/** RFC 6797: only by https, and the app's own word wins. */
function compileSecureHeaders(
  { headers, https }: Route,
  plain: AnswerHeaderRules | undefined,
): AnswerHeaderRules | undefined {
  const isNamed = headers?.set.some(([name]) => name.toLowerCase() === 'strict-transport-security')
  if (!https || https.hstsMaxAgeSeconds === 0 || isNamed) return plain
  const scope = https.hstsIncludeSubdomains ? '; includeSubDomains' : ''
  const hsts: [string, string] = ['Strict-Transport-Security', `max-age=${https.hstsMaxAgeSeconds}${scope}`]
  const defaults = [...(headers?.defaults ?? []), hsts]
  return new AnswerHeaderRules({ set: headers?.set ?? [], defaults })
}

function unbracketed(host: string): string {
  return host.startsWith('[') ? host.slice(1, -1) : host
}
