import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { constants } from 'node:http2'
import { join } from 'node:path'
import { httpBackend, waitFor } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { rawBackend, route, target } from '../test/edge-harness.ts'
import { askHttp2, http2Session, readAnswer, type SecureEdge, startSecureEdge } from '../test/secure-edge.ts'

async function shop(port: number, env: Record<string, string> = {}): Promise<SecureEdge> {
  const secure = await startSecureEdge(env)
  const routes = [route([target(port)], { hosts: ['shop.test'] })]
  await secure.push({ routes, certificates: [secure.certificate('shop.test')] })
  return secure
}

async function shopOf(handler: RequestListener, env?: Record<string, string>) {
  const backend = await httpBackend(handler)
  return { backend, secure: await shop(backend.port, env) }
}

test('bodies go both ways unchanged, with a length and without, many at a time', async () => {
  const framing: unknown[] = []
  const { secure } = await shopOf((request, response) => {
    framing.push(request.headers['content-length'] ?? request.headers['transfer-encoding'])
    request.pipe(response)
  })
  const session = await http2Session(secure.httpsPort)
  const body = randomBytes(1_000_000)

  const replies = await Promise.all(
    Array.from({ length: 6 }, (_, index) =>
      askHttp2(session, { ':method': 'POST', ...(index < 3 ? { 'content-length': '1000000' } : {}) }, body),
    ),
  )

  for (const reply of replies) expect(Buffer.from(reply.body, 'latin1').equals(body)).toBe(true)
  expect(framing.sort()).toEqual(['1000000', '1000000', '1000000', 'chunked', 'chunked', 'chunked'])
  const { bytesIn, inFlight } = await secure.edge.countersOf('v1')
  expect({ bytesIn, inFlight }).toEqual({ bytesIn: 6_000_000, inFlight: 0 })
})

test('the app sees the request as by HTTP/1.1: one cookie, one host, nothing of the connection', async () => {
  const { secure } = await shopOf((request, response) => response.end(JSON.stringify(request.rawHeaders)))
  const session = await http2Session(secure.httpsPort)

  const { body } = await askHttp2(session, {
    ':authority': 'shop.test',
    cookie: ['a=1', 'b=2'] as unknown as string,
    te: 'trailers',
    'x-real-ip': '203.0.113.9',
    'x-own': 'stays',
  })

  const raw = JSON.parse(body) as string[]
  const named = (name: string) => raw.filter((_, at) => at % 2 === 1 && raw[at - 1]!.toLowerCase() === name)
  expect(named('cookie')).toEqual(['a=1; b=2'])
  expect(named('host')).toEqual(['shop.test'])
  expect(named('x-real-ip')).toEqual(['127.0.0.1'])
  expect(named('x-own')).toEqual(['stays'])
  expect(raw.some(text => text.startsWith(':') || text.toLowerCase() === 'te')).toBe(false)
})

test('answers keep what HTTP/2 can say and lose what belongs to a connection', async () => {
  const backend = await rawBackend((socket, received) => {
    if (!received.endsWith('\r\n\r\n')) return
    socket.end(
      'HTTP/1.1 200 Fine\r\nConnection: close, X-Hop\r\nX-Hop: gone\r\nKeep-Alive: timeout=5\r\n' +
        'Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nX-Mixed-Case: stays\r\nTransfer-Encoding: chunked\r\n\r\n' +
        '3\r\nabc\r\n0\r\n\r\n',
    )
  })
  const secure = await shop(backend.port)

  const { headers, body } = await askHttp2(await http2Session(secure.httpsPort), {})

  expect(body).toBe('abc')
  expect(headers['set-cookie']).toEqual(['a=1', 'b=2'])
  expect(headers['x-mixed-case']).toBe('stays')
  for (const name of ['connection', 'keep-alive', 'transfer-encoding', 'x-hop'])
    expect(headers[name]).toBeUndefined()
})

test('an app that repeats a header which HTTP/2 clients want once is still heard', async () => {
  const backend = await rawBackend((socket, received) => {
    if (received.endsWith('\r\n\r\n'))
      socket.write(
        'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok',
      )
  })
  const secure = await shop(backend.port)

  expect(await askHttp2(await http2Session(secure.httpsPort), {})).toMatchObject({ status: 200, body: 'ok' })
})

test('answers without a body end with their head', async () => {
  const { secure } = await shopOf((request, response) => {
    if (request.method === 'HEAD') response.writeHead(200, { 'Content-Length': 5 }).end()
    else response.writeHead(Number(request.url!.slice(1))).end()
  })
  const session = await http2Session(secure.httpsPort)

  const head = await askHttp2(session, { ':method': 'HEAD' })
  expect(head).toMatchObject({ status: 200, body: '' })
  expect(head.headers['content-length']).toBe('5')
  expect(await askHttp2(session, { ':path': '/204' })).toMatchObject({ status: 204, body: '' })
  expect(await askHttp2(session, { ':path': '/304' })).toMatchObject({ status: 304, body: '' })
})

