import type { FastifyInstance, FastifyRequest } from 'fastify'
import { routeOf } from '../http/rate-limit-rules.ts'
import type { ApiRequestMeter } from './api-request-meter.ts'
import type { Subject } from './quota-limits.ts'
import { personOf } from './spender.ts'

/**
 * Counts each API request that the policy has let in, for the person and for the team that it is about. Register it
 * after the guard. Whoever has used up their requests can still see that, and sign out.
 */
export function countApiRequests(fastify: FastifyInstance, meter: Pick<ApiRequestMeter, 'count'>): void {
  fastify.addHook('onRequest', async request => {
    if (!routeOf(request).startsWith('/api/v1/') || isFree(request)) return
    const userId = personOf(request.actor)
    if (userId === undefined) return
    await meter.count([...teamOf(request), { kind: 'user', id: userId }])
  })
}

function isFree({ routeOptions: { config } }: FastifyRequest): boolean {
  const action = config.action ?? 'public'
  return action === 'public' || action.startsWith('session:') || action.startsWith('quota:')
}

function teamOf({ actor, app, team }: FastifyRequest): Subject[] {
  const id = team?.id ?? app?.team_id ?? (actor.kind === 'token' ? actor.teamId : null)
  return id === null || id === undefined ? [] : [{ kind: 'team', id }]
}
