import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { httpBackend, waitFor } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { rawBackend, route, TestEdge, target } from '../test/edge-harness.ts'

test('answers pass through: status, reason, repeated headers, body, with a request id added', async () => {
  const edge = await TestEdge.start()
  const backend = await httpBackend((_request, response) => {
    response.writeHead(418, 'Short And Stout', {
      'Set-Cookie': ['a=1', 'b=2'],
      'X-Request-Id': 'the-apps-own',
    })
    response.end('tea')
  })
  await edge.push(route([target(backend.port)]))

  const reply = await edge.ask({ path: '/pot?x=1' })

  expect(reply).toMatchObject({ status: 418, body: 'tea' })
  expect(reply.headers['set-cookie']).toEqual(['a=1', 'b=2'])
  expect(reply.headers['x-request-id']).toMatch(/^[\w-]{10,}$/)
  expect(reply.headers['x-request-id']).not.toBe('the-apps-own')
  expect(backend.requests).toEqual(['GET /pot?x=1'])
})

test('answers without a body keep their headers and the connection', async () => {
  const edge = await TestEdge.start()
  const backend = await httpBackend((request, response) => {
    if (request.url === '/204') response.writeHead(204).end()
    else if (request.url === '/304') response.writeHead(304, { ETag: '"a"', 'Content-Length': '7' }).end()
    else response.writeHead(200, { 'Content-Length': '1234' }).end()
  })
  await edge.push(route([target(backend.port)]))

  expect(await edge.ask({ path: '/204' })).toMatchObject({ status: 204, body: '' })
  expect((await edge.ask({ path: '/304' })).headers.etag).toBe('"a"')
  const head = await edge.ask({ method: 'HEAD' })
  expect(head.headers['content-length']).toBe('1234')
  expect(head.body).toBe('')
})

test('large bodies go both ways unchanged, with a length and in chunks', async () => {
  const edge = await TestEdge.start()
  const backend = await httpBackend((request, response) => {
    if (request.headers['content-length'])
      response.setHeader('Content-Length', request.headers['content-length'])
    request.pipe(response)
  })
  await edge.push(route([target(backend.port)]))
  const body = randomBytes(5 * 1024 * 1024)
  const digest = (data: Buffer) => createHash('sha256').update(data).digest('hex')

  const framings: Record<string, string>[] = [
    { 'Content-Length': String(body.length) },
    { 'Transfer-Encoding': 'chunked' },
  ]
  for (const headers of framings) {
    const reply = await edge.ask({ method: 'POST', headers, body })

    expect(reply.status).toBe(200)
    expect(digest(Buffer.from(reply.body, 'latin1'))).toBe(digest(body))
  }
  const { bytesIn, bytesOut } = await edge.countersOf('v1')
  expect([bytesIn, bytesOut]).toEqual([2 * body.length, 2 * body.length])
})

test('a slow reader slows the target down instead of filling the memory of the edge', async () => {
  const edge = await TestEdge.start()
  let written = 0
  const backend = await httpBackend((_request, response) => {
    response.writeHead(200)
    const chunk = Buffer.alloc(65_536)
    const write = () => {
      let goesOn = true
      while (goesOn && !response.destroyed) {
        goesOn = response.write(chunk)
        written += chunk.length
      }
    }
    response.on('drain', write)
    write()
  })
  await edge.push(route([target(backend.port)]))
  const client = await edge.connect()
  client.socket.pause()
  client.socket.write('GET / HTTP/1.1\r\nHost: shop.localhost\r\n\r\n')

  let before = -1
  await waitFor(() => {
    const settled = written > 0 && written === before
    before = written
    return settled
  })

  expect(written).toBeLessThan(32 * 1024 * 1024)
  client.socket.destroy()
  await waitFor(async () => (await edge.countersOf('v1')).inFlight === 0)
})

test('events of a stream arrive one by one, not when the answer ends', async () => {
  const edge = await TestEdge.start()
  let send: (text: string) => void = () => undefined
  const backend = await httpBackend((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    response.flushHeaders()
    send = text => void response.write(text)
  })
  await edge.push(route([target(backend.port)]))
  const client = await edge.connect()
  client.socket.write('GET / HTTP/1.1\r\nHost: shop.localhost\r\n\r\n')
  await waitFor(() => client.text().includes('text/event-stream'))

  send('data: one\n\n')
  await waitFor(() => client.text().includes('data: one'))
  expect(client.text()).not.toContain('data: two')
  send('data: two\n\n')
  await waitFor(() => client.text().includes('data: two'))
  client.socket.destroy()
})

