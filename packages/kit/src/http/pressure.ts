import type { FastifyInstance } from 'fastify'
import { httpErrors } from './http-errors.ts'

export interface PressureLimits {
  /** How late the event loop may be in two samples in a row. 1,000 ms unless told. */
  maxEventLoopDelayMs?: number
  /** No limit unless told. */
  maxRssBytes?: number
  /** Time between samples. 1,000 ms unless told. */
  sampleMs?: number
  /** What `Retry-After` says. 10 s unless told. */
  retryAfterSeconds?: number
}

/**
 * Answers 503 with `Retry-After` while the process cannot keep up.
 * Not @fastify/under-pressure: its event loop histogram wakes an idle process a hundred times a second, which cost
 * 0.5 % of a core where this costs nothing that we could measure.
 */
export function addPressureRelief(app: FastifyInstance, limits: PressureLimits = {}): void {
  const { retryAfterSeconds = 10 } = limits
  const gauge = createPressureGauge(limits)
  app.addHook('onReady', async () => gauge.start())
  app.addHook('onClose', async () => gauge.stop())
  app.addHook('onRequest', (request, reply, done) => {
    // What has no route costs next to nothing: a page that is the same for every address, or that there is nothing.
    if (!gauge.isUnderPressure() || request.is404 || request.routeOptions.config.servedUnderPressure)
      return done()
    reply.header('retry-after', retryAfterSeconds)
    done(httpErrors.under_pressure())
  })
}

export interface PressureGauge {
  start(): void
  stop(): void
  isUnderPressure(): boolean
}

/** Compares the time at which a timer fires with the time at which it should have. */
export function createPressureGauge({
  maxEventLoopDelayMs = 1_000,
  maxRssBytes = Number.POSITIVE_INFINITY,
  sampleMs = 1_000,
}: PressureLimits = {}): PressureGauge {
  let timer: NodeJS.Timeout | undefined
  let sampledAt = 0
  /** One late sample may be a single garbage collection or a laptop that slept. */
  let lateSamples = 0
  let tooLarge = false

  return {
    start() {
      sampledAt = performance.now()
      timer ??= setInterval(takeSample, sampleMs).unref()
    },
    stop() {
      clearInterval(timer)
      timer = undefined
    },
    isUnderPressure: () => lateSamples >= 2 || tooLarge,
  }

  function takeSample(): void {
    const now = performance.now()
    const delayMs = now - sampledAt - sampleMs
    sampledAt = now
    lateSamples = delayMs > maxEventLoopDelayMs ? lateSamples + 1 : 0
    tooLarge = maxRssBytes !== Number.POSITIVE_INFINITY && process.memoryUsage.rss() > maxRssBytes
  }
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answer this route even while the process sheds load. */
    servedUnderPressure?: boolean
  }
}
