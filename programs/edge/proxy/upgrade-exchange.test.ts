import { once } from 'node:events'
import { createServer } from 'node:http'
import { waitFor } from '@seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { rawBackend, route, TestEdge, target } from '../test/edge-harness.ts'

async function echoServer(): Promise<{ port: number; headers: () => NodeJS.Dict<string | string[]> }> {
  let headers: NodeJS.Dict<string | string[]> = {}
  const server = createServer((_request, response) => void response.end('plain'))
  const sockets = new WebSocketServer({
    server,
    verifyClient: ({ req }: { req: { url?: string } }) => req.url !== '/no',
  })
  sockets.on('connection', (socket, request) => {
    headers = request.headers
    socket.send('welcome') // in the same segment as the head of the answer, most of the time
    socket.on('message', (data, binary) => socket.send(data, { binary }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    for (const client of sockets.clients) client.terminate()
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  })
  return { port: (server.address() as { port: number }).port, headers: () => headers }
}

function webSocket(edge: TestEdge, path = '/'): WebSocket {
  const socket = new WebSocket(`ws://127.0.0.1:${edge.port}${path}`, { headers: { host: 'shop.localhost' } })
  onTestFinished(() => {
    socket.on('error', () => undefined) // terminated before it was open
    socket.terminate()
  })
  return socket
}

test('WebSocket messages go both ways, large ones too, and a close reaches the other side', async () => {
  const edge = await TestEdge.start()
  const backend = await echoServer()
  await edge.push(route([target(backend.port)]))
  const socket = webSocket(edge)
  const messages: Buffer[] = []
  socket.on('message', data => messages.push(data as Buffer))
  await once(socket, 'open')

  socket.send('hello')
  socket.send(Buffer.alloc(2_000_000, 7))
  await waitFor(() => messages.length === 3)

  expect(messages[0]!.toString()).toBe('welcome')
  expect(messages[1]!.toString()).toBe('hello')
  expect(messages[2]!.equals(Buffer.alloc(2_000_000, 7))).toBe(true)
  expect(backend.headers()['x-forwarded-for']).toBe('127.0.0.1')
  expect(await edge.inFlight(`ins_${backend.port}`)).toBe(1)
  socket.close(4000, 'enough')
  expect((await once(socket, 'close'))[0]).toBe(4000)
  await waitFor(async () => (await edge.inFlight(`ins_${backend.port}`)) === 0)
  expect((await edge.countersOf('v1')).responses['1xx']).toBe(1)
})

test('a refused WebSocket gets the answer of the app, one without an app 404, one without a target 502', async () => {
  const edge = await TestEdge.start()
  const backend = await echoServer()
  const gone = await rawBackend(socket => socket.destroy())
  await edge.push(
    route([target(backend.port)]),
    route([target(gone.port)], { hosts: ['127.0.0.1'], appId: 'app_2' }),
  )

  const statusOf = async (socket: WebSocket) => (await once(socket, 'unexpected-response'))[1].statusCode
  expect(await statusOf(webSocket(edge, '/no'))).toBe(401)
  expect(await statusOf(new WebSocket(`ws://127.0.0.1:${edge.port}/`))).toBe(502)
  expect(await statusOf(new WebSocket(`ws://127.0.0.1:${edge.port}/`, { headers: { host: 'nobody' } }))).toBe(
    404,
  )
})

test('a WebSocket wakes a sleeping app', async () => {
  const edge = await TestEdge.start()
  const backend = await echoServer()
  await edge.push(route([], { mode: 'wake' }))
  // Listened for from the start: it may open before the push has come back to us.
  const opened = once(webSocket(edge), 'open')
  await waitFor(async () => (await edge.countersOf('v1')).inFlight === 1)

  await edge.push(route([target(backend.port)]))

  await opened
})

test('a WebSocket whose target dies is closed, and so is one on which nothing moves', async () => {
  const edge = await TestEdge.start()
  const accept = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'
  const backend = await rawBackend((socket, received) => {
    socket.write(accept)
    if (received.includes('/die')) setTimeout(() => socket.destroy(), 20)
  })
  await edge.push(
    route([target(backend.port)], { timeouts: { responseMs: 1_000, idleMs: 400, wakeMs: 1_000 } }),
  )

  for (const path of ['/die', '/idle']) {
    const client = await edge.connect()
    client.socket.write(
      `GET ${path} HTTP/1.1\r\nHost: shop.localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    )
    expect(await client.closed).toMatch(/^HTTP\/1\.1 101 /)
  }
  await waitFor(async () => (await edge.countersOf('v1')).inFlight === 0)
})

test('other protocols are not switched to', async () => {
  const edge = await TestEdge.start()
  const backend = await rawBackend(socket => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'))
  await edge.push(route([target(backend.port)]))
  const client = await edge.connect()

  client.socket.write(
    'GET / HTTP/1.1\r\nHost: shop.localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAA\r\n\r\n',
  )
  await waitFor(() => client.text().includes('200 OK'))

  expect(backend.received()).not.toMatch(/h2c|http2-settings|upgrade/i)
})
