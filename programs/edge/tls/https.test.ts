import { once } from 'node:events'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { freePort, httpBackend, waitFor } from '@seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { route, target } from '../test/edge-harness.ts'
import {
  askHttp2,
  askSecurely,
  http2Session,
  secureSocket,
  shownTo,
  startSecureEdge,
} from '../test/secure-edge.ts'

const shop = { hosts: ['shop.test', 'localhost'] }

test('the HTTPS port opens with the first certificate and speaks HTTP/1.1 and HTTP/2', async () => {
  const { edge, httpsPort, push, certificate } = await startSecureEdge()
  const backend = await httpBackend((request, response) =>
    response.end(`${request.headers['x-forwarded-proto']} ${request.headers['x-forwarded-port']}`),
  )
  const routes = [route([target(backend.port)], shop)]

  await push({ routes })
  await expect(askSecurely({ port: httpsPort })).rejects.toThrow('ECONNREFUSED')
  expect((await edge.status()).servesHttps).toBe(false)
  await push({ routes, certificates: [certificate('shop.test')] })

  expect(await askSecurely({ port: httpsPort })).toMatchObject({ status: 200, body: `https ${httpsPort}` })
  const session = await http2Session(httpsPort)
  const reply = await askHttp2(session, {})
  expect(reply).toMatchObject({ status: 200, body: `https ${httpsPort}` })
  expect(reply.headers['x-request-id']).toBeTruthy()
  expect(await edge.ask({ host: 'shop.test' })).toMatchObject({ status: 200, body: `http ${edge.port}` })
  expect(await edge.status()).toMatchObject({ servesHttps: true, httpsPort })
  expect((await edge.countersOf('v1')).requests).toBe(3)
})

test('an exact name beats a wildcard, and unknown names get an answer under a certificate of our own', async () => {
  const { httpsPort, push, certificate } = await startSecureEdge()
  const certificates = [certificate('*.shop.test'), certificate('www.shop.test')]
  await push({ routes: [], certificates })

  expect((await shownTo(httpsPort, 'www.shop.test')).name).toBe('www.shop.test')
  expect((await shownTo(httpsPort, 'WWW.shop.test')).name).toBe('www.shop.test')
  expect((await shownTo(httpsPort, 'api.shop.test')).name).toBe('*.shop.test')
  expect((await shownTo(httpsPort, 'a.b.shop.test')).name).toBe('seaworthy-edge.invalid')
  expect(await askSecurely({ port: httpsPort, host: 'other.test' })).toMatchObject({ status: 404 })
})

test('a missing or broken certificate is reported once and touches no other host', async () => {
  const { edge, httpsPort, push, certificate } = await startSecureEdge()
  const events = edge.events()
  const [good, other] = [certificate('shop.test'), certificate('other.test')]
  const foreignKey = join(edge.home, 'mixed.pem')
  const keyOf = (pem: string) => pem.slice(0, pem.indexOf('-----BEGIN CERTIFICATE'))
  const goodPem = readFileSync(good.file, 'utf8')
  writeFileSync(
    foreignKey,
    keyOf(goodPem) + readFileSync(other.file, 'utf8').slice(keyOf(readFileSync(other.file, 'utf8')).length),
  )
  const garbage = join(edge.home, 'garbage.pem')
  writeFileSync(garbage, 'not a certificate')
  const certificates = [
    { hosts: ['gone.test'], file: join(edge.home, 'gone.pem') },
    { hosts: ['mixed.test'], file: foreignKey },
    { hosts: ['garbage.test'], file: garbage },
    good,
  ]

  await push({ routes: [], certificates })
  await push({ routes: [], certificates })

  expect((await shownTo(httpsPort, 'shop.test')).name).toBe('shop.test')
  expect((await shownTo(httpsPort, 'mixed.test')).name).toBe('seaworthy-edge.invalid')
  const broken = () => events.filter(({ type }) => type === 'certificate-broken')
  await waitFor(() => broken().length >= 3)
  expect(
    broken()
      .flatMap(event => ('hosts' in event ? event.hosts : []))
      .sort(),
  ).toEqual(['garbage.test', 'gone.test', 'mixed.test'])
  expect(JSON.stringify(broken())).not.toContain('PRIVATE KEY')
})

