import type { ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { httpBackend, waitFor } from '@seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'
import { rawBackend, route, TestEdge, target } from '../test/edge-harness.ts'

/** An app that answers when it is told to. */
async function slowApp() {
  const open: ServerResponse[] = []
  const app = await httpBackend((_, response) => void open.push(response))
  return { port: app.port, requests: app.requests, open, answerOne: () => open.shift()?.end('ok') }
}

test('what comes on top of the concurrent requests is refused with Retry-After', async () => {
  const edge = await TestEdge.start()
  const app = await slowApp()
  await edge.push(route([target(app.port)], { limits: { concurrentRequests: 2 } }))
  const inside = [edge.ask(), edge.ask()]
  await waitFor(() => app.open.length === 2)

  const refused = await Promise.all(Array.from({ length: 6 }, () => edge.ask()))
  for (const answer of refused) expect(answer.status).toBe(503)
  expect(Number(refused[0]!.headers['retry-after'])).toBeGreaterThan(0)

  app.answerOne()
  app.answerOne()
  expect((await Promise.all(inside)).map(({ status }) => status)).toEqual([200, 200])
  const next = edge.ask()
  await waitFor(() => app.open.length === 1)
  app.answerOne()
  expect((await next).status).toBe(200)
})

test('a client that leaves gives its place back', async () => {
  const edge = await TestEdge.start()
  const app = await slowApp()
  await edge.push(route([target(app.port)], { limits: { concurrentRequests: 1 } }))
  const leaver = await edge.connect()
  leaver.socket.write('GET / HTTP/1.1\r\nHost: shop.localhost\r\n\r\n')
  await waitFor(() => app.open.length === 1)
  leaver.socket.destroy()
  await waitFor(async () => (await edge.countersOf('v1')).inFlight === 0)

  const next = edge.ask()
  await waitFor(() => app.open.length === 2)
  app.open[1]!.end('ok')
  expect((await next).status).toBe(200)
})

test('requests wait in the queue, in order, and are refused when it is full or takes too long', async () => {
  const edge = await TestEdge.start()
  const app = await slowApp()
  const limits = { concurrentRequests: 1, queue: { maxRequests: 3, waitMs: 600_000 } }
  await edge.push(route([target(app.port)], { limits }))
  const answers = []
  for (const path of ['/1', '/2', '/3', '/4']) {
    answers.push(edge.ask({ path }))
    const asked = answers.length
    await waitFor(async () => (await edge.countersOf('v1')).inFlight === asked)
  }
  await waitFor(() => app.open.length === 1)

  expect((await edge.ask({ path: '/5' })).status).toBe(503)
  for (let answered = 1; answered <= 4; answered++) {
    app.answerOne()
    if (answered < 4) await waitFor(() => app.open.length === 1)
  }

  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200, 200])
  expect(app.requests).toEqual(['GET /1', 'GET /2', 'GET /3', 'GET /4'])

  await edge.push(
    route([target(app.port)], { limits: { ...limits, queue: { maxRequests: 3, waitMs: 200 } } }),
  )
  const holder = edge.ask()
  await waitFor(() => app.open.length === 1)
  expect((await edge.ask()).status).toBe(503)
  app.answerOne()
  expect((await holder).status).toBe(200)
})

test('many at once through a narrow door: all are answered, never more inside than there are places', async () => {
  const edge = await TestEdge.start()
  let [inside, highest] = [0, 0]
  const app = await httpBackend((_, response) => {
    highest = Math.max(highest, ++inside)
    setImmediate(() => {
      inside--
      response.end('ok')
    })
  })
  const limits = { concurrentRequests: 3, queue: { maxRequests: 500, waitMs: 600_000 } }
  await edge.push(route([target(app.port)], { limits }))

  const answers = await Promise.all(Array.from({ length: 200 }, () => edge.ask()))

  expect(answers.every(({ status }) => status === 200)).toBe(true)
  expect(highest).toBeLessThanOrEqual(3)
})

