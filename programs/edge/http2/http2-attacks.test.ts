import { waitFor } from '@seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'
import { rawBackend, route, target } from '../test/edge-harness.ts'
import { FLAG, FRAME, get, headerBlock, type RawHttp2, rawHttp2 } from '../test/raw-http2.ts'
import { askSecurely, startSecureEdge } from '../test/secure-edge.ts'

/** A naive app: it answers whatever looks like the end of a request, and remembers every byte. */
async function shop(env: Record<string, string> = {}) {
  const backend = await rawBackend((socket, received) => {
    if (!received.startsWith('POST /hold') && /\r\n\r\n(?:.*\r\n0\r\n\r\n)?$/s.test(received))
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
  })
  const secure = await startSecureEdge(env)
  const routes = [route([target(backend.port)], { hosts: ['shop.test'] })]
  await secure.push({ routes, certificates: [secure.certificate('shop.test')] })
  return { backend, port: secure.httpsPort, edge: secure.edge }
}

/** The status of the answer, or `reset` where the stream or the connection was ended instead. */
async function outcome(client: RawHttp2, stream: number): Promise<string> {
  const isOver = () =>
    client.socket.destroyed ||
    client.frames.some(
      ({ type, stream: of }) =>
        (of === stream && (type === FRAME.headers || type === FRAME.reset)) || type === FRAME.goaway,
    )
  await waitFor(isOver)
  const answer = client.frames.find(frame => frame.stream === stream && frame.type === FRAME.headers)
  return answer ? `status ${statusOf(answer.payload)}` : 'reset'
}

/** `:status` stands first: by the static table (RFC 7541, appendix A) or as a literal. */
function statusOf(block: Buffer): number {
  const indexed: Record<number, number> = { 8: 200, 9: 204, 10: 206, 11: 304, 12: 400, 13: 404, 14: 500 }
  let at = 0
  while ((block[at]! & 0xe0) === 0x20) at++ // table size updates
  const first = block[at]!
  if (first >= 0x80) return indexed[first & 0x7f] ?? 0
  const length = block[at + 1]! & 0x7f
  const isHuffman = (block[at + 1]! & 0x80) !== 0
  const bytes = block.subarray(at + 2, at + 2 + length)
  return isHuffman ? huffmanDigits(bytes) : Number(bytes.toString('latin1'))
}

/** Digits have 5 bits (0, 1, 2) or 6 (3 to 9) in HPACK's code (RFC 7541, appendix B). */
function huffmanDigits(bytes: Buffer): number {
  const bits = [...bytes].map(byte => byte.toString(2).padStart(8, '0')).join('')
  let digits = ''
  for (let at = 0; digits.length < 3; ) {
    const five = Number.parseInt(bits.slice(at, at + 5), 2)
    if (five <= 2) {
      digits += five
      at += 5
    } else {
      digits += Number.parseInt(bits.slice(at, at + 6), 2) - 0x19 + 3
      at += 6
    }
  }
  return Number(digits)
}

const POST: [string, string][] = [
  [':method', 'POST'],
  [':scheme', 'https'],
  [':authority', 'shop.test'],
  [':path', '/'],
]
/** The app never answers it. */
const HELD: [string, string][] = [...POST.slice(0, -1), [':path', '/hold']]
const without = (name: string) => get().filter(([found]) => found !== name)
const withValue = (name: string, value: string) =>
  get().map(([found, old]): [string, string] => [found, found === name ? value : old])

/** Fields that are none: nghttp2 leaves them out, and nobody hears of them. */
const LEFT_OUT: Record<string, [string, string][]> = {
  'a line end in a value': get(['x-a', 'b\r\nX-Injected: yes']),
  'a bare line feed in a value': get(['x-a', 'b\nX-Injected: yes']),
  'a NUL in a value': get(['x-a', 'b\0c']),
  'a line end in a name': get(['x-a: b\r\nx-injected', 'yes']),
  'a colon in a name': get(['x-a:b', 'yes']),
  'a space in a name': get(['x a', 'yes']),
  'an empty name': get(['', 'yes']),
}

