/** What every request passes before its handler: is the address ours, who is it, what is it about, may they? */
import type { Action } from '@seaworthy/api'
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify'
import type { Actor } from '../access/actor.ts'
import { type Decision, decide, type Resource, type RouteAction } from '../access/policy.ts'
import { policyRules } from '../access/policy-rules.ts'
import type { AppRow, TeamRow } from '../store/schema.ts'
import { httpErrors } from './errors.ts'
import type { HostCheck } from './host-check.ts'
import type { Identify } from './identify.ts'
import type { FindResource } from './request-resource.ts'
import { isLocal } from './socket-listener.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the policy is asked for this route. A route without one does not register. */
    action?: RouteAction
    /**
     * `handler`: the path does not tell what the request is about, so the handler asks the policy by
     * `call.authorize` once it knows; an answer without that is never sent.
     */
    resource?: 'handler'
  }
  interface FastifyRequest {
    actor: Actor
    /** The rows that the path names; the policy has let the actor at them. */
    app: AppRow | undefined
    team: TeamRow | undefined
  }
}

/** Routes that come from the kit, which knows nothing of our policy. */
const KIT_ROUTES: Record<string, RouteAction> = {
  '/live': 'public',
  '/ready': 'public',
  '/health': 'public',
  '/metrics': 'metrics:read',
}

/** The first look at a request: is the address ours, and who is it? What is counted by person comes after this. */
export function identifyRequests(
  fastify: FastifyInstance,
  { identify, checkHost }: { identify: Identify; checkHost: HostCheck },
): void {
  fastify.decorateRequest('actor', null as never)
  fastify.addHook('onRequest', async request => {
    if (!isLocal(request.raw)) checkHost(request)
    request.actor = needsNobody(request) ? { kind: 'public' } : await identify(request)
  })
}

/** Pages, files and probes are the same for everybody: who asks is not looked up. */
function needsNobody(request: FastifyRequest): boolean {
  return actionOf(request) === 'public' && !request.routeOptions.url?.startsWith('/api/')
}

/** From here on, registering a route without an action throws. */
export function guardRoutes(
  fastify: FastifyInstance,
  { findResource, requireFresh }: { findResource: FindResource; requireFresh: RequireFresh },
): void {
  fastify.decorateRequest('app', undefined)
  fastify.decorateRequest('team', undefined)
  fastify.addHook('onRoute', requireAction)
  fastify.addHook('onRequest', async (request, reply) => {
    if (request.actor.kind === 'public' && !isOpen(request)) {
      reply.header('www-authenticate', 'Bearer')
      throw httpErrors.sign_in_required()
    }
    await authorizeByPath(request, findResource)
    await requireFreshSignIn(request, requireFresh)
  })
}

/** Rejects unless the actor has proved who they are a moment ago; see `FreshSignIn`. */
export type RequireFresh = (call: { actor: Actor }) => Promise<void>

async function requireFreshSignIn(request: FastifyRequest, requireFresh: RequireFresh): Promise<void> {
  const action = actionOf(request)
  if (action === undefined || action === 'public' || request.actor.kind !== 'user') return
  if (policyRules[action].fresh) await requireFresh(request)
}

interface Question {
  decision: Decision
  resource: Resource
  notFound: () => Error
  app?: AppRow | undefined
  team?: TeamRow | undefined
}

/**
 * Throws the answer for a request that the policy refuses: 404 where the actor must not learn of the resource. Every
 * refusal passes here, so this is where it is noted for the audit log (see `audit-trail.ts`).
 */
function requireAllowed(request: FastifyRequest, { decision, notFound, ...about }: Question): void {
  if (decision.allowed) return
  const { hidden, reason } = decision
  request.refusal = { action: actionOf(request)!, hidden, reason, ...refusedTarget(about) }
  throw hidden ? notFound() : httpErrors.not_allowed({ reason })
}

function refusedTarget({ resource, app, team }: Pick<Question, 'resource' | 'app' | 'team'>) {
  if (resource.kind === 'none') return {}
  const { teamId } = resource
  if (resource.kind === 'team') return { teamId, target: { kind: 'team', id: teamId, name: team?.slug } }
  const { appId } = resource
  return { teamId, appId, target: { kind: 'app', id: appId, name: app?.slug } }
}

function requireAction({ method, url, config }: RouteOptions): void {
  const action = config?.action ?? KIT_ROUTES[url]
  if (action === undefined) throw new TypeError(`Route ${method} ${url} declares no policy action.`)
  const on = action === 'public' ? 'public' : policyRules[action as Action].on
  const named = /\/:(slug|team)(\/|$)/.test(url) || config?.resource === 'handler'
  if ((on === 'team' || on === 'app') && !named)
    throw new TypeError(`Route ${method} ${url} asks for a role (${on}) on what its path does not name.`)
}

/** Nobody needs to be signed in; an unknown address has no action, and its answer tells that it is unknown. */
function isOpen(request: FastifyRequest): boolean {
  const action = actionOf(request)
  return action === undefined || decide({ kind: 'public' }, action).allowed
}

async function authorizeByPath(request: FastifyRequest, findResource: FindResource): Promise<void> {
  const action = actionOf(request)
  if (action === undefined || request.routeOptions.config.resource === 'handler') return
  if (decide({ kind: 'public' }, action).allowed) return
  const { resource, app, team, notFound } = await findResource(request)
  const decision = decide(request.actor, action, resource)
  requireAllowed(request, { decision, resource, app, team, notFound })
  request.app = app
  request.team = team
}

function actionOf({ routeOptions: { config, url } }: FastifyRequest): RouteAction | undefined {
  return config.action ?? (url === undefined ? undefined : KIT_ROUTES[url])
}

/** For handlers of `resource: 'handler'` routes. */
export type Authorize = (resource: Resource, notFound?: () => Error) => void

export function authorizer(request: FastifyRequest): Authorize {
  return (resource, notFound = () => httpErrors.nothing_here()) => {
    const decision = decide(request.actor, actionOf(request) ?? 'public', resource)
    requireAllowed(request, { decision, resource, notFound })
  }
}