test('connections to targets are used again, and those to clients too', async () => {
  const edge = await TestEdge.start({ env: { SEAWORTHY_EDGE_WORKERS: '1' } })
  const backend = await rawBackend((socket, received) => {
    if (received.endsWith('\r\n\r\n')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
  })
  await edge.push(route([target(backend.port)]))
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const sockets = new Set<unknown>()

  for (let round = 0; round < 5; round++) {
    const asked = request({
      host: '127.0.0.1',
      port: edge.port,
      agent,
      headers: { host: 'shop.localhost' },
    }).end()
    const [answer] = await once(asked, 'response')
    sockets.add(asked.socket)
    await once(answer.resume(), 'end')
  }
  agent.destroy()

  expect(sockets.size).toBe(1)
  expect(backend.connections()).toBe(1)
})

test('pipelined requests are answered in their order', async () => {
  const edge = await TestEdge.start()
  const backend = await httpBackend((request, response) => {
    setTimeout(() => response.end(`<${request.url}>`), request.url === '/1' ? 100 : 0)
  })
  await edge.push(route([target(backend.port)]))
  const client = await edge.connect()

  client.socket.write(
    ['/1', '/2', '/3'].map(path => `GET ${path} HTTP/1.1\r\nHost: shop.localhost\r\n\r\n`).join(''),
  )
  await waitFor(() => client.text().includes('</3>'))

  expect(client.text().match(/<\/\d>/g)).toEqual(['</1>', '</2>', '</3>'])
})

test('a client that expects 100-continue sends its body only once the app wants it', async () => {
  const edge = await TestEdge.start()
  const backend = await rawBackend((socket, received) => {
    if (received.includes('/refuse')) socket.write('HTTP/1.1 413 Too Much\r\nContent-Length: 0\r\n\r\n')
    else if (received.endsWith('hello')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    else if (received.endsWith('\r\n\r\n')) socket.write('HTTP/1.1 100 Continue\r\n\r\n')
  })
  await edge.push(route([target(backend.port)]))
  const head = 'Host: shop.localhost\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n'

  const wanted = await edge.connect()
  wanted.socket.write(`POST /take HTTP/1.1\r\n${head}`)
  await waitFor(() => wanted.text().includes('100 Continue'))
  expect(backend.received()).not.toContain('hello')
  wanted.socket.write('hello')
  await waitFor(() => wanted.text().includes('200 OK'))

  const refused = await edge.connect()
  refused.socket.write(`POST /refuse HTTP/1.1\r\n${head}`)
  const answer = await refused.closed
  expect(answer).toMatch(/^HTTP\/1\.1 413 /)
  expect(answer.toLowerCase()).toContain('connection: close')
})

test('early hints go ahead of the answer', async () => {
  const edge = await TestEdge.start()
  const backend = await rawBackend(socket => {
    socket.write('HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload; as=style\r\n\r\n')
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
  })
  await edge.push(route([target(backend.port)]))
  const client = await edge.connect()

  client.socket.write('GET / HTTP/1.1\r\nHost: shop.localhost\r\nConnection: close\r\n\r\n')

  expect(await client.closed).toMatch(/^HTTP\/1\.1 103 [\s\S]*<\/a\.css>[\s\S]*HTTP\/1\.1 200 /)
})

test('an HTTP/1.0 client gets an answer without chunks and a connection that closes', async () => {
  const edge = await TestEdge.start()
  const backend = await httpBackend((_request, response) => {
    response.write('first ')
    setTimeout(() => response.end('second'), 20)
  })
  await edge.push(route([target(backend.port)]))
  const client = await edge.connect()

  client.socket.write('GET / HTTP/1.0\r\nHost: shop.localhost\r\n\r\n')
  const answer = await client.closed

  expect(answer).toMatch(/\r\n\r\nfirst second$/)
  expect(answer.toLowerCase()).not.toContain('transfer-encoding')
})

test('an app that answers before it has read the request is heard', async () => {
  const edge = await TestEdge.start()
  const backend = await httpBackend((_request, response) => {
    response.writeHead(413, { Connection: 'close' }).end('too much')
  })
  await edge.push(route([target(backend.port)]))

  const reply = await edge.ask({ method: 'POST', body: Buffer.alloc(4 * 1024 * 1024) })

  expect(reply).toMatchObject({ status: 413, body: 'too much' })
})

test('a client that leaves takes its request at the target along', async () => {
  const edge = await TestEdge.start()
  let aborted = 0
  const backend = await httpBackend((request, response) => {
    response.on('close', () => aborted++)
    if (request.url === '/stream') response.write('begun')
  })
  await edge.push(route([target(backend.port)]))

  for (const path of ['/wait', '/stream']) {
    const client = await edge.connect()
    client.socket.write(`GET ${path} HTTP/1.1\r\nHost: shop.localhost\r\n\r\n`)
    await waitFor(() => backend.requests.includes(`GET ${path}`))
    client.socket.destroy()
  }
  const upload = await edge.connect()
  upload.socket.write('POST /up HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length: 100\r\n\r\nhalf')
  await waitFor(() => backend.requests.includes('POST /up'))
  upload.socket.destroy()

  await waitFor(() => aborted === 3)
  const counters = await edge.countersOf('v1')
  expect(counters).toMatchObject({ inFlight: 0, failures: 0, edgeFailures: 0, requests: 3 })
  expect(await edge.inFlight(`ins_${backend.port}`)).toBe(0)
})
