import type { FastifyInstance, FastifyReply, RouteShorthandOptions } from 'fastify'
import type { Health } from '../health.ts'

/** Probes must be answered under pressure too: a restart by an impatient supervisor helps nobody. */
const PROBE: RouteShorthandOptions = { config: { quiet: true, servedUnderPressure: true } }

/** `/live`: the process turns. `/ready`: send it requests. `/health`: the state of each dependency. 503 means no. */
export function addHealthRoutes(app: FastifyInstance, health: Health): void {
  app.get('/live', PROBE, async (_request, reply) => answer(reply, true, health.live()))
  app.get('/ready', PROBE, async (_request, reply) => {
    const document = await health.ready()
    return answer(reply, document.ready, document)
  })
  app.get('/health', PROBE, async (_request, reply) => {
    const document = await health.health()
    return answer(reply, document.status !== 'down', document)
  })
}

function answer(reply: FastifyReply, good: boolean, document: object): FastifyReply {
  return reply
    .code(good ? 200 : 503)
    .header('cache-control', 'no-store')
    .send(document)
}
