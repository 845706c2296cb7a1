import type { FastifyInstance, FastifyRequest } from 'fastify'

/** Whether pages of this origin (`https://panel.example.org`) may read answers. */
export type MayRead = (origin: string, request: FastifyRequest) => boolean

/**
 * CORS for the origins that may read answers, and for no other. A wildcard is never sent, nor is a preflight answered:
 * what is more than reading stays with pages of the own origin, which ask for none.
 */
export function addAllowedOrigins(app: FastifyInstance, mayRead: MayRead): void {
  app.addHook('onRequest', (request, reply, done) => {
    const { origin } = request.headers
    reply.header('vary', 'origin')
    if (origin !== undefined && mayRead(origin, request)) {
      reply.header('access-control-allow-origin', origin)
      reply.header('access-control-allow-credentials', 'true')
    }
    done()
  })
}
