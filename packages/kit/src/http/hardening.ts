import type { FastifyInstance } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import type { Health } from '../health.ts'
import type { ProblemOptions } from '../problem.ts'
import { addAccessLog } from './access-log.ts'
import { addAllowedOrigins, type MayRead } from './allowed-origins.ts'
import { addClosingAnswers } from './closing-answers.ts'
import { addHealthRoutes } from './health-routes.ts'
import { addPressureRelief, type PressureLimits } from './pressure.ts'
import { addProblemAnswers, type Fallback } from './problem-answers.ts'
import { addProtocolAnswers } from './protocol-answers.ts'
import { addRequestIdentity } from './request-identity.ts'
import { addSecurityHeaders, type CspDirectives } from './security-headers.ts'

export interface HardeningOptions {
  health: Health
  /** Directives for helmet, or false for none. By default everything comes from the own origin and nothing is framed. */
  contentSecurityPolicy?: CspDirectives | false
  /** `Permissions-Policy`; denies what a page of a control panel never needs unless told. */
  permissionsPolicy?: string
  /** For HSTS, which is sent over HTTPS only. A year unless told; false sends none. */
  hstsMaxAgeSeconds?: number | false
  /** Whether pages of an origin may read answers (CORS). Without it: those of the own origin alone. */
  allowedOrigins?: MayRead
  pressure?: PressureLimits
  /** Answers paths that no route knows, such as the pages of a single-page app; leaves the rest to us (404). */
  fallback?: Fallback
  /** Makes `type` of a problem from its code; `about:blank` unless told. */
  problemType?: ProblemOptions['typeOf']
}

/**
 * All that an HTTP API in production needs around its routes: request id and correlation, security headers, health
 * routes, shedding under pressure, problem+json for every failure, one log line a request, and a stop in which
 * requests in flight finish. Register it first, on a server made with `secureServerOptions`.
 */
export const hardening = fastifyPlugin(addHardening, { fastify: '5.x', name: 'kit-hardening' })

async function addHardening(app: FastifyInstance, options: HardeningOptions): Promise<void> {
  addRequestIdentity(app)
  addAccessLog(app)
  addSecurityHeaders(app, options)
  if (options.allowedOrigins) addAllowedOrigins(app, options.allowedOrigins)
  addProtocolAnswers(app)
  addProblemAnswers(app, { typeOf: options.problemType, fallback: options.fallback })
  addClosingAnswers(app, options.health)
  addPressureRelief(app, options.pressure)
  addHealthRoutes(app, options.health)
}
