import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { httpBackend, temporaryFolder, waitFor } from '@seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'
import { rawBackend, route, TestEdge, target } from '../test/edge-harness.ts'

const REQUEST = 'GET /file.bin HTTP/1.1\r\nHost: shop.localhost\r\n\r\n'
const timeouts = { responseMs: 5_000, idleMs: 700, wakeMs: 5_000 }

test('a body that trickles in is given up, and the app sees that it is not whole', {
  timeout: 60_000,
}, async () => {
  const edge = await TestEdge.start({ env: { SEAWORTHY_EDGE_MIN_BODY_BYTES_PER_SECOND: '1000' } })
  const app = await rawBackend(() => undefined)
  await edge.push(route([target(app.port)]))
  const client = await edge.connect()
  client.socket.write('POST / HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length: 1000000\r\n\r\n')
  const trickle = setInterval(() => client.socket.write('x'), 100)
  onTestFinished(() => clearInterval(trickle))

  expect(await client.closed).toMatch(/^HTTP\/1\.1 408 /)
  expect(app.received().length).toBeLessThan(5_000)
  await waitFor(async () => (await edge.inFlight(`ins_${app.port}`)) === 0)
})

test('clients that do not read what an app sends are left, and hold little memory', async () => {
  const edge = await TestEdge.start()
  const chunk = Buffer.alloc(65_536)
  const app = await httpBackend((_, response) => {
    const send = () => {
      while (!response.destroyed && response.write(chunk));
    }
    response.on('drain', send)
    send()
  })
  await edge.push(route([target(app.port)], { timeouts }))
  await notReading(edge, 1)
  await waitFor(async () => (await edge.countersOf('v1')).inFlight === 0)
  const before = (await edge.status()).memory.rssBytes

  await notReading(edge, 100)

  await waitFor(async () => (await edge.countersOf('v1')).requests === 101)
  await waitFor(async () => (await edge.countersOf('v1')).inFlight === 0, { timeoutMs: 20_000 })
  expect((await edge.status()).memory.rssBytes - before).toBeLessThan(100 * 1024 * 1024)
})

test('a client that does not read a file is left too', async () => {
  const edge = await TestEdge.start()
  const root = temporaryFolder().path
  writeFileSync(join(root, 'file.bin'), '')
  truncateSync(join(root, 'file.bin'), 200 * 1024 * 1024)
  await edge.push(route([], { mode: 'static', static: { root, spa: false }, timeouts }))

  await notReading(edge, 5)

  await waitFor(async () => (await edge.countersOf('v1')).requests === 5, { timeoutMs: 20_000 })
  await waitFor(async () => (await edge.countersOf('v1')).inFlight === 0, { timeoutMs: 20_000 })
})

test('heads that do not end are closed in time, whatever comes of them', async () => {
  const edge = await TestEdge.start({ env: { SEAWORTHY_EDGE_HEADERS_MS: '700' } })
  const silent = await edge.connect()
  const trickling = await edge.connect()
  trickling.socket.write('GET / HTTP/1.1\r\nHost: shop.localhost\r\n')
  const trickle = setInterval(() => trickling.socket.write('X-A: b\r\n'), 50)
  onTestFinished(() => clearInterval(trickle))

  expect(await trickling.closed).toMatch(/^(HTTP\/1\.1 408 |$)/)
  expect(await silent.closed).toMatch(/^(HTTP\/1\.1 408 |$)/)
})

async function notReading(edge: TestEdge, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const { socket } = await edge.connect()
    socket.pause()
    socket.write(REQUEST)
  }
}