test('one address gets so many requests at once, and a path has limits of its own', async () => {
  const edge = await TestEdge.start()
  const app = await slowApp()
  await edge.push(
    route([target(app.port)], {
      limits: { concurrentRequestsPerIp: 2 },
      pathLimits: [{ path: '/search', limits: { concurrentRequestsPerIp: 1, requestsPerMinutePerIp: 2 } }],
    }),
  )
  const inside = [edge.ask({ path: '/search' }), edge.ask(), edge.ask()]
  await waitFor(() => app.open.length === 3)

  expect((await edge.ask()).status).toBe(429)
  expect((await edge.ask({ path: '/%73earch/x' })).status).toBe(429)
  for (let index = 0; index < 3; index++) app.answerOne()
  await Promise.all(inside)
  expect((await edge.ask({ path: '/search' })).body).toContain('in a minute')
})

test('a path that means another one too is held to the tighter limits of the two', async () => {
  const edge = await TestEdge.start()
  const app = await httpBackend()
  await edge.push(
    route([target(app.port)], {
      pathLimits: [
        { path: '/sign-in', limits: { requestsPerMinutePerIp: 3 } },
        { path: '/public-files', limits: { requestsPerMinutePerIp: 1_000 } },
      ],
    }),
  )

  const statuses: number[] = []
  for (const path of ['/sign-in', '/public-files/../sign-in', '//sign-in', '/public-files/%2e%2e/sign-in'])
    statuses.push((await edge.ask({ path })).status)

  expect(statuses).toEqual([200, 200, 200, 429])
  expect((await edge.ask({ path: '/public-files/a' })).status).toBe(200)
})

test('a body that is too large is refused early by its length, and while it streams', async () => {
  const edge = await TestEdge.start()
  const bodies: string[] = []
  const app = await httpBackend(async (request, response) => {
    try {
      bodies.push((await request.toArray()).join(''))
      response.end('ok')
    } catch {
      bodies.push('broken')
    }
  })
  await edge.push(route([target(app.port)], { limits: { bodyBytes: 1_000 } }))

  const fits = await edge.ask({ method: 'POST', body: 'x'.repeat(1_000) })
  const announced = await edge.ask({ method: 'POST', body: 'x'.repeat(1_001) })
  const chunked = await edge.connect()
  chunked.socket.write('POST / HTTP/1.1\r\nHost: shop.localhost\r\nTransfer-Encoding: chunked\r\n\r\n')
  for (let index = 0; index < 20; index++) chunked.socket.write(`64\r\n${'x'.repeat(100)}\r\n`)

  expect(fits.status).toBe(200)
  expect(announced.status).toBe(413)
  expect(announced.headers.connection).toBe('close')
  expect(await chunked.closed).toMatch(/^HTTP\/1\.1 413 /)
  await waitFor(() => bodies.length === 2)
  expect(bodies[0]).toHaveLength(1_000)
  expect(bodies[1]).toBe('broken')
})

test('a client that waits for 100 Continue is refused before it sends', async () => {
  const edge = await TestEdge.start()
  const app = await httpBackend()
  await edge.push(route([target(app.port)], { limits: { bodyBytes: 10 } }))

  const client = await edge.connect()
  client.socket.write(
    'POST / HTTP/1.1\r\nHost: shop.localhost\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n',
  )

  expect(await client.closed).toMatch(/^HTTP\/1\.1 413 /)
  expect(app.requests).toHaveLength(0)
})

test('a head that is larger than the route takes gives 431, there alone', async () => {
  const edge = await TestEdge.start()
  const app = await httpBackend()
  await edge.push(
    route([target(app.port)], { pathLimits: [{ path: '/small', limits: { headerBytes: 300 } }] }),
  )
  const headers = { 'x-long': 'a'.repeat(400) }

  expect((await edge.ask({ path: '/small', headers })).status).toBe(431)
  expect((await edge.ask({ path: '/small' })).status).toBe(200)
  expect((await edge.ask({ path: '/', headers })).status).toBe(200)
})