/** What would be another request, or another framing, once it is written as HTTP/1.1. */
const REFUSED: Record<string, [string, string][]> = {
  'an upper-case name': get(['X-Upper', 'yes']),
  'transfer-encoding': get(['transfer-encoding', 'chunked']),
  connection: get(['connection', 'close']),
  'keep-alive': get(['keep-alive', 'timeout=5']),
  'proxy-connection': get(['proxy-connection', 'close']),
  upgrade: get(['upgrade', 'websocket']),
  'te that is more than trailers': get(['te', 'gzip']),
  'host that is not the authority': get(['host', 'other.test']),
  'two hosts': get(['host', 'shop.test'], ['host', 'other.test']),
  'an authority with user data': withValue(':authority', 'shop.test@other.test'),
  'an authority with a path': withValue(':authority', 'shop.test/other'),
  'no authority and no host': without(':authority'),
  'no path': without(':path'),
  'an empty path': withValue(':path', ''),
  'no method': without(':method'),
  'no scheme': without(':scheme'),
  'a path with a space': withValue(':path', '/ HTTP/1.1'),
  'a path with a line end': withValue(':path', '/ HTTP/1.1\r\nX-Injected: yes'),
  'a path that is an address elsewhere': withValue(':path', 'http://other.test/'),
  'a path without a slash': withValue(':path', 'admin'),
  'a path with a tab': withValue(':path', '/\tadmin'),
  'a path with a NUL': withValue(':path', '/\0'),
  'a path with a bare line feed': withValue(':path', '/\nX-Injected: yes'),
  'a path with a fragment': withValue(':path', '/a#b'),
  'a path with bytes beyond ASCII': withValue(':path', '/\xff'),
  'a path that is an asterisk': withValue(':path', '*'),
  'a path that names another host': withValue(':path', 'https://other.test/'),
  'an authority with a space': withValue(':authority', 'shop.test other.test'),
  'an authority with a comma': withValue(':authority', 'shop.test,other.test'),
  'an authority with a line end': withValue(':authority', 'shop.test\r\nX-Injected: yes'),
  'an authority with a port that is none': withValue(':authority', 'shop.test:80a'),
  'an empty authority': withValue(':authority', ''),
  'an authority twice': [[':authority', 'other.test'], ...get()],
  'a method twice': [[':method', 'POST'], ...get()],
  'a status in a request': [[':status', '200'], ...get()],
  'a method that is empty': withValue(':method', ''),
  'a method with a colon': withValue(':method', 'GET:'),
  'a pseudo-header in other letters': [[':Path', '/other'], ...without(':path')],
  'transfer-encoding that is empty': get(['transfer-encoding', '']),
  'te beside trailers': get(['te', 'trailers, chunked']),
  'a list of lengths': [...POST, ['content-length', '1, 1']],
  'a length with zeros in front': [...POST, ['content-length', '00']],
  'a negative length': [...POST, ['content-length', '-1']],
  'a method with a space': withValue(':method', 'GET /other HTTP/1.1'),
  'a method with a line end': withValue(':method', 'GET / HTTP/1.1\r\nX-Injected: yes\r\n'),
  TRACE: withValue(':method', 'TRACE'),
  CONNECT: [
    [':method', 'CONNECT'],
    [':authority', 'other.test:25'],
  ],
  'CONNECT with a protocol': [...withValue(':method', 'CONNECT'), [':protocol', 'websocket']],
  'an unknown pseudo-header': [[':other', 'x'], ...get()],
  'a pseudo-header after a header': [['x-a', 'b'], ...get()],
  'a pseudo-header twice': [[':path', '/other'], ...get()],
  'two different lengths': [...POST, ['content-length', '1'], ['content-length', '2']],
  'a length that is no number': [...POST, ['content-length', '+1']],
  'a length without a body': [...POST, ['content-length', '5']],
}

test('requests that HTTP/1.1 would read differently never reach the app', async () => {
  const { backend, port } = await shop()

  const seen: Record<string, string> = {}
  for (const [name, headers] of Object.entries(REFUSED)) {
    const client = await rawHttp2(port)
    client.request(1, headers)
    seen[name] = await outcome(client, 1)
    client.socket.destroy()
  }

  const passed = Object.entries(seen).filter(([, found]) => !/reset|status 4/.test(found))
  expect(passed).toEqual([])
  expect(backend.received()).toBe('')
})

test('what a client says about itself, and what would mislead a server, stays behind', async () => {
  const { backend, port } = await shop()
  const client = await rawHttp2(port)

  client.request(
    1,
    get(
      ['x-forwarded-for', '6.6.6.6'],
      ['x_forwarded_for', '6.6.6.6'],
      ['forwarded', 'for=6.6.6.6'],
      ['x-real-ip', '6.6.6.6'],
      ['x-client-ip', '6.6.6.6'],
      ['x-forwarded-host', 'evil.test'],
      ['x-original-url', '/evil'],
      ['proxy', 'http://evil.test/'],
      ['content_length', '66'],
      ['transfer_encoding', 'evil'],
      ['te', 'trailers'],
      ['x-request-id', 'evil'],
      ['host', 'SHOP.test'],
      ['cookie', 'a=1'],
      ['cookie', 'b=2'],
    ),
  )

  expect(await outcome(client, 1)).toBe('status 200')
  expect(backend.received()).not.toMatch(/6\.6\.6\.6|evil|content_length|^te:/im)
  expect(backend.received().match(/^cookie: .*$/gim)).toEqual(['cookie: a=1; b=2'])
  expect(backend.received().match(/^host: .*$/gim)).toEqual(['Host: shop.test'])
})

test('trailers do not reach the app, whatever they say', async () => {
  const { backend, port } = await shop()

  const plain = await rawHttp2(port)
  plain.request(1, POST, { endStream: false })
  plain.send(FRAME.data, 0, 1, Buffer.from('body'))
  plain.request(1, [
    ['x-trailer', 'yes'],
    ['content-length', '99'],
  ])
  await outcome(plain, 1)
  const deceiving = await rawHttp2(port)
  deceiving.request(1, HELD, { endStream: false })
  deceiving.request(1, [
    [':path', '/smuggled'],
    ['host', 'other.test'],
  ])
  expect(await outcome(deceiving, 1)).toBe('reset')

  expect(backend.received()).not.toMatch(/x-trailer|content-length: 99|smuggled|other\.test/i)
})

