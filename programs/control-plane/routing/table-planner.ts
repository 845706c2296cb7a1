/**
 * The route table that the edge should have, from what the database says. Pure, so that every state of an app
 * has one tested answer to "what does a request get now?".
 */
import {
  answerHeaders,
  type Route,
  type RouteLimits,
  type RouteTimeouts,
  type Target,
} from '@seaworthy/routes'
import { type DomainFacts, domainRoutes, withoutClashes } from '../domains/domain-routes.ts'
import type { AppState, InstanceState } from '../store/schema.ts'

export interface AppFacts {
  id: string
  slug: string
  state: AppState
  /** Of the release that serves; undefined before the first deployment. */
  release?: {
    version: number
    /** Absolute folder, for a static app. */
    staticRoot?: string
    spa?: boolean
    /** Of the manifest. */
    headers?: Record<string, string>
    limits?: RouteLimits
  }
  /** Instances of process `web`. */
  instances: readonly { id: string; state: InstanceState; host: string; port: number }[]
  /** Claimed hosts. */
  domains?: readonly DomainFacts[]
  /** Set when a crash loop was stopped: requests are refused at once instead of waiting for a wake-up. */
  stoppedAfterCrashes: boolean
}

export interface RoutingSettings {
  baseDomain: string
  timeouts: RouteTimeouts
}

export function planRoutes(apps: readonly AppFacts[], settings: RoutingSettings): Route[] {
  // An app that was never live has no route: asking for it is asking for nothing.
  const live = apps.filter(app => app.release && app.state !== 'deleting')
  const routes = live.map(app => ({ app, route: planRoute(app, settings) }))
  // Built-in hosts first: a domain that clashes with one is left out.
  return withoutClashes([
    ...routes.map(({ route }) => route),
    ...routes.flatMap(({ app, route }) => domainRoutes(route, app.domains)),
  ])
}

function planRoute(app: AppFacts, { baseDomain, timeouts }: RoutingSettings): Route {
  const route = {
    appId: app.id,
    slug: app.slug,
    hosts: [`${app.slug}.${baseDomain}`],
    pathPrefix: '/',
    process: 'web',
    release: `v${app.release!.version}`,
    targets: targetsOf(app),
    timeouts,
    headers: answerHeaders(app.release!.headers ?? {}),
    limits: app.release!.limits,
  }
  const mode = modeOf(app)
  if (mode !== 'static') return { ...route, mode }
  return { ...route, mode, static: { root: app.release!.staticRoot!, spa: app.release!.spa ?? false } }
}

function modeOf(app: AppFacts): Route['mode'] {
  if (app.state === 'suspended') return 'unavailable'
  if (app.release?.staticRoot !== undefined) return 'static'
  if (app.instances.some(instance => instance.state === 'healthy')) return 'proxy'
  return app.stoppedAfterCrashes ? 'unavailable' : 'wake'
}

/** Draining targets stay listed, so that the edge finishes what they have and counts it. */
function targetsOf(app: AppFacts): Target[] {
  return app.instances.flatMap(({ id, state, host, port }) =>
    state === 'healthy' || state === 'unhealthy' || state === 'draining' ? [{ id, host, port, state }] : [],
  )
}
