import type { FastifyInstance } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import type { Metrics } from './metrics.ts'

export interface HttpMetricsOptions {
  metrics: Metrics
  /** Where the metrics are read; `/metrics` unless told. */
  path?: string
}

const BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** Counts requests by route pattern, method and status, and serves `/metrics`. Guard that route in a hook of yours. */
export const httpMetrics = fastifyPlugin(addHttpMetrics, { fastify: '5.x', name: 'kit-http-metrics' })

async function addHttpMetrics(
  app: FastifyInstance,
  { metrics, path = '/metrics' }: HttpMetricsOptions,
): Promise<void> {
  const durations = metrics.histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the request to the end of its answer.',
    labels: ['method', 'route', 'status'],
    buckets: BUCKETS_SECONDS,
  })
  app.addHook('onResponse', (request, reply, done) => {
    // Unknown paths share one label: anyone can make up more of them than memory holds.
    const route = request.routeOptions.url ?? 'unknown'
    durations.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1_000)
    done()
  })
  app.get(path, { config: { quiet: true, servedUnderPressure: true } }, async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.render()),
  )
}
