import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { httpBackend, temporaryFolder, waitFor } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { rawBackend, route, target } from '../test/edge-harness.ts'
import { FLAG, FRAME, get, headerBlock, type RawHttp2, rawHttp2 } from '../test/raw-http2.ts'
import { askSecurely, secureSocket, startSecureEdge } from '../test/secure-edge.ts'

const timeouts = { responseMs: 5_000, idleMs: 700, wakeMs: 5_000 }
const SHORT = { SEAWORTHY_EDGE_KEEP_ALIVE_MS: '700', SEAWORTHY_EDGE_HEADERS_MS: '700' }
const LARGE_BYTES = 200 * 1024 * 1024

test('by HTTP/2, streams that nobody reads are left, whether an app or a file fills them', async () => {
  const { edge, port } = await largeShop()
  const client = await rawHttp2(port)

  for (let stream = 1; stream < 40; stream += 2)
    client.request(stream, withPath(stream % 4 === 1 ? '/app' : '/files/large.bin'))

  await waitFor(async () => (await edge.counters()).counters.some(({ requests }) => requests > 0))
  await waitFor(() => resets(client) === 20, { timeoutMs: 20_000 })
  expect(await askSecurely({ port, path: '/files/small.txt' })).toMatchObject({ status: 200, body: 'small' })
})

test('a connection whose client reads nothing at all is closed, by HTTP/1 and by HTTP/2', async () => {
  const { edge, port } = await largeShop()

  const http1 = await secureSocket(port, { ALPNProtocols: ['http/1.1'] })
  http1.pause()
  http1.write('GET /app HTTP/1.1\r\nHost: shop.test\r\n\r\n')
  const http2 = await rawHttp2(port)
  await http2.frame(0, FRAME.settings)
  http2.socket.pause()
  http2.send(FRAME.windowUpdate, 0, 0, windowOf(2 ** 30))
  for (const [stream, path] of [
    [1, '/app'],
    [3, '/files/large.bin'],
  ] as const) {
    http2.request(stream, withPath(path))
    http2.send(FRAME.windowUpdate, 0, stream, windowOf(2 ** 30))
  }
  // Pings do not keep it.
  const pings = setInterval(() => http2.send(FRAME.ping, 0, 0, Buffer.alloc(8)), 100)

  try {
    await waitFor(async () => (await edge.countersOf('v1')).requests === 2)
    await waitFor(async () => (await edge.countersOf('v3')).requests === 1)
    await waitFor(() => openConnections(port) === 0, { timeoutMs: 20_000 })
  } finally {
    clearInterval(pings)
  }
})

test('by HTTP/2, a head that does not end and a body that does not come are given up', async () => {
  const { port } = await largeShop()

  const halfHead = await rawHttp2(port)
  halfHead.send(FRAME.headers, FLAG.endStream, 1, headerBlock(get()))
  const noBody = await rawHttp2(port)
  noBody.request(1, [[':method', 'POST'], ...withPath('/reads').slice(1)], { endStream: false })

  await halfHead.closed
  await waitFor(() => noBody.frames.some(({ type, stream }) => stream === 1 && type !== FRAME.windowUpdate))
  await noBody.closed
})

test('a client that never asks, by HTTP/2, is closed', async () => {
  const { port } = await largeShop()
  const client = await rawHttp2(port)

  await client.closed

  expect(client.frames.some(({ type }) => type === FRAME.goaway)).toBe(true)
})

/** An app that sends without end, one that only reads, and a folder with a large file. */
async function largeShop() {
  const { edge, httpsPort, push, certificate } = await startSecureEdge({
    ...SHORT,
    SEAWORTHY_EDGE_WORKERS: '1',
  })
  const chunk = Buffer.alloc(65_536)
  const app = await httpBackend((_, response) => {
    const send = () => {
      while (!response.destroyed && response.write(chunk));
    }
    response.on('drain', send)
    send()
  })
  const reader = await rawBackend(() => undefined)
  const root = temporaryFolder().path
  writeFileSync(join(root, 'small.txt'), 'small')
  writeFileSync(join(root, 'large.bin'), '')
  truncateSync(join(root, 'large.bin'), LARGE_BYTES)
  const files = { root, spa: false }
  const at = { hosts: ['shop.test'], timeouts }
  await push({
    routes: [
      route([target(app.port)], at),
      route([target(reader.port)], { ...at, pathPrefix: '/reads', process: 'reads', release: 'v2' }),
      route([], {
        ...{ ...at, mode: 'static', static: files, stripPrefix: true },
        ...{ pathPrefix: '/files', process: 'files', release: 'v3' },
      }),
    ],
    certificates: [certificate('shop.test')],
  })
  return { edge, port: httpsPort }
}

function withPath(path: string): [string, string][] {
  return [...get().filter(([name]) => name !== ':path'), [':path', path]]
}

function windowOf(bytes: number): Buffer {
  const payload = Buffer.alloc(4)
  payload.writeUInt32BE(bytes)
  return payload
}

function resets({ frames }: RawHttp2): number {
  return frames.filter(({ type }) => type === FRAME.reset).length
}

/** Connections that the system holds open on this port, on the side of the edge. */
function openConnections(port: number): number {
  const isOurs = new RegExp(`^ *\\d+: [0-9A-F]+:${port.toString(16).toUpperCase().padStart(4, '0')} \\S+ 01 `)
  const lines = ['tcp', 'tcp6'].flatMap(kind => readFileSync(`/proc/net/${kind}`, 'utf8').split('\n'))
  return lines.filter(line => isOurs.test(line)).length
}
