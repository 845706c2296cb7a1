import { httpBackend, waitFor } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { route, TestEdge, target } from '../test/edge-harness.ts'

test('200 requests of any method at a sleeping app wake it once and are all answered, bodies included', async () => {
  const edge = await TestEdge.start()
  const events = edge.events()
  const backend = await httpBackend((request, response) => {
    let body = ''
    request.on('data', chunk => {
      body += chunk
    })
    request.on('end', () => response.end(`${request.method} ${body}`))
  })
  await edge.push(route([], { mode: 'wake' }))
  const methods = ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS']

  const replies = Array.from({ length: 200 }, (_, index) => {
    const method = methods[index % methods.length]!
    return edge.ask({ method, body: method === 'POST' || method === 'PUT' ? `body ${index}` : undefined })
  })
  await waitFor(async () => (await edge.countersOf('v1')).inFlight === 200)
  const woken = events.filter(event => event.type === 'wake-needed')
  await edge.push(route([target(backend.port)], { release: 'v2' }))

  for (const [index, reply] of (await Promise.all(replies)).entries()) {
    const method = methods[index % methods.length]!
    expect(reply.status).toBe(200)
    expect(reply.body).toBe(`${method} ${method === 'POST' || method === 'PUT' ? `body ${index}` : ''}`)
  }
  expect(woken.length).toBeGreaterThanOrEqual(1)
  expect(woken.length).toBeLessThan(10)
  await waitFor(async () => (await edge.countersOf('v2')).inFlight === 0)
  expect((await edge.countersOf('v2')).requests).toBe(200)
  expect((await edge.countersOf('v1')).requests).toBe(0)
})

test('the wake-up is asked for again while requests wait, also of a control plane that comes later', async () => {
  const edge = await TestEdge.start()
  await edge.push(route([], { mode: 'wake' }))
  const reply = edge.ask()
  await waitFor(async () => (await edge.countersOf('v1')).inFlight === 1)

  const events = edge.events()
  await waitFor(
    () => events.filter(event => event.type === 'wake-needed' && event.appId === 'app_1').length >= 3,
  )

  const backend = await httpBackend()
  await edge.push(route([target(backend.port)]))
  expect((await reply).status).toBe(200)
})

test('an app that does not wake up in time gives 503 with Retry-After', async () => {
  const edge = await TestEdge.start()
  await edge.push(route([], { mode: 'wake', timeouts: { responseMs: 1_000, idleMs: 1_000, wakeMs: 300 } }))

  const reply = await edge.ask({ method: 'POST', body: 'x' })

  expect(reply.status).toBe(503)
  expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0)
  expect(await edge.countersOf('v1')).toMatchObject({ requests: 1, edgeFailures: 1 })
})

test('a waiting client that leaves is forgotten, and an app that becomes unavailable answers at once', async () => {
  const edge = await TestEdge.start()
  await edge.push(route([], { mode: 'wake' }))
  const client = await edge.connect()
  client.socket.write('GET / HTTP/1.1\r\nHost: shop.localhost\r\n\r\n')
  await waitFor(async () => (await edge.countersOf('v1')).inFlight === 1)
  client.socket.destroy()
  await waitFor(async () => (await edge.countersOf('v1')).inFlight === 0)

  const reply = edge.ask()
  await waitFor(async () => (await edge.countersOf('v1')).inFlight === 1)
  await edge.push(route([], { mode: 'unavailable' }))

  expect((await reply).status).toBe(503)
})
