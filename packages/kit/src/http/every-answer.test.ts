import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { fastify } from 'fastify'
import { expect, onTestFinished, test } from 'vitest'
import { createHealth } from '../health.ts'
import { silentLogger } from '../log.ts'
import { hardening, secureServerOptions } from './index.ts'

async function serve(): Promise<number> {
  const app = fastify(secureServerOptions({ log: silentLogger, bodyLimitBytes: 100, headersTimeoutMs: 200 }))
  await app.register(hardening, { health: createHealth({ log: silentLogger }) })
  app.get('/', async () => 'ok')
  app.get('/bug', async () => {
    throw new Error('bug')
  })
  app.post('/', async () => 'ok')
  await app.listen({ port: 0, host: '127.0.0.1' })
  onTestFinished(() => app.close())
  return (app.server.address() as AddressInfo).port
}

/** Sends bytes as they are, and reads what comes until the server closes. */
async function send(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write(bytes)
  return text(socket)
}

const CLOSE = 'Host: x\r\nConnection: close\r\n'

test.each([
  ['a route', 200, `GET / HTTP/1.1\r\n${CLOSE}\r\n`],
  ['HEAD', 200, `HEAD / HTTP/1.1\r\n${CLOSE}\r\n`],
  ['a bug', 500, `GET /bug HTTP/1.1\r\n${CLOSE}\r\n`],
  ['an unknown path', 404, `GET /nothing HTTP/1.1\r\n${CLOSE}\r\n`],
  ['another method', 405, `DELETE / HTTP/1.1\r\n${CLOSE}\r\n`],
  ['a path that cannot be read', 400, `GET /%zz HTTP/1.1\r\n${CLOSE}\r\n`],
  [
    'JSON that is none',
    400,
    `POST / HTTP/1.1\r\n${CLOSE}content-type: application/json\r\ncontent-length: 1\r\n\r\n{`,
  ],
  [
    'a body that is too large',
    413,
    `POST / HTTP/1.1\r\n${CLOSE}content-type: text/plain\r\ncontent-length: 101\r\n\r\n`,
  ],
  ['an unknown type', 415, `POST / HTTP/1.1\r\n${CLOSE}content-type: a/b\r\ncontent-length: 1\r\n\r\n{`],
  ['no host', 400, 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n'],
  ['an unknown expectation', 417, `GET / HTTP/1.1\r\n${CLOSE}Expect: wonders\r\n\r\n`],
  ['no HTTP at all', 400, 'hello\r\n\r\n'],
  ['an unknown method', 400, `FROB / HTTP/1.1\r\n${CLOSE}\r\n`],
  [
    'two lengths',
    400,
    `POST / HTTP/1.1\r\n${CLOSE}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  ['headers without end', 431, `GET / HTTP/1.1\r\n${CLOSE}x: ${'x'.repeat(20_000)}\r\n\r\n`],
  ['headers that never come', 408, 'GET / HTTP/1.1\r\nHost: x\r\n'],
])('%s is answered with %i and every security header', async (_, status, bytes) => {
  const answer = (await send(await serve(), bytes)).toLowerCase()

  expect(answer).toMatch(new RegExp(`^http/1.1 ${status} `))
  for (const header of [
    /^x-content-type-options: nosniff\r$/m,
    /^x-frame-options: deny\r$/m,
    /^content-security-policy: .*frame-ancestors 'none'/m,
    /^referrer-policy: strict-origin-when-cross-origin\r$/m,
    /^permissions-policy: .*camera=\(\)/m,
    /^cross-origin-opener-policy: same-origin\r$/m,
    /^cross-origin-resource-policy: same-origin\r$/m,
    /^cache-control: no-store\r$/m,
  ])
    expect(answer).toMatch(header)
  expect(answer).not.toMatch(/unsafe|x-powered-by|^server:/m)
  if (status >= 400) expect(answer).toMatch(/content-type: application\/problem\+json/)
})
