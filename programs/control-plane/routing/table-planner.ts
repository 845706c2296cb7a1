/**
 * The route table that the edge should have, from what the database says. Pure, so that every state of an app
 * has one tested answer to "what does a request get now?".
 */
import type { Canary, CertificateFile, Route, RouteTimeouts, Target } from '@seaworthy/routes'
import type { TableRules } from '@seaworthy/routes/settings'
import { domainRoutes, withoutClashes } from '../domains/domain-routes.ts'
import type { AppFacts, CanaryFacts, InstanceFacts, ReleaseFacts } from './app-facts.ts'
import { httpsOf, rulesOf } from './app-rules.ts'
import { internalRoutes } from './internal-routes.ts'
import { type PathPlan, pathPlans } from './path-plans.ts'

export type { AppFacts } from './app-facts.ts'

export interface RoutingSettings {
  baseDomain: string
  timeouts: RouteTimeouts
}

export function planRoutes(
  apps: readonly AppFacts[],
  settings: RoutingSettings,
  certificates: readonly CertificateFile[] = [],
): Route[] {
  // An app that was never live has no route: asking for it is asking for nothing.
  const live = apps.filter(app => app.release && app.state !== 'deleting')
  const bySlug = new Map(live.map(app => [app.slug, app]))
  const planned = live.map(app => ({ app, routes: planApp(app, bySlug, settings) }))
  // Built-in hosts first: a domain that clashes with one is left out.
  return withoutClashes([
    ...planned.flatMap(({ app, routes }) => routes.map(route => ownHost(app, route, settings, certificates))),
    ...planned.flatMap(({ app, routes }) => routes.flatMap(route => claimedHosts(app, route))),
    ...internalRoutes(live, app => planApp(app, bySlug, settings)[0]!),
  ])
}

/** The routes of an app without their hosts: the whole of it, then its paths that go elsewhere. */
function planApp(app: AppFacts, bySlug: ReadonlyMap<string, AppFacts>, settings: RoutingSettings): Route[] {
  const rules = rulesOf(app)
  const main = planRoute(app, { process: 'web', settings, rules })
  const paths = pathPlans(app, rules, slug => bySlug.get(slug))
  return [main, ...paths.map(plan => planPath(main, plan, settings))]
}

function planPath(main: Route, plan: PathPlan, settings: RoutingSettings): Route {
  const { to, process, prefix, rules } = plan
  const route = to
    ? planRoute(to, { process, settings, rules })
    : { ...withoutTargets(main), ...rules, process, mode: 'unavailable' as const }
  return { ...route, pathPrefix: prefix }
}

function planRoute(
  app: AppFacts,
  { process, settings, rules }: { process: string; settings: RoutingSettings; rules: TableRules },
): Route {
  const mode = modeOf(app, process)
  const canary = mode === 'unavailable' ? undefined : canaryOf(app.canary, process)
  return {
    appId: app.id,
    slug: app.slug,
    hosts: [],
    pathPrefix: '/',
    process,
    release: `v${app.release!.version}`,
    mode,
    targets: targetsOf(app.instances, process),
    timeouts: settings.timeouts,
    ...rules,
    ...(app.state === 'stopped' ? { stopped: true } : {}),
    ...(mode === 'static' ? { static: staticOf(app.release!) } : {}),
    ...(canary ? { canary } : {}),
  }
}

function modeOf(app: AppFacts, process: string): Route['mode'] {
  if (app.state === 'suspended' || app.state === 'stopped') return 'unavailable'
  const own = app.instances.filter(instance => instance.process === process)
  if (process === 'web' && app.release?.staticRoot !== undefined) return 'static'
  if (own.some(({ state, address }) => state === 'healthy' && address)) return 'proxy'
  // It runs, but was started when no route named it: no wake-up would give it a port.
  if (own.some(({ state, address }) => state === 'healthy' && !address)) return 'unavailable'
  return app.stoppedAfterCrashes ? 'unavailable' : 'wake'
}

/** Draining targets stay listed, so that the edge finishes what they have and counts it. */
function targetsOf(instances: readonly InstanceFacts[], process: string): Target[] {
  return instances.flatMap(instance => {
    const { id, state, address } = instance
    if (instance.process !== process || !address) return []
    return state === 'healthy' || state === 'unhealthy' || state === 'draining'
      ? [{ id, ...address, state }]
      : []
  })
}

/** Undefined while nothing of it could answer: all requests stay with the release that serves. */
function canaryOf(canary: CanaryFacts | undefined, process: string): Canary | undefined {
  if (!canary) return undefined
  const { release, percent, header } = canary
  const shared = { release: `v${release.version}`, percent, ...(header ? { header } : {}) }
  if (process === 'web' && release.staticRoot !== undefined)
    return { ...shared, mode: 'static', targets: [], static: staticOf(release) }
  const targets = targetsOf(canary.instances, process)
  return targets.some(({ state }) => state === 'healthy') ? { ...shared, mode: 'proxy', targets } : undefined
}

function staticOf({ staticRoot, spa = false }: ReleaseFacts) {
  return { root: staticRoot!, spa }
}

function withoutTargets({ static: _, canary: __, ...route }: Route): Route {
  return { ...route, targets: [] }
}

function ownHost(
  app: AppFacts,
  route: Route,
  { baseDomain }: RoutingSettings,
  certificates: readonly CertificateFile[],
): Route {
  const host = `${app.slug}.${baseDomain}`
  const https = httpsOf(app)
  // Nobody may be sent to an https that does not answer.
  const isCovered = https && certificates.some(({ hosts }) => hosts.some(name => covers(name, host)))
  return { ...route, hosts: [host], ...(isCovered ? { https } : {}) }
}

function claimedHosts(app: AppFacts, route: Route): Route[] {
  const own = httpsOf(app)
  const domains = app.domains?.map(domain => (domain.https && own ? { ...domain, https: own } : domain))
  return domainRoutes(route, domains)
}

function covers(name: string, host: string): boolean {
  return name.startsWith('*.') ? host.slice(host.indexOf('.')) === name.slice(1) : name === host
}