test('a file that comes late is used with the next table', async () => {
  const { edge, httpsPort, push, certificate } = await startSecureEdge()
  const late = certificate('late.test')
  const pem = readFileSync(late.file)
  const file = join(edge.home, 'late.pem')
  const certificates = [{ hosts: ['late.test'], file }]

  await push({ routes: [], certificates })
  expect((await shownTo(httpsPort, 'late.test')).name).toBe('seaworthy-edge.invalid')
  writeFileSync(file, pem)
  await push({ routes: [], certificates })

  expect((await shownTo(httpsPort, 'late.test')).name).toBe('late.test')
})

test('a new certificate is shown at once, and open connections go on', async () => {
  const { httpsPort, push, certificate } = await startSecureEdge()
  const backend = await httpBackend()
  const routes = [route([target(backend.port)], shop)]
  await push({ routes, certificates: [certificate('shop.test')] })
  const before = await shownTo(httpsPort, 'shop.test')
  const session = await http2Session(httpsPort)
  await askHttp2(session, {})

  await push({ routes, certificates: [certificate('shop.test')] })

  expect((await shownTo(httpsPort, 'shop.test')).serial).not.toBe(before.serial)
  expect((await askHttp2(session, {})).status).toBe(200)
  expect(session.closed).toBe(false)
})

