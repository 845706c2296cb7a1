import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { AppError } from '../errors.ts'
import { PROBLEM_CONTENT_TYPE, type ProblemOptions, toProblem } from '../problem.ts'
import { createAllowedMethods } from './allowed-methods.ts'
import { toAppError } from './framework-errors.ts'
import { httpErrors } from './http-errors.ts'

/** Sends an answer, or returns without one and so leaves the request to the 404 or 405 answer. */
export type Fallback = (request: FastifyRequest, reply: FastifyReply) => unknown

export interface ProblemAnswersOptions {
  typeOf?: ProblemOptions['typeOf'] | undefined
  fallback?: Fallback | undefined
}

/** Every failure leaves as problem+json: what routes throw, what Fastify refuses, unknown paths, wrong methods. */
export function addProblemAnswers(app: FastifyInstance, { typeOf, fallback }: ProblemAnswersOptions): void {
  const allowedMethods = createAllowedMethods(app)
  app.setErrorHandler((error, request, reply) => {
    const appError = toAppError(error, request)
    logFailure(appError, request)
    sendProblem(reply, appError, typeOf)
  })
  app.setNotFoundHandler(async (request, reply) => {
    await fallback?.(request, reply)
    if (reply.sent) return reply
    const allowed = allowedMethods(request.url)
    if (allowed.length > 0) reply.header('allow', allowed.join(', '))
    throw notFoundOrNotAllowed(request, allowed)
  })
}

/** The body goes out as text, so that no response schema of the route can strip or refuse it. */
export function sendProblem(reply: FastifyReply, error: unknown, typeOf?: ProblemOptions['typeOf']): void {
  const problem = toProblem(error, { requestId: reply.request.id, ...(typeOf && { typeOf }) })
  reply
    .code(problem.status)
    .header('cache-control', 'no-store')
    .type(PROBLEM_CONTENT_TYPE)
    .serializer((text: string) => text)
    .send(JSON.stringify(problem))
}

/** A user's mistake is worth a line at most; our own bug is worth its stack. */
function logFailure(error: unknown, request: FastifyRequest): void {
  const isOurs = !(error instanceof AppError) || !error.isOperational
  if (isOurs) request.log.error({ err: error }, 'request failed')
  else request.log.debug({ code: error.code, detail: error.message }, 'request refused')
}

function notFoundOrNotAllowed(request: FastifyRequest, allowed: string[]): AppError {
  const { method } = request
  const path = request.url.split('?', 1)[0]!.slice(0, 200)
  if (allowed.length === 0) return httpErrors.not_found({ method, path })
  return httpErrors.method_not_allowed({ method, path, allowed: allowed.join(', ') })
}
