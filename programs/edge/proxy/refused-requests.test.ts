import { expect, test } from 'vitest'
import { rawBackend, route, TestEdge, target } from '../test/edge-harness.ts'

/** What must never reach a target, as the bytes that a client sends. */
const REFUSED: [string, string][] = [
  [
    'both Content-Length and Transfer-Encoding',
    'POST / HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\nHost: shop.localhost\r\n\r\n',
  ],
  [
    'two different Content-Lengths',
    'POST / HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!',
  ],
  [
    'the same Content-Length twice',
    'POST / HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello',
  ],
  [
    'a list as Content-Length',
    'POST / HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length: 5, 5\r\n\r\nhello',
  ],
  ['a signed Content-Length', 'POST / HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length: +5\r\n\r\nhello'],
  ['a Content-Length in hex', 'POST / HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length: 0x5\r\n\r\nhello'],
  ['a folded header', 'GET / HTTP/1.1\r\nHost: shop.localhost\r\nX-A: b\r\n c\r\n\r\n'],
  [
    'a folded Transfer-Encoding',
    'POST / HTTP/1.1\r\nHost: shop.localhost\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n',
  ],
  ['a bare LF after a header', 'GET / HTTP/1.1\r\nHost: shop.localhost\nX-A: b\r\n\r\n'],
  ['a bare LF after the request line', 'GET / HTTP/1.1\nHost: shop.localhost\r\n\r\n'],
  ['a bare CR in a header', 'GET / HTTP/1.1\r\nHost: shop.localhost\r\nX-A: b\rX-B: c\r\n\r\n'],
  ['a NUL in a header', 'GET / HTTP/1.1\r\nHost: shop.localhost\r\nX-A: b\0c\r\n\r\n'],
  ['a space before the colon', 'POST / HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length : 5\r\n\r\nhello'],
  [
    'an unknown transfer coding',
    'POST / HTTP/1.1\r\nHost: shop.localhost\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n',
  ],
  [
    'chunked that is not the last coding',
    'POST / HTTP/1.1\r\nHost: shop.localhost\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n',
  ],
  [
    'Transfer-Encoding in HTTP/1.0',
    'POST / HTTP/1.0\r\nHost: shop.localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  ],
  ['no Host', 'GET / HTTP/1.1\r\nX-A: b\r\n\r\n'],
  ['no Host in HTTP/1.0', 'GET / HTTP/1.0\r\n\r\n'],
  ['an empty Host', 'GET / HTTP/1.1\r\nHost:\r\n\r\n'],
  ['two Hosts', 'GET / HTTP/1.1\r\nHost: shop.localhost\r\nHost: other.localhost\r\n\r\n'],
  ['the same Host twice', 'GET / HTTP/1.1\r\nHost: shop.localhost\r\nHost: shop.localhost\r\n\r\n'],
  ['a Host with a path', 'GET / HTTP/1.1\r\nHost: shop.localhost/x\r\n\r\n'],
  ['a Host with a user', 'GET / HTTP/1.1\r\nHost: a@shop.localhost\r\n\r\n'],
  [
    'an absolute target of another host',
    'GET http://other.localhost/ HTTP/1.1\r\nHost: shop.localhost\r\n\r\n',
  ],
  ['an absolute target with a user', 'GET http://a@shop.localhost/ HTTP/1.1\r\nHost: shop.localhost\r\n\r\n'],
  ['a target without a slash', 'GET x HTTP/1.1\r\nHost: shop.localhost\r\n\r\n'],
  ['a fragment in the target', 'GET /a#b HTTP/1.1\r\nHost: shop.localhost\r\n\r\n'],
  ['a tab in the target', 'GET /a\tb HTTP/1.1\r\nHost: shop.localhost\r\n\r\n'],
  ['CONNECT', 'CONNECT shop.localhost:80 HTTP/1.1\r\nHost: shop.localhost:80\r\n\r\n'],
  ['TRACE', 'TRACE / HTTP/1.1\r\nHost: shop.localhost\r\n\r\n'],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['HTTP/2.0 in a request line', 'GET / HTTP/2.0\r\nHost: shop.localhost\r\n\r\n'],
  ['HTTP/0.9', 'GET /\r\n\r\n'],
  ['a method that is none', 'GE T / HTTP/1.1\r\nHost: shop.localhost\r\n\r\n'],
  ['TLS on the plain port', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  [
    'headers that are too large',
    `GET / HTTP/1.1\r\nHost: shop.localhost\r\nX-A: ${'a'.repeat(40_000)}\r\n\r\n`,
  ],
  ['a target that is too long', `GET /${'a'.repeat(40_000)} HTTP/1.1\r\nHost: shop.localhost\r\n\r\n`],
  ['too many headers', `GET / HTTP/1.1\r\nHost: shop.localhost\r\n${'A: b\r\n'.repeat(8_000)}\r\n`],
]

test('malformed and ambiguous requests are refused with 4xx on a connection that closes, and never forwarded', async () => {
  const edge = await TestEdge.start()
  const backend = await rawBackend(socket => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'))
  await edge.push(route([target(backend.port)]))

  for (const [name, bytes] of REFUSED) {
    const client = await edge.connect()
    client.socket.write(bytes, 'latin1')
    const answer = await client.closed

    expect(answer.split('\r\n')[0], name).toMatch(/^HTTP\/1\.1 4\d\d /)
    expect(answer.toLowerCase(), name).toContain('connection: close')
    expect(answer.match(/HTTP\/1\.1 /g), name).toHaveLength(1)
  }
  expect(backend.received()).toBe('')
  expect((await edge.ask()).status).toBe(200)
})

test('a bad chunk ends the request at the target too: what follows is never taken for a new one', async () => {
  const edge = await TestEdge.start()
  const backend = await rawBackend(() => undefined)
  await edge.push(route([target(backend.port)]))

  for (const chunk of [
    '5\r\nhelloX\r\n',
    'zz\r\n',
    '5;\nhello\r\n',
    '5\nhello\r\n',
    '-1\r\n',
    'FFFFFFFFFFFFFFFFF\r\n',
  ]) {
    const client = await edge.connect()
    client.socket.write(
      `POST / HTTP/1.1\r\nHost: shop.localhost\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: shop.localhost\r\n\r\n`,
      'latin1',
    )
    await client.closed
  }
  expect(backend.received()).not.toContain('smuggled')
  expect(backend.received()).not.toContain('0\r\n\r\n')
})

test('what a client says about itself is replaced, in every spelling, and hop-by-hop fields stay behind', async () => {
  const edge = await TestEdge.start()
  const backend = await rawBackend(socket => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'))
  await edge.push(route([target(backend.port)]))
  const spoofed = [
    'X-Forwarded-For: 6.6.6.6',
    'x_forwarded_for: 6.6.6.6',
    'X-FORWARDED-PROTO: https',
    'X-Forwarded-Host: evil',
    'X-Forwarded-Server: evil',
    'Forwarded: for=6.6.6.6',
    'X-Real-IP: 6.6.6.6',
    'X_Real_Ip: 6.6.6.6',
    'X-Request-Id: evil',
    'Proxy-Connection: evil',
    'Keep-Alive: evil',
    'TE: evil',
    'Upgrade: h2c',
    'HTTP2-Settings: evil',
    'Proxy-Authorization: evil',
    'X-Hop: evil',
    'Connection: close, X-Hop, Upgrade',
  ]

  const client = await edge.connect()
  client.socket.write(
    `GET /a?b HTTP/1.1\r\nHost: shop.localhost:80\r\nX-Kept: kept\r\n${spoofed.join('\r\n')}\r\n\r\n`,
  )
  await client.closed

  const head = backend.received()
  expect(head).toMatch(/^GET \/a\?b HTTP\/1\.1\r\nHost: shop\.localhost:80\r\n/)
  expect(head).not.toMatch(/evil|6\.6\.6\.6|h2c|https/i)
  expect(head).toContain('X-Kept: kept\r\n')
  expect(head).toContain('X-Forwarded-For: 127.0.0.1\r\n')
  expect(head).toContain('X-Real-IP: 127.0.0.1\r\n')
  expect(head).toContain('X-Forwarded-Proto: http\r\n')
  expect(head).toContain(`X-Forwarded-Port: ${edge.port}\r\n`)
  expect(head).toContain('X-Forwarded-Host: shop.localhost:80\r\n')
  expect(head).toContain('Forwarded: for=127.0.0.1;proto=http;host="shop.localhost:80"\r\n')
  expect(head.match(/x-request-id: [\w-]{10,}\r\n/gi)).toHaveLength(1)
})

test('an absolute target of the same host is forwarded in origin form', async () => {
  const edge = await TestEdge.start()
  const backend = await rawBackend(socket => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'))
  await edge.push(route([target(backend.port)]))

  const client = await edge.connect()
  client.socket.write(
    'GET http://SHOP.localhost/a?b HTTP/1.1\r\nHost: shop.localhost\r\nConnection: close\r\n\r\n',
  )
  await client.closed

  expect(backend.received()).toMatch(/^GET \/a\?b HTTP\/1\.1\r\n/)
})

test('slow clients are cut off: a head that does not end, and a body that does not come', async () => {
  const edge = await TestEdge.start({ env: { SEAWORTHY_EDGE_HEADERS_MS: '500' } })
  const backend = await rawBackend(() => undefined)
  await edge.push(
    route([target(backend.port)], { timeouts: { responseMs: 5_000, idleMs: 500, wakeMs: 5_000 } }),
  )

  const slowHead = await edge.connect()
  slowHead.socket.write('GET / HTTP/1.1\r\nHost: shop.localhost\r\nX-A: ')
  const slowBody = await edge.connect()
  slowBody.socket.write('POST / HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length: 10\r\n\r\nabc')

  expect(await slowHead.closed).toMatch(/^HTTP\/1\.1 408 /)
  expect(await slowBody.closed).toMatch(/^HTTP\/1\.1 408 /)
})