test('TLS 1.2 and 1.3 are spoken, older ones are not, and 1.2 only where it is wanted', async () => {
  const modern = await startSecureEdge()
  const strict = await startSecureEdge({ SEAWORTHY_EDGE_TLS_MIN_VERSION: '1.3' })
  await modern.push({ routes: [], certificates: [modern.certificate('shop.test')] })
  await strict.push({ routes: [], certificates: [strict.certificate('shop.test')] })
  const legacy = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' } as const

  await expect(secureSocket(modern.httpsPort, legacy)).rejects.toThrow(/protocol version|ECONNRESET/)
  expect((await secureSocket(modern.httpsPort, { maxVersion: 'TLSv1.2' })).getProtocol()).toBe('TLSv1.2')
  expect((await secureSocket(modern.httpsPort)).getProtocol()).toBe('TLSv1.3')
  await expect(
    secureSocket(modern.httpsPort, { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA256' }),
  ).rejects.toThrow(/handshake failure/)
  await expect(secureSocket(strict.httpsPort, { maxVersion: 'TLSv1.2' })).rejects.toThrow(/protocol version/)
  expect((await secureSocket(strict.httpsPort)).getProtocol()).toBe('TLSv1.3')
})

test('a client that dawdles over its handshake is cut off', async () => {
  const { httpsPort, push, certificate } = await startSecureEdge({ SEAWORTHY_EDGE_HANDSHAKE_MS: '400' })
  await push({ routes: [], certificates: [certificate('shop.test')] })

  const silent = connect({ host: '127.0.0.1', port: httpsPort })
  const slow = connect({ host: '127.0.0.1', port: httpsPort })
  onTestFinished(() => {
    silent.destroy()
    slow.destroy()
  })
  for (const socket of [silent, slow]) socket.on('error', () => undefined)
  const hello = Buffer.from([22, 3, 1, 0x40, 0, 1, 0, 0x3f, 0xfc])
  let sent = 0
  const trickle = setInterval(() => slow.write(Buffer.from([hello[sent++] ?? 0])), 50)
  onTestFinished(() => clearInterval(trickle))

  await Promise.all([silent, slow].map(socket => once(socket.resume(), 'close')))
  expect(sent).toBeLessThan(200)
})

test('a client that is slow with its request by TLS is told and cut off', async () => {
  const { httpsPort, push, certificate } = await startSecureEdge({ SEAWORTHY_EDGE_HEADERS_MS: '300' })
  await push({ routes: [], certificates: [certificate('shop.test')] })
  const socket = await secureSocket(httpsPort, { ALPNProtocols: ['http/1.1'] })
  let answer = ''
  socket.on('data', chunk => {
    answer += chunk
  })

  socket.write('GET / HTTP/1.1\r\nHost: shop')
  await once(socket, 'close')

  expect(answer).toContain('HTTP/1.1 408')
})

test('plain HTTP is sent to https where the route wants it, and only https promises to stay', async () => {
  const { edge, httpsPort, push, certificate } = await startSecureEdge()
  const backend = await httpBackend((request, response) => {
    if (request.url === '/own') response.setHeader('Strict-Transport-Security', 'max-age=1')
    response.end('ok')
  })
  const https = { redirect: true, hstsMaxAgeSeconds: 600, hstsIncludeSubdomains: true }
  const plain = route([target(backend.port)], {
    ...shop,
    https: { ...https, redirect: false },
    hosts: ['plain.test'],
  })
  await push({
    routes: [route([target(backend.port)], { ...shop, https }), plain],
    certificates: [certificate('shop.test')],
  })

  const redirected = await edge.ask({ host: 'shop.test:80', path: '/a?b=c', method: 'POST', body: 'x' })
  expect(redirected).toMatchObject({
    status: 308,
    headers: { location: `https://shop.test:${httpsPort}/a?b=c` },
  })
  expect(redirected.headers['strict-transport-security']).toBeUndefined()
  expect((await edge.ask({ host: 'plain.test' })).headers['strict-transport-security']).toBeUndefined()
  const secure = await askSecurely({ port: httpsPort })
  expect(secure.headers['strict-transport-security']).toBe('max-age=600; includeSubDomains')
  expect((await askSecurely({ port: httpsPort, path: '/own' })).headers['strict-transport-security']).toBe(
    'max-age=1',
  )
  expect(backend.requests).not.toContain('POST /a?b=c')
})

test('a WebSocket comes through by wss', async () => {
  const { httpsPort, push, certificate } = await startSecureEdge()
  const server = createHttpServer()
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', socket => socket.on('message', data => socket.send(`echo ${data}`)))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    for (const client of sockets.clients) client.terminate()
    server.close()
    await once(server, 'close')
  })
  const { port } = server.address() as { port: number }
  await push({ routes: [route([target(port)], shop)], certificates: [certificate('shop.test')] })

  const client = new WebSocket(`wss://localhost:${httpsPort}/`, { rejectUnauthorized: false })
  await once(client, 'open')
  client.send('hello')
  const [message] = await once(client, 'message')

  expect(String(message)).toBe('echo hello')
  client.close()
  await once(client, 'close')
})

test('the HTTPS port of another program is a reason not to start, and later one to wait', async () => {
  const taken = await freePort()
  const other = createHttpServer().listen(taken)
  await once(other, 'listening')
  onTestFinished(() => {
    other.close()
  })
  const { edge, push, certificate } = await startSecureEdge({ SEAWORTHY_HTTPS_PORT: String(taken) })

  await push({ routes: [], certificates: [certificate('shop.test')] })
  expect((await edge.status()).servesHttps).toBe(false)
  await waitFor(() => edge.output.includes('HTTPS cannot be served yet'))
  expect(edge.output).toContain('SEAWORTHY_HTTPS_PORT')
  other.close()
  await once(other, 'close')

  await waitFor(async () => (await edge.status()).servesHttps, { timeoutMs: 20_000 })
  expect((await shownTo(taken, 'shop.test')).name).toBe('shop.test')
})

test('the keys of sessions are for the edge alone', async () => {
  const { edge, push, certificate } = await startSecureEdge()
  await push({ routes: [], certificates: [certificate('shop.test')] })

  const file = join(edge.home, 'edge', 'ticket-keys.json')

  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(JSON.parse(readFileSync(file, 'utf8'))).toHaveLength(1)
})
