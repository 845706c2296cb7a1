import type { Socket } from 'node:net'
import { type FastifyBaseLogger, type FastifyReply, type FastifyRequest, LogController } from 'fastify'
import { AppError } from '../errors.ts'
import type { Logger } from '../log.ts'
import { PROBLEM_CONTENT_TYPE, toProblem } from '../problem.ts'
import { toAppError } from './framework-errors.ts'
import { sendProblem } from './problem-answers.ts'
import { REQUEST_ID_HEADER, requestIdOf } from './request-identity.ts'
import { BARE_ANSWER_HEADERS } from './security-headers.ts'

export interface SecureServerOptions {
  log: Logger
  /** Largest body; 1 MiB unless told. A route that streams sets its own. */
  bodyLimitBytes?: number
  /** For the whole of a request to arrive; 60 s unless told, 0 for no limit (for servers of long uploads). */
  requestTimeoutMs?: number
  /** For the request's headers to arrive; 15 s unless told. */
  headersTimeoutMs?: number
  /** All headers of a request together; 16 KiB unless told. */
  maxHeaderBytes?: number
  /** Whether a proxy of ours is in front, whose `x-request-id` and `traceparent` count. False unless told. */
  trustRequestId?: boolean
  /** The addresses of proxies whose `x-forwarded-*` count, or how many there are. None unless told. */
  trustProxy?: string | string[] | false
}

/** Options for `fastify(…)` with limits on everything that a client sends. Register `hardening` on the server. */
export function secureServerOptions({
  log,
  bodyLimitBytes = 1024 * 1024,
  requestTimeoutMs = 60_000,
  headersTimeoutMs = 15_000,
  maxHeaderBytes = 16 * 1024,
  trustRequestId = false,
  trustProxy = false,
}: SecureServerOptions) {
  return {
    loggerInstance: log as FastifyBaseLogger,
    // The plugin writes one line a request; Fastify would write two.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    bodyLimit: bodyLimitBytes,
    requestTimeout: requestTimeoutMs,
    http: {
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: Math.min(headersTimeoutMs, requestTimeoutMs || headersTimeoutMs),
      connectionsCheckingInterval: Math.min(5_000, headersTimeoutMs),
      requireHostHeader: false, // `hardening` does it as problem+json
    },
    trustProxy,
    requestIdHeader: false as const,
    genReqId: (request: Parameters<typeof requestIdOf>[0]) => requestIdOf(request, trustRequestId),
    forceCloseConnections: 'idle' as const,
    return503OnClosing: false, // `hardening` does it as problem+json
    frameworkErrors: answerFrameworkError,
    clientErrorHandler: answerClientError,
  }
}

/** A URL that the router cannot read reaches no hook, so that the headers of hooks are set here. */
function answerFrameworkError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  reply.headers({ ...BARE_ANSWER_HEADERS, [REQUEST_ID_HEADER]: request.id })
  sendProblem(reply, toAppError(error, request))
}

/** What Node's parser refuses is no request yet: the answer goes straight to the socket, which then closes. */
function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const problem = toProblem(clientError(error.code))
  const body = JSON.stringify(problem)
  const security = Object.entries(BARE_ANSWER_HEADERS).map(([name, value]) => `${name}: ${value}`)
  const head = [
    `HTTP/1.1 ${problem.status} ${problem.title}`,
    `Content-Type: ${PROBLEM_CONTENT_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    ...security,
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}

function clientError(code: string | undefined): AppError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new AppError('headers_too_large', 'The headers of the request are too large.', { status: 431 })
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new AppError('request_timeout', 'The request did not arrive in time.', { status: 408 })
    default:
      return new AppError('bad_request', 'This is not a valid HTTP/1.1 request.', { status: 400 })
  }
}
