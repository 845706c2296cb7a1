import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { brotliDecompressSync, createGunzip, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { freePort, waitFor } from '@seaworthy/testing'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { route, TestEdge, target } from '../test/edge-harness.ts'

const TEXT = 'The quick brown fox jumps over the lazy dog. '.repeat(200)
const DECODE = { gzip: gunzipSync, br: brotliDecompressSync, zstd: zstdDecompressSync }

type App = (request: IncomingMessage, response: ServerResponse) => void

/** An edge in front of a real server, with whatever the test wants of the route. */
async function edgeFor(app: App, change: Parameters<typeof route>[1] = {}) {
  const server = createServer(app)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  const { port } = server.address() as { port: number }
  const edge = await TestEdge.start()
  await edge.push(route([target(port)], change))
  return edge
}

function answering(headers: Record<string, string>, body: string | Buffer = TEXT, status = 200): App {
  return (_request, response) => {
    response.writeHead(status, headers)
    response.end(body)
  }
}

const bytes = (latin1: string) => Buffer.from(latin1, 'latin1')

describe('an answer that comes whole', () => {
  test('is coded as the client likes best, with a weak tag, its own length and Vary', async () => {
    const edge = await edgeFor(
      answering({ 'content-type': 'text/html', etag: '"v1"', vary: 'Cookie', 'accept-ranges': 'bytes' }),
    )
    const wanted = [
      ['gzip', 'gzip'],
      ['gzip, deflate, br', 'br'],
      ['gzip, deflate, br, zstd', 'zstd'],
      ['br;q=0.5, gzip;q=0.9', 'gzip'],
      ['*', 'zstd'],
    ] as const
    for (const [accepted, coding] of wanted) {
      const reply = await edge.ask({ headers: { 'accept-encoding': accepted } })

      expect(reply.headers).toMatchObject({
        'content-encoding': coding,
        etag: 'W/"v1"',
        vary: 'Cookie, Accept-Encoding',
        'content-length': String(reply.body.length),
      })
      expect(reply.headers).not.toHaveProperty('accept-ranges')
      expect(DECODE[coding](bytes(reply.body)).toString()).toBe(TEXT)
    }
  })

  test('goes as it is to who takes no coding, and says that others get it otherwise', async () => {
    const edge = await edgeFor(answering({ 'content-type': 'text/plain', etag: '"v1"' }))

    for (const accepted of ['identity', 'gzip;q=0', 'identity;q=1, gzip;q=0.5', 'deflate']) {
      const { body, headers } = await edge.ask({ headers: { 'accept-encoding': accepted } })
      expect(body).toBe(TEXT)
      expect(headers).toMatchObject({ etag: '"v1"', vary: 'Accept-Encoding' })
      expect(headers).not.toHaveProperty('content-encoding')
    }
    const silent = await edge.ask()
    expect([silent.body, silent.headers['content-encoding']]).toEqual([TEXT, undefined])
  })

  test('is left alone where a coding is not wanted, not allowed or of no use', async () => {
    const html = { 'content-type': 'text/html' }
    const answers: Record<string, App> = {
      '/small': answering(html, 'x'.repeat(1_023)),
      '/image': answering({ 'content-type': 'image/png' }),
      '/untyped': answering({}),
      '/no-transform': answering({ ...html, 'cache-control': 'public, No-Transform' }),
      '/identity': answering({ ...html, 'content-encoding': 'identity' }),
      '/part': answering({ ...html, 'content-range': 'bytes 0-8999/9500' }, TEXT, 206),
      '/digest': answering({ ...html, 'content-digest': 'sha-256=:AAAA:' }),
      '/grpc': answering({ 'content-type': 'application/grpc+proto' }),
    }
    const edge = await edgeFor((incoming, response) => answers[incoming.url!]!(incoming, response))

    for (const path of Object.keys(answers)) {
      const { headers, body } = await edge.ask({ path, headers: { 'accept-encoding': 'gzip, br, zstd' } })
      expect([path, headers['content-encoding'], body.length]).toEqual([
        path,
        undefined,
        path === '/small' ? 1_023 : TEXT.length,
      ])
    }
  })

  test('is not coded a second time', async () => {
    const { gzipSync } = await import('node:zlib')
    const coded = gzipSync(TEXT)
    const edge = await edgeFor(answering({ 'content-type': 'text/html', 'content-encoding': 'gzip' }, coded))

    const { headers, body } = await edge.ask({ headers: { 'accept-encoding': 'gzip, br' } })

    expect(headers['content-encoding']).toBe('gzip')
    expect(gunzipSync(bytes(body)).toString()).toBe(TEXT)
  })

  test('goes as it is where the app turned compression off', async () => {
    const edge = await edgeFor(answering({ 'content-type': 'text/html' }), { compression: false })

    const { headers, body } = await edge.ask({ headers: { 'accept-encoding': 'gzip' } })

    expect([headers['content-encoding'], headers.vary, body]).toEqual([undefined, undefined, TEXT])
  })

  test('obeys what the settings of the app say about its headers', async () => {
    const headers = { set: [['Cache-Control', 'no-transform']] as [string, string][], defaults: [] }
    const edge = await edgeFor(answering({ 'content-type': 'text/html' }), { headers })

    const reply = await edge.ask({ headers: { 'accept-encoding': 'gzip' } })

    expect([reply.headers['content-encoding'], reply.headers['cache-control']]).toEqual([
      undefined,
      'no-transform',
    ])
  })

  test('goes as it is to a request that another site made with the cookies of its visitor', async () => {
    const edge = await edgeFor(answering({ 'content-type': 'text/html' }))
    const codingFor = async (headers: Record<string, string>) =>
      (await edge.ask({ headers: { 'accept-encoding': 'gzip', ...headers } })).headers['content-encoding']
    const foreign = { 'sec-fetch-site': 'cross-site', cookie: 'session=1' }

    expect(await codingFor(foreign)).toBeUndefined()
    expect(await codingFor({ ...foreign, 'sec-fetch-user': '?1' })).toBe('gzip')
    expect(await codingFor({ ...foreign, 'sec-fetch-site': 'same-origin' })).toBe('gzip')
    expect(await codingFor({ 'sec-fetch-site': 'cross-site' })).toBe('gzip')
  })

  test('tells a HEAD what a GET would get, without a body', async () => {
    const edge = await edgeFor((incoming, response) => {
      response.writeHead(200, { 'content-type': 'text/html', 'content-length': TEXT.length, etag: '"v1"' })
      response.end(incoming.method === 'HEAD' ? undefined : TEXT)
    })

    const { status, headers, body } = await edge.ask({
      method: 'HEAD',
      headers: { 'accept-encoding': 'gzip' },
    })

    expect([status, body]).toEqual([200, ''])
    expect(headers).toMatchObject({ 'content-encoding': 'gzip', etag: 'W/"v1"', vary: 'Accept-Encoding' })
    expect(headers).not.toHaveProperty('content-length')
  })

  test('is confirmed under the weak tag that the client knows it by', async () => {
    const edge = await edgeFor((incoming, response) => {
      const isKnown = incoming.headers['if-none-match']?.includes('"v1"')
      response.writeHead(isKnown ? 304 : 200, { 'content-type': 'text/html', etag: '"v1"' })
      response.end(isKnown ? undefined : TEXT)
    })
    const first = await edge.ask({ headers: { 'accept-encoding': 'gzip' } })

    const again = await edge.ask({
      headers: { 'accept-encoding': 'gzip', 'if-none-match': first.headers.etag as string },
    })

    expect([again.status, again.headers.etag]).toEqual([304, 'W/"v1"'])
  })
})

describe('an answer that comes bit by bit', () => {
  test.each(['gzip', 'br', 'zstd'] as const)('is coded with %s as a whole, however large', async coding => {
    const large = TEXT.repeat(300)
    const edge = await edgeFor(
      answering({ 'content-type': 'text/css', 'content-length': String(large.length) }, large),
    )

    const { headers, body } = await edge.ask({ headers: { 'accept-encoding': coding } })

    expect(headers['content-encoding']).toBe(coding)
    expect(headers).not.toHaveProperty('content-length')
    expect(DECODE[coding](bytes(body)).toString()).toBe(large)
    await waitFor(() => edge.accessLog().length === 1)
    expect(edge.accessLog()[0]!.bytesOut).toBe(body.length)
  })

  test('arrives bit by bit', async () => {
    let finish = () => {}
    const edge = await edgeFor((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' })
      response.write('first')
      finish = () => response.end('last')
    })
    const incoming = await open(edge.port, { 'accept-encoding': 'gzip' })
    let text = ''
    incoming.pipe(createGunzip()).on('data', piece => {
      text += piece
    })

    await waitFor(() => text === 'first')
    finish()
    await waitFor(() => text === 'firstlast')
  })

  test('stays uncoded when it is a stream of events', async () => {
    const edge = await edgeFor((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(`data: ${TEXT}\n\n`)
    })

    const incoming = await open(edge.port, { 'accept-encoding': 'gzip' })

    expect(incoming.headers['content-encoding']).toBeUndefined()
    const [piece] = await once(incoming, 'data')
    expect(String(piece)).toContain('data: The quick')
  })

  test('that breaks off breaks off for the client too', async () => {
    let breakOff = () => {}
    const edge = await edgeFor((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html', 'content-length': '100000' })
      response.write(TEXT)
      breakOff = () => response.destroy()
    })
    const incoming = await open(edge.port, { 'accept-encoding': 'gzip' })
    await once(incoming, 'data')
    incoming.resume()

    breakOff()

    const [error] = await once(incoming, 'error')
    expect(error.code).toBe('ECONNRESET')
  })
})

describe('a client that does not read', () => {
  let port = 0
  beforeAll(async () => {
    port = await freePort()
  })

  test('stops the app, and costs the edge little memory', async () => {
    let written = 0
    const noise = Buffer.from(Array.from({ length: 65_536 }, () => 32 + Math.floor(Math.random() * 90)))
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' })
      const pour = () => {
        do written += noise.length
        while (response.write(noise) && written < 2 ** 30)
      }
      response.on('drain', pour)
      pour()
    })
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    const edge = await TestEdge.start()
    await edge.push(route([target(port)]))
    const before = (await edge.status()).memory.rssBytes

    const incoming = await open(edge.port, { 'accept-encoding': 'gzip' })
    incoming.pause()
    await waitForRest(() => written)

    expect(written).toBeLessThan(200 * 2 ** 20)
    expect((await edge.status()).memory.rssBytes - before).toBeLessThan(60 * 2 ** 20)
    incoming.destroy()
    await waitFor(async () => (await edge.inFlight(`ins_${port}`)) === 0)
  })
})

/** Resolves once a figure has stopped growing. */
async function waitForRest(figure: () => number): Promise<void> {
  let last = -1
  let rests = 0
  await waitFor(() => {
    rests = figure() === last ? rests + 1 : 0
    last = figure()
    return rests >= 20
  })
}

function open(port: number, headers: Record<string, string>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host: '127.0.0.1', port, headers: { host: 'shop.localhost', ...headers }, agent: false },
      incoming => {
        incoming.on('error', () => undefined)
        resolve(incoming)
      },
    )
    outgoing.on('error', reject)
    outgoing.end()
    onTestFinished(() => void outgoing.destroy())
  })
}
