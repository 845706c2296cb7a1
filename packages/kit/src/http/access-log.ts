import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** One line a request, once it is answered or given up. Probes and scrapes come every few seconds: they are quiet. */
export function addAccessLog(app: FastifyInstance): void {
  app.addHook('onResponse', (request, reply, done) => {
    const log = isQuiet(request) ? request.log.debug : request.log.info
    log.call(request.log, factsOf(request, reply), 'request answered')
    done()
  })
  app.addHook('onRequestAbort', (request, done) => {
    request.log.info({ method: request.method, route: routeOf(request) }, 'request given up by the client')
    done()
  })
}

function factsOf(request: FastifyRequest, reply: FastifyReply): object {
  return {
    method: request.method,
    path: pathOf(request),
    route: routeOf(request),
    statusCode: reply.statusCode,
    durationMs: Math.round(reply.elapsedTime * 10) / 10,
    ip: request.ip,
  }
}

function isQuiet(request: FastifyRequest): boolean {
  return request.routeOptions.config.quiet === true
}

/** Without the query, which may hold what nobody should read. */
function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0]!
}

function routeOf(request: FastifyRequest): string | undefined {
  return request.routeOptions.url
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Log requests of this route at level debug only. */
    quiet?: boolean
  }
}
