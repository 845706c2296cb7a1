import { httpBackend, waitFor } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { route, TestEdge, target } from '../test/edge-harness.ts'

test('an app in maintenance shows its message, escaped, and counts no failure', async () => {
  const edge = await TestEdge.start()
  const app = await httpBackend()
  const maintenance = { holdMs: 0, message: 'Back at <b>noon</b> & "sooner".' }
  await edge.push(route([target(app.port)], { maintenance }))

  const page = await edge.ask({ headers: { accept: 'text/html' } })
  const text = await edge.ask()

  expect(page.status).toBe(503)
  expect(Number(page.headers['retry-after'])).toBeGreaterThan(0)
  expect(page.body).toContain('Back at &#60;b&#62;noon&#60;/b&#62; &#38; &#34;sooner&#34;.')
  expect(text.body).toContain(maintenance.message)
  expect(app.requests).toHaveLength(0)
  expect(await edge.countersOf('v1')).toMatchObject({ requests: 2, failures: 0, edgeFailures: 0 })
})

test('requests wait for the end of it and go on at once, with their bodies', async () => {
  const edge = await TestEdge.start()
  const bodies: string[] = []
  const app = await httpBackend(async (request, response) => {
    bodies.push((await request.toArray()).join(''))
    response.end('ok')
  })
  await edge.push(route([target(app.port)], { maintenance: { holdMs: 600_000 } }))
  const waiting = [
    edge.ask(),
    ...Array.from({ length: 4 }, () => edge.ask({ method: 'POST', body: 'order' })),
  ]
  await waitFor(async () => (await edge.countersOf('v1')).inFlight === 5)

  await edge.push(route([target(app.port)], { maintenance: { holdMs: 600_000, message: 'longer' } }))
  expect(app.requests).toHaveLength(0)
  await edge.push(route([target(app.port)]))

  expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
  expect(bodies.sort()).toEqual(['', 'order', 'order', 'order', 'order'])
})

test('who waits for too long gets the page, and who leaves is forgotten', async () => {
  const edge = await TestEdge.start()
  await edge.push(route([], { maintenance: { holdMs: 300 } }))
  const leaver = await edge.connect()
  leaver.socket.write('GET / HTTP/1.1\r\nHost: shop.localhost\r\n\r\n')
  await waitFor(async () => (await edge.countersOf('v1')).inFlight === 1)
  leaver.socket.destroy()

  expect((await edge.ask()).status).toBe(503)
  await waitFor(async () => (await edge.countersOf('v1')).inFlight === 0)
})

test('addresses on the list get the app all the same', async () => {
  const edge = await TestEdge.start()
  const app = await httpBackend()
  await edge.push(route([target(app.port)], { maintenance: { holdMs: 0, allow: ['127.0.0.1'] } }))

  expect((await edge.ask()).status).toBe(200)
})
