/** The control plane's HTTP side: API, dashboard, health; over TCP for people, over a socket file for this machine. */
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import multipart from '@fastify/multipart'
import { AppError, type Health, type Logger } from '@seaworthy/kit'
import { csrf } from '@seaworthy/kit/csrf'
import { hardening, secureServerOptions, stopServer } from '@seaworthy/kit/http'
import { httpMetrics, type Metrics } from '@seaworthy/kit/metrics'
import { type RateLimitStore, rateLimit } from '@seaworthy/kit/rate-limit'
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import type { ActorFinder } from '../access/actor-finder.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { ApiRequestMeter } from '../quotas/api-request-meter.ts'
import { countApiRequests } from '../quotas/count-api-requests.ts'
import { registerApiReference } from './api-reference.ts'
import { recordRefusals } from './audit-trail.ts'
import { openDashboard } from './dashboard-files.ts'
import type { Implementations } from './endpoint-implementation.ts'
import { registerEndpoints } from './endpoint-routes.ts'
import { createHostCheck } from './host-check.ts'
import type { Identify } from './identify.ts'
import { type RateLimitSettings, rateLimitRules } from './rate-limit-rules.ts'
import type { FindResource } from './request-resource.ts'
import { guardRoutes, identifyRequests, type RequireFresh } from './route-guard.ts'
import { isLocal, listenOnSocketFile } from './socket-listener.ts'
import { routeUpgrades, wantsWebSocket } from './socket-upgrade.ts'
import { createStillAllowed } from './still-allowed.ts'

export interface HttpServerOptions {
  /** Loopback, until the dashboard has a domain. */
  host: string
  /** 0: any free one. */
  port: number
  socketPath: string
  /** Host names besides localhost under which the dashboard may be asked for. */
  domains: readonly string[]
  version: string
  identify: Identify
  /** For streams, which look again who reads them. */
  actors: Pick<ActorFinder, 'find'>
  findResource: FindResource
  requireFresh: RequireFresh
  audit: Pick<AuditLog, 'append'>
  rateLimits: { store: RateLimitStore; settings: RateLimitSettings }
  apiRequests: Pick<ApiRequestMeter, 'count'>
  /** Proxies whose `X-Forwarded-For` is believed: addresses and ranges. */
  trustedProxies: readonly string[]
  /** At least 32 random bytes, used for nothing else; the same on all servers. */
  csrfSecret: string | Buffer
  /** One for each endpoint of the catalogue. */
  implementations: Implementations
  health: Health
  metrics: Metrics
  /** Folder of the dashboard's builds. */
  dashboardDirectory: string
  log: Logger
  heartbeatMs?: number
  /** For requests in flight when the server stops. */
  stopDeadlineMs?: number
  /** Checks each answer against its schema. For tests. */
  checkAnswers?: boolean
}

export interface HttpServer {
  /** Resolves once both listeners are open. */
  start(): Promise<void>
  /** Ends event streams, lets requests in flight finish, closes both listeners. Idempotent. */
  stop(): Promise<void>
  /** `http://127.0.0.1:4400`, once started. */
  readonly url: string
  readonly fastify: FastifyInstance
}

/** JSON bodies; uploads have a limit of their own. */
const BODY_LIMIT_BYTES = 2 * 1024 * 1024
/** Without a byte on the connection. Streams send a heartbeat more often than that. */
const IDLE_CONNECTION_MS = 5 * 60_000
const HEARTBEAT_MS = 15_000
/** Read by pages, which send it back as `x-csrf-token`. */
const CSRF_COOKIE = 'seaworthy_csrf'

/** Throws when an endpoint has no implementation, or a route no policy. */
export async function createHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const stopping = new AbortController()
  const fastify = createFastify(options)
  routeUpgrades(fastify.server, (request, response) => fastify.routing(request, response))
  await registerEverything(fastify, options, stopping.signal)
  let socketServer: Server | undefined
  return {
    fastify,
    get url() {
      const { address, family, port } = fastify.server.address() as AddressInfo
      return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
    },
    async start() {
      // The socket file first: it tells whether another control plane runs on this home.
      socketServer = await listenOnSocketFile(options.socketPath, (request, response) =>
        fastify.routing(request, response),
      )
      await listenOnPort(fastify, options).catch(async error => {
        await closeServer(socketServer!)
        throw error
      })
    },
    async stop() {
      stopping.abort()
      const closing = socketServer && closeServer(socketServer)
      await stopServer(fastify, { deadlineMs: options.stopDeadlineMs })
      socketServer?.closeAllConnections()
      await closing
    },
  }
}