test('early hints and a wanted continue arrive before the answer', async () => {
  const { secure } = await shopOf((request, response) => {
    response.writeEarlyHints({ link: '</a.css>; rel=preload' })
    request.resume()
    request.on('end', () => response.end('done'))
  })
  const session = await http2Session(secure.httpsPort)
  const stream = session.request({ ':path': '/', ':method': 'POST', expect: '100-continue' })
  const informed: unknown[] = []
  stream.on('headers', headers => informed.push(headers[':status']))
  stream.on('continue', () => {
    informed.push(100)
    stream.end('body')
  })

  expect(await readAnswer(stream)).toMatchObject({ status: 200, body: 'done' })
  expect(informed).toContain(100)
  expect(informed).toContain(103)
})

test('events stream as the app sends them', async () => {
  let send: (text: string) => void = () => undefined
  const { secure } = await shopOf((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders()
    send = text => response.write(text)
  })
  const stream = (await http2Session(secure.httpsPort)).request({ ':path': '/' })
  await once(stream, 'response')
  let heard = ''
  stream.on('data', chunk => {
    heard += chunk
  })

  for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
    send(event)
    await waitFor(() => heard.endsWith(event))
  }
  stream.close()
})

test('a request that its client resets is taken back from the app and counted as abandoned', async () => {
  let came = 0
  let left = 0
  const { secure } = await shopOf((request, _response) => {
    came++
    request.on('close', () => left++)
  })
  const session = await http2Session(secure.httpsPort)
  const [get, post] = [
    session.request({ ':path': '/get' }),
    session.request({ ':path': '/post', ':method': 'POST' }),
  ]
  post.write('half of a body')
  // What the app has not heard of yet cannot be taken back from it.
  await waitFor(() => came === 2)

  get.close(constants.NGHTTP2_CANCEL)
  post.close(constants.NGHTTP2_CANCEL)

  await waitFor(() => left === 2)
  await waitFor(async () => (await secure.edge.countersOf('v1')).inFlight === 0)
  expect(session.closed).toBe(false)
})

test('an answer that the app breaks off is reset, not ended', async () => {
  const { secure } = await shopOf((_request, response) => {
    response.writeHead(200, { 'Content-Length': 100 })
    response.write('only this')
    setTimeout(() => response.destroy(), 50)
  })
  const stream = (await http2Session(secure.httpsPort)).request({ ':path': '/' })
  stream.resume()

  const [error] = await once(stream, 'error')

  expect(error).toMatchObject({ code: 'ERR_HTTP2_STREAM_ERROR' })
  expect((await secure.edge.countersOf('v1')).edgeFailures).toBe(1)
})

test('files are served by HTTP/2 too, and pages of the edge itself', async () => {
  const secure = await startSecureEdge()
  const root = join(secure.edge.home, 'site')
  mkdirSync(root)
  writeFileSync(join(root, 'index.html'), '<h1>hello</h1>')
  writeFileSync(join(root, 'large.bin'), randomBytes(1_000_000))
  const routes = [route([], { hosts: ['shop.test'], mode: 'static', static: { root, spa: false } })]
  await secure.push({ routes, certificates: [secure.certificate('shop.test')] })
  const session = await http2Session(secure.httpsPort)

  expect(await askHttp2(session, {})).toMatchObject({ status: 200, body: '<h1>hello</h1>' })
  expect((await askHttp2(session, { ':path': '/large.bin' })).body).toHaveLength(1_000_000)
  const range = await askHttp2(session, { ':path': '/large.bin', range: 'bytes=0-9' })
  expect(range).toMatchObject({ status: 206, headers: { 'content-range': 'bytes 0-9/1000000' } })
  expect(range.body).toHaveLength(10)
  expect(await askHttp2(session, { ':path': '/none', accept: 'text/html' })).toMatchObject({ status: 404 })
  expect(await askHttp2(session, { ':authority': 'other.test' })).toMatchObject({ status: 404 })
})

test('a client that stops reading holds neither the app nor other requests', async () => {
  const { secure } = await shopOf((request, response) => {
    if (request.url === '/big') response.end(Buffer.alloc(20_000_000))
    else response.end('small')
  })
  const session = await http2Session(secure.httpsPort)
  const stalled = session.request({ ':path': '/big' })
  await once(stalled, 'response')

  expect(await askHttp2(session, { ':path': '/small' })).toMatchObject({ body: 'small' })
  let bytes = 0
  stalled.on('data', chunk => {
    bytes += chunk.length
  })
  await once(stalled, 'end')
  expect(bytes).toBe(20_000_000)
})

test('a connection without requests ends, however often it pings', async () => {
  const { secure } = await shopOf((_request, response) => response.end('ok'), {
    SEAWORTHY_EDGE_KEEP_ALIVE_MS: '300',
  })
  const session = await http2Session(secure.httpsPort)
  await askHttp2(session, {})
  const pings = setInterval(() => !session.destroyed && session.ping(() => undefined), 50)

  await once(session, 'close')
  clearInterval(pings)
})
