import type { FastifyInstance } from 'fastify'
import type { Health } from '../health.ts'
import { httpErrors } from './http-errors.ts'

/**
 * While the server closes: not ready, requests in flight finish and end their connection, and those that still come
 * in over an open connection get 503 (Fastify's own answer for them is no problem+json).
 */
export function addClosingAnswers(app: FastifyInstance, health: Health): void {
  let closing = false
  app.addHook('preClose', done => {
    closing = true
    health.setPhase('stopping')
    done()
  })
  app.addHook('onRequest', (_request, reply, done) => {
    if (!closing) return done()
    reply.header('retry-after', 1)
    done(httpErrors.stopping())
  })
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (closing) reply.header('connection', 'close')
    done()
  })
}
