import { fastify } from 'fastify'
import { expect, onTestFinished, test } from 'vitest'
import { createMetrics, httpMetrics } from './index.ts'

test('renders counters, gauges and histograms in the Prometheus text format', async () => {
  const metrics = createMetrics()
  const builds = metrics.counter({ name: 'builds_total', help: 'Builds.', labels: ['state'] })
  const queue = metrics.gauge({ name: 'queue_jobs', help: 'Jobs.', collect: set => set({}, 7) })
  const wake = metrics.histogram({ name: 'wake_seconds', help: 'Wake.', buckets: [0.1, 1] })

  builds.add({ state: 'failed' })
  builds.add({ state: 'failed' }, 2)
  queue.set({}, 3)
  wake.observe({}, 0.5)

  const text = await metrics.render()
  expect(metrics.contentType).toContain('text/plain')
  expect(text).toContain('builds_total{state="failed"} 3')
  expect(text).toContain('queue_jobs 7')
  expect(text).toContain('wake_seconds_bucket{le="0.1"} 0')
  expect(text).toContain('wake_seconds_bucket{le="1"} 1')
})

test('registries share nothing, and one refuses a doubled name', () => {
  const metrics = createMetrics()
  const options = { name: 'a_total', help: 'A.' }
  metrics.counter(options)
  createMetrics().counter(options)

  expect(() => metrics.counter(options)).toThrow('a_total')
})

test('measures requests by route pattern and serves them', async () => {
  const app = fastify()
  onTestFinished(() => app.close())
  await app.register(httpMetrics, { metrics: createMetrics() })
  app.get('/apps/:slug', async () => 'ok')

  await app.inject('/apps/shop')
  await app.inject('/apps/blog')
  await app.inject('/made/up')
  const { body, headers } = await app.inject('/metrics')

  expect(headers['content-type']).toContain('text/plain')
  expect(body).toContain(
    'http_request_duration_seconds_count{method="GET",route="/apps/:slug",status="200"} 2',
  )
  expect(body).toContain('route="unknown",status="404"} 1')
  expect(body).not.toContain('made')
})
