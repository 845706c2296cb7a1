import { httpBackend } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { route, TestEdge, target } from '../test/edge-harness.ts'

test('a client gets as many requests a minute as the route says, over all connections and threads', async () => {
  const edge = await TestEdge.start()
  const app = await httpBackend()
  await edge.push(route([target(app.port)], { limits: { requestsPerMinutePerIp: 40 } }))

  const answers = await Promise.all(Array.from({ length: 100 }, () => edge.ask()))

  expect(answers.filter(({ status }) => status === 200)).toHaveLength(40)
  expect(app.requests).toHaveLength(40)
  const refused = answers.find(({ status }) => status === 429)!
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
  expect(refused.body).toContain('Too many requests')
})

test('a limit of one app leaves another alone, and a WebSocket counts as a request', async () => {
  const edge = await TestEdge.start()
  const app = await httpBackend()
  const other = route([target(app.port)], { appId: 'app_2', hosts: ['blog.localhost'], release: 'v2' })
  await edge.push(route([target(app.port)], { limits: { requestsPerMinutePerIp: 1 } }), other)
  await edge.ask()

  const upgrade = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' }
  expect((await edge.ask({ headers: upgrade })).status).toBe(429)
  expect((await edge.ask()).status).toBe(429)
  expect((await edge.ask({ host: 'blog.localhost' })).status).toBe(200)
  expect((await edge.countersOf('v1')).edgeFailures).toBe(0)
})

test('requests beyond the limit do not wake a sleeping app', async () => {
  const edge = await TestEdge.start()
  const app = await httpBackend()
  await edge.push(route([target(app.port)], { limits: { requestsPerMinutePerIp: 1 } }))
  await edge.ask()
  const events = edge.events()

  await edge.push(route([], { mode: 'wake', limits: { requestsPerMinutePerIp: 1 } }))

  expect((await edge.ask()).status).toBe(429)
  expect(events.filter(({ type }) => type === 'wake-needed')).toEqual([])
})