test('an exchange ends after its total time, an event stream goes on', async () => {
  const edge = await TestEdge.start()
  const app = await httpBackend((request, response) => {
    if (request.url === '/events') response.setHeader('content-type', 'text/event-stream')
    const timer = setInterval(() => response.write('tick\n'), 20)
    response.on('close', () => clearInterval(timer))
  })
  await edge.push(route([target(app.port)], { limits: { totalMs: 400 } }))
  const events = await edge.connect()
  events.socket.write('GET /events HTTP/1.1\r\nHost: shop.localhost\r\n\r\n')
  const page = await edge.connect()
  page.socket.write('GET / HTTP/1.1\r\nHost: shop.localhost\r\n\r\n')

  expect(await page.closed).toContain('tick')
  const ticks = events.text().length
  await waitFor(() => events.text().length > ticks * 2)
  expect(events.socket.readableEnded).toBe(false)
})

test('an app that does not answer within the total or idle time gives 504', async () => {
  const edge = await TestEdge.start()
  const app = await slowApp()
  await edge.push(route([target(app.port)], { limits: { totalMs: 200 } }))
  expect((await edge.ask()).status).toBe(504)

  const writer = await edge.connect()
  await edge.push(route([target(app.port)], { limits: { idleMs: 200 } }))
  writer.socket.write('POST / HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length: 10\r\n\r\nabc')
  expect(await writer.closed).toMatch(/^HTTP\/1\.1 408 /)
})

test('connections of one address are bounded at an app', async () => {
  const edge = await TestEdge.start()
  const app = await httpBackend()
  await edge.push(
    route([target(app.port)], { limits: { connectionsPerIp: 2 } }),
    route([target(app.port)], { appId: 'app_2', hosts: ['blog.localhost'], release: 'v2' }),
  )
  const request = 'GET / HTTP/1.1\r\nHost: shop.localhost\r\n\r\n'
  const clients = [await edge.connect(), await edge.connect()]
  for (const client of clients) {
    client.socket.write(request)
    await waitFor(() => client.text().endsWith('ok'))
    client.socket.write(request)
    await waitFor(() => client.text().match(/200 OK/g)?.length === 2)
  }

  const third = await edge.connect()
  third.socket.write(request)
  expect(await third.closed).toMatch(/^HTTP\/1\.1 429 .*retry-after: \d/is)
  expect((await edge.ask({ host: 'blog.localhost' })).status).toBe(200)

  clients[0]!.socket.destroy()
  await waitFor(async () => (await edge.ask()).status === 200)
})

test('slow connections of one address are bounded at the edge, and others are served', async () => {
  const edge = await TestEdge.start({ env: { SEAWORTHY_EDGE_CONNECTIONS_PER_ADDRESS: '500' } })
  const app = await httpBackend()
  await edge.push(route([target(app.port)]))
  const holders = Array.from({ length: 2_000 }, () => {
    const socket = connect({ host: '127.0.0.1', port: edge.port })
    socket.on('error', () => undefined)
    socket.write('GET / HTTP/1.1\r\nHost: ')
    return socket
  })
  onTestFinished(() => {
    for (const socket of holders) socket.destroy()
  })

  await waitFor(() => holders.filter(({ destroyed }) => destroyed).length === 1_500)
  const fromElsewhere = await edge.ask({ localAddress: '127.0.0.2' })

  expect(holders.filter(({ readyState }) => readyState === 'open')).toHaveLength(500)
  expect(fromElsewhere.status).toBe(200)
  for (const socket of holders) socket.destroy()
  await waitFor(async () => (await edge.ask().catch(() => undefined))?.status === 200)
})

test('a WebSocket holds a place as long as it lasts', async () => {
  const edge = await TestEdge.start()
  const app = await rawBackend((socket, received) => {
    if (received.includes('Upgrade: websocket'))
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    else if (received.endsWith('\r\n\r\n')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
  })
  await edge.push(route([target(app.port)], { limits: { concurrentRequests: 1, totalMs: 200 } }))
  const client = await edge.connect()
  client.socket.write(
    'GET / HTTP/1.1\r\nHost: shop.localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  )
  await waitFor(() => client.text().includes(' 101 '))

  expect((await edge.ask()).status).toBe(503)
  client.socket.destroy()
  await waitFor(async () => (await edge.ask()).status === 200)
})
