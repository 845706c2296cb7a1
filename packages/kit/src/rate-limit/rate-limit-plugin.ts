import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { defineErrors } from '../error-catalogue.ts'
import type { Logger } from '../log.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { RateLimitStore } from './rate-limit-store.ts'
import { createRateLimiter, type RateLimiter, type RateLimitVerdict } from './rate-limiter.ts'

export interface RateLimitRule {
  /** Of its own among all limiters of the store; it labels the metric. */
  name: string
  points: number
  /** Whole seconds. */
  windowSeconds: number
  /** By what to count the request, as `addressKey(request.ip)`; undefined when the rule is not about it. */
  key(request: FastifyRequest): string | undefined
  /** Unless it is that of all rules. */
  store?: RateLimitStore
}

export interface RateLimitOptions {
  store: RateLimitStore
  /** In this order; the first that refuses decides, and those after it count nothing. */
  rules: readonly RateLimitRule[]
  log?: Logger
  /** Gets `rate_limited_requests_total` by rule. */
  metrics?: Metrics
}

export const rateLimitErrors = defineErrors({
  rate_limited: {
    status: 429,
    message: 'Too many requests of this kind ({rule}): {limit} in {window} are taken. Try again in {wait}.',
  },
})

/**
 * Counts each request by the rules that are about it, and refuses what is too much with 429, `Retry-After` and a
 * problem that says when to try again. Every counted answer tells where it stands: `RateLimit-Limit`, `-Remaining`,
 * `-Reset` (seconds) of the rule that is nearest to its end, and `RateLimit-Policy` with all of them
 * (draft-ietf-httpapi-ratelimit-headers-06). Works in `onRequest`: register it after the hooks that tell who asks.
 */
export const rateLimit = fastifyPlugin(addRateLimit, { fastify: '5.x', name: 'kit-rate-limit' })

interface Limited {
  rule: RateLimitRule
  limiter: RateLimiter
}

async function addRateLimit(
  app: FastifyInstance,
  { store, rules, log, metrics }: RateLimitOptions,
): Promise<void> {
  const limited = rules.map(rule => ({ rule, limiter: createRateLimiter({ store, log, ...rule }) }))
  const refusals = metrics?.counter({
    name: 'rate_limited_requests_total',
    help: 'Requests refused because there were too many of them.',
    labels: ['rule'],
  })
  app.addHook('onRequest', async (request, reply) => {
    const verdicts: Judged[] = []
    for (const { rule, limiter } of limited) {
      const key = rule.key(request)
      if (key === undefined) continue
      const verdict = await limiter.consume(key)
      verdicts.push({ rule, verdict })
      if (!verdict.allowed) break
    }
    if (verdicts.length === 0) return
    tellWhereItStands(reply, verdicts)
    const refused = verdicts.find(({ verdict }) => !verdict.allowed)
    if (!refused) return
    refusals?.add({ rule: refused.rule.name })
    throw refusal(reply, refused)
  })
}

interface Judged {
  rule: Limited['rule']
  verdict: RateLimitVerdict
}

function tellWhereItStands(reply: FastifyReply, judged: readonly Judged[]): void {
  const nearest = judged.reduce((near, next) => (share(next) < share(near) ? next : near))
  const { limit, remaining, resetMs } = nearest.verdict
  reply.headers({
    'ratelimit-limit': limit,
    'ratelimit-remaining': remaining,
    'ratelimit-reset': Math.ceil(resetMs / 1000),
    'ratelimit-policy': judged.map(({ rule }) => `${rule.points};w=${rule.windowSeconds}`).join(', '),
  })
}

function share({ verdict: { allowed, remaining, limit } }: Judged): number {
  return allowed ? remaining / Math.max(limit, 1) : -1
}

function refusal(reply: FastifyReply, { rule, verdict }: Judged): Error {
  // At least one: a client that reads 0 comes back at once.
  const waitSeconds = Math.max(1, Math.ceil(verdict.resetMs / 1000))
  reply.header('retry-after', waitSeconds)
  return rateLimitErrors.rate_limited({
    rule: rule.name,
    limit: rule.points,
    window: inWords(rule.windowSeconds),
    wait: inWords(waitSeconds > 120 ? Math.ceil(waitSeconds / 60) * 60 : waitSeconds),
  })
}

/** `1 minute`, `15 minutes`, `90 seconds`. */
function inWords(seconds: number): string {
  const units = [
    ['hour', 3600],
    ['minute', 60],
  ] as const
  const [unit, size] = units.find(([, length]) => seconds % length === 0) ?? ['second', 1]
  const count = seconds / size
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}
