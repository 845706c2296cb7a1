import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { PROBLEM_CONTENT_TYPE, toProblem } from '../problem.ts'
import { httpErrors } from './http-errors.ts'
import { BARE_ANSWER_HEADERS } from './security-headers.ts'

/** What Node would answer by itself, with neither a body nor a header: a missing Host, an expectation it does not know. */
export function addProtocolAnswers(app: FastifyInstance): void {
  app.server.on('checkExpectation', refuseExpectation)
  app.addHook('onRequest', (request, reply, done) => {
    // RFC 9112, 3.2
    if (request.headers.host !== undefined || request.raw.httpVersion !== '1.1') return done()
    reply.header('connection', 'close')
    done(httpErrors.bad_request({ reason: 'the header Host is missing.' }))
  })
}

/** RFC 9110, 10.1.1: `100-continue` is the only expectation there is. */
function refuseExpectation(_request: IncomingMessage, response: ServerResponse): void {
  const problem = toProblem(httpErrors.expectation_failed())
  response
    .writeHead(problem.status, {
      ...BARE_ANSWER_HEADERS,
      'content-type': PROBLEM_CONTENT_TYPE,
      connection: 'close',
    })
    .end(JSON.stringify(problem))
}