test('a field that would be more than one line by HTTP/1.1 never reaches the app, nor a part of it', async () => {
  const { backend, port } = await shop()

  for (const headers of Object.values(LEFT_OUT)) {
    const client = await rawHttp2(port)
    client.request(1, headers)
    await outcome(client, 1)
    client.socket.destroy()
  }

  expect(backend.received()).not.toMatch(/njected|^x[- ]a|^: ?yes/im)
  const heads = backend.received().split('\r\n\r\n').filter(Boolean)
  expect(heads).toHaveLength(Object.keys(LEFT_OUT).length)
  for (const head of heads) expect(head).toMatch(/^GET \/ HTTP\/1\.1\r\nHost: shop\.test\r\n/)
})

test('a body that is not as long as announced is never taken for whole by the app', async () => {
  const { backend, port } = await shop()

  const longer = await rawHttp2(port)
  longer.request(1, [...POST, ['content-length', '5']], { endStream: false })
  longer.send(FRAME.data, FLAG.endStream, 1, Buffer.from('12345GET /smuggled HTTP/1.1\r\n\r\n'))
  expect(await outcome(longer, 1)).toBe('reset')
  const shorter = await rawHttp2(port)
  shorter.request(1, [...POST, ['content-length', '5']], { endStream: false })
  shorter.send(FRAME.data, FLAG.endStream, 1, Buffer.from('123'))
  expect(await outcome(shorter, 1)).toBe('reset')

  expect(backend.received()).not.toContain('smuggled')
  // The next request comes on a connection of its own: the app never sees it behind half a body.
  expect(await askSecurely({ port })).toMatchObject({ status: 200 })
  expect(backend.received()).not.toMatch(/123GET|12345GET/)
})

test('what looks like chunks in a body stays a body', async () => {
  const { backend, port } = await shop()
  const client = await rawHttp2(port)

  client.request(1, POST, { endStream: false })
  client.send(
    FRAME.data,
    FLAG.endStream,
    1,
    Buffer.from('0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n'),
  )
  await outcome(client, 1)

  await waitFor(() => backend.received().includes('smuggled'))
  expect(backend.received()).toMatch(/\r\n\r\n28\r\n0\r\n\r\nGET \/smuggled/)
})

test('headers beyond the limit are refused, in one frame and over many', async () => {
  const { backend, port } = await shop()

  const large = await rawHttp2(port)
  const many = Array.from({ length: 3 }, (_, index): [string, string] => [`x-${index}`, 'y'.repeat(5_000)])
  large.request(1, get(...many))
  expect(await outcome(large, 1)).toBe('status 200')
  large.request(3, get(...Array.from({ length: 290 }, (_, index): [string, string] => [`x-${index}`, 'y'])))
  expect(await outcome(large, 3)).toBe('status 431')

  const received = backend.received().length
  const endless = await rawHttp2(port)
  endless.send(FRAME.headers, FLAG.endStream, 1, headerBlock(get()))
  for (let index = 0; index < 200 && !endless.socket.destroyed; index++)
    endless.send(FRAME.continuation, 0, 1, headerBlock([[`x-${index}`, 'y'.repeat(1_000)]]))
  expect(await outcome(endless, 1)).toBe('reset')
  expect(backend.received().length).toBe(received)
})

/** Each is sent over and over by one client, until the edge has enough of it. */
const FLOODS: Record<string, (client: RawHttp2, round: number) => void> = {
  'rapid reset (CVE-2023-44487)': (client, round) => {
    const stream = 2 * round + 1
    client.request(stream, get())
    client.send(FRAME.reset, 0, stream, Buffer.from([0, 0, 0, 8]))
  },
  'pings (CVE-2019-9512)': client => client.send(FRAME.ping, 0, 0, Buffer.alloc(8)),
  'settings (CVE-2019-9515)': client => client.send(FRAME.settings, 0, 0),
  'empty frames (CVE-2019-9518)': (client, round) => {
    if (round === 0) client.request(1, HELD, { endStream: false })
    client.send(FRAME.data, 0, 1)
  },
  'streams beyond the limit': (client, round) => client.request(2 * round + 1, HELD, { endStream: false }),
}

for (const [name, flood] of Object.entries(FLOODS)) {
  test(`a flood of ${name} ends its own connection and nobody else's`, async () => {
    const { port } = await shop()
    const client = await rawHttp2(port)
    let round = 0
    const timer = setInterval(() => {
      for (let count = 0; count < 50 && !client.socket.destroyed; count++) flood(client, round++)
    }, 5)
    onTestFinished(() => clearInterval(timer))

    await client.closed

    expect(round).toBeLessThan(20_000)
    expect(await askSecurely({ port })).toMatchObject({ status: 200 })
  })
}
