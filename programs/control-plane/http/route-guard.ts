/** What every request passes before its handler: is the address ours, who is it, may they? */
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify'
import type { Accounts } from '../accounts/accounts.ts'
import { httpErrors } from './errors.ts'
import type { HostCheck } from './host-check.ts'
import { type Actor, can, type RouteAction } from './policy.ts'
import { sessionTokenOf } from './session-cookie.ts'
import { isLocal } from './socket-listener.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the policy is asked for this route. A route without one does not register. */
    action?: RouteAction
  }
  interface FastifyRequest {
    actor: Actor
  }
}

/** Routes that come from the kit, which knows nothing of our policy. */
const KIT_ROUTES: Record<string, RouteAction> = {
  '/live': 'public',
  '/ready': 'public',
  '/health': 'public',
  '/metrics': 'platform:read',
}

export interface RouteGuardOptions {
  accounts: Pick<Accounts, 'authenticate'>
  checkHost: HostCheck
}

/** From here on, registering a route without an action throws. */
export function guardRoutes(fastify: FastifyInstance, { accounts, checkHost }: RouteGuardOptions): void {
  fastify.decorateRequest('actor', null as never)
  fastify.addHook('onRoute', requireAction)
  fastify.addHook('onRequest', async (request, reply) => {
    const local = isLocal(request.raw)
    if (!local) checkHost(request)
    request.actor = local ? { kind: 'local' } : await identify(request, accounts)
    if (isAllowed(request)) return
    if (request.actor.kind !== 'public') throw httpErrors.not_allowed({ action: actionOf(request)! })
    reply.header('www-authenticate', 'Bearer')
    throw httpErrors.sign_in_required()
  })
}

function requireAction({ method, url, config }: RouteOptions): void {
  if (config?.action !== undefined || url in KIT_ROUTES) return
  throw new TypeError(`Route ${method} ${url} declares no policy action.`)
}

async function identify(
  { headers }: FastifyRequest,
  accounts: RouteGuardOptions['accounts'],
): Promise<Actor> {
  const token = sessionTokenOf(headers)
  return (token === undefined ? undefined : await accounts.authenticate(token)) ?? { kind: 'public' }
}

/** An unknown address has no action; its answer tells that it is unknown. */
function isAllowed(request: FastifyRequest): boolean {
  const action = actionOf(request)
  return action === undefined || can(request.actor, action)
}

function actionOf({ routeOptions: { config, url } }: FastifyRequest): RouteAction | undefined {
  return config.action ?? (url === undefined ? undefined : KIT_ROUTES[url])
}