async function listenOnPort(fastify: FastifyInstance, { host, port }: HttpServerOptions): Promise<void> {
  try {
    await fastify.listen({ host, port })
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause
    const message = `Port ${port} on ${host} is taken by another program. Stop that one, or set SEAWORTHY_PORT to a free port.`
    throw new AppError('port_taken', message, { cause })
  }
}

function createFastify({ log, trustedProxies }: HttpServerOptions): FastifyInstance {
  // A large upload over a slow line takes its time; an idle connection is cut all the same.
  const limits = { bodyLimitBytes: BODY_LIMIT_BYTES, requestTimeoutMs: 0 }
  const trustProxy = trustedProxies.length > 0 && [...trustedProxies]
  const options = secureServerOptions({ log, trustProxy, ...limits })
  return Fastify({
    ...options,
    http: { ...options.http, shouldUpgradeCallback: wantsWebSocket },
    connectionTimeout: IDLE_CONNECTION_MS,
    schemaController: { compilersFactory: { buildValidator: noSchema, buildSerializer: noSchema } },
  }) as unknown as FastifyInstance
}

/** zod checks what comes in. Without this, Fastify loads its own checker (ajv) for nothing, a hundred files. */
function noSchema(): never {
  throw new TypeError(
    'A route of the control plane declares a schema for Fastify: put it into the catalogue.',
  )
}

async function registerEverything(
  fastify: FastifyInstance,
  options: HttpServerOptions,
  stopping: AbortSignal,
): Promise<void> {
  const { health, metrics, log } = options
  const dashboard = await openDashboard(options.dashboardDirectory)
  const { fallback } = dashboard
  await fastify.register(hardening, { health, allowedOrigins: isOwnOrigin, fallback })
  recordRefusals(fastify, options)
  identifyRequests(fastify, { ...options, checkHost: createHostCheck(options) })
  await limitRequests(fastify, options)
  guardRoutes(fastify, options)
  countApiRequests(fastify, options.apiRequests)
  await fastify.register(httpMetrics, { metrics })
  // JSON and forms only; anything else is 415.
  fastify.removeContentTypeParser('text/plain')
  await fastify.register(multipart, { throwFileSizeLimit: false })
  const { heartbeatMs = HEARTBEAT_MS, checkAnswers = false, implementations, audit } = options
  const stillAllowed = createStillAllowed(options)
  registerEndpoints(fastify, {
    ...{ implementations, audit, stillAllowed, stopping, heartbeatMs, checkAnswers, log },
  })
  registerApiReference(fastify, options)
  dashboard.register(fastify)
  await fastify.ready()
}

/** Between knowing who asks and answering anything. */
async function limitRequests(
  fastify: FastifyInstance,
  { rateLimits, csrfSecret, metrics, log }: HttpServerOptions,
): Promise<void> {
  const rules = rateLimitRules(rateLimits.settings)
  await fastify.register(rateLimit, { store: rateLimits.store, rules, metrics, log })
  await fastify.register(csrf, {
    secret: csrfSecret,
    cookieName: CSRF_COOKIE,
    session: ({ actor }) => (actor.kind === 'user' && actor.via === 'cookie' ? actor.sessionId : undefined),
    exempt: ({ raw, actor }) =>
      isLocal(raw) || actor.kind === 'token' || (actor.kind === 'user' && actor.via === 'bearer'),
  })
}

function isOwnOrigin(origin: string, { headers }: FastifyRequest): boolean {
  return URL.canParse(origin) && new URL(origin).host === headers.host
}

function closeServer(server: Server): Promise<void> {
  return new Promise(resolve => {
    server.close(() => resolve())
    server.closeIdleConnections()
  })
}
