import { randomBytes } from 'node:crypto'
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { silentLogger } from '@seaworthy/kit'
import { waitFor } from '@seaworthy/testing'
import { describe, expect, test } from 'vitest'
import { CodedFiles } from './coded-files.ts'
import { createStaticHandler } from './static-handler.ts'
import { rawRequest, serve, serveStatic, writeFiles } from './static-test-server.ts'

const SCRIPT = 'function hello() { return "hello" }\n'.repeat(200)
const DECODE = { br: brotliDecompressSync, zstd: zstdDecompressSync, gzip: gunzipSync }

async function ask(url: string, headers: Record<string, string>) {
  const { default: http } = await import('node:http')
  return await new Promise<{ status: number; headers: Record<string, unknown>; body: Buffer }>(
    (resolve, reject) => {
      const outgoing = http.get(url, { headers, agent: false }, incoming => {
        incoming.toArray().then(
          chunks =>
            resolve({
              status: incoming.statusCode!,
              headers: incoming.headers,
              body: Buffer.concat(chunks),
            }),
          reject,
        )
      })
      outgoing.on('error', reject)
    },
  )
}

describe('a file without compressed forms beside it', () => {
  test.each(['br', 'zstd', 'gzip'] as const)(
    'is compressed with %s, under a strong tag of its own',
    async coding => {
      const { url } = await serve({ files: { 'a.js': SCRIPT } })
      const whole = await ask(`${url}/a.js`, {})

      const { headers, body } = await ask(`${url}/a.js`, { 'accept-encoding': coding })

      expect(headers).toMatchObject({
        'content-encoding': coding,
        'content-length': String(body.length),
        vary: 'Accept-Encoding',
        etag: expect.stringMatching(/^"/),
      })
      expect(headers.etag).not.toBe(whole.headers.etag)
      expect(DECODE[coding](body).toString()).toBe(SCRIPT)
      const again = await ask(`${url}/a.js`, {
        'accept-encoding': coding,
        'if-none-match': String(headers.etag),
      })
      expect(again.status).toBe(304)
    },
  )

  test('gives out parts of the compressed form to those who have begun with it', async () => {
    const { url } = await serve({ files: { 'a.js': SCRIPT } })
    const whole = await ask(`${url}/a.js`, { 'accept-encoding': 'gzip' })

    const part = await ask(`${url}/a.js`, {
      'accept-encoding': 'gzip',
      range: 'bytes=10-',
      'if-range': String(whole.headers.etag),
    })

    expect(part.status).toBe(206)
    expect(Buffer.concat([whole.body.subarray(0, 10), part.body])).toEqual(whole.body)
  })

  test.each([
    ['a picture', 'a.png', Buffer.from(SCRIPT)],
    ['a small text', 'a.txt', Buffer.from('x'.repeat(1_000))],
    ['what does not get smaller', 'a.svg', randomBytes(4_000)],
  ])('stays as it is when it is %s', async (_what, name, content) => {
    const { url } = await serve({ files: { [name]: content } })

    const { headers, body } = await ask(`${url}/${name}`, { 'accept-encoding': 'gzip, br' })

    expect(headers).not.toHaveProperty('content-encoding')
    expect(body).toEqual(content)
  })

  test('goes out as it is while a large one is being compressed', async () => {
    const large = SCRIPT.repeat(100)
    const { url } = await serve({ files: { 'a.js': large } })

    const first = await ask(`${url}/a.js`, { 'accept-encoding': 'br' })

    expect([first.headers['content-encoding'], first.body.length]).toEqual([undefined, large.length])
    await waitFor(async () => {
      const { headers, body } = await ask(`${url}/a.js`, { 'accept-encoding': 'br' })
      return headers['content-encoding'] === 'br' && brotliDecompressSync(body).toString() === large
    })
  })

  test('is left alone where the app turned compression off, but for what it brought', async () => {
    const { parent } = await serve({ files: {} })
    writeFiles(parent, { 'a.js': SCRIPT, 'b.js': SCRIPT, 'b.js.gz': 'brought' })
    const handler = createStaticHandler({ log: silentLogger })
    const { port } = await serveStatic(
      (request, response, settings, path, extra) =>
        handler(request, response, settings, path, extra, { compress: false, cacheControl: 'max-age=9' }),
      { root: parent, spa: false },
    )
    const accepts = ['Accept-Encoding: gzip, br']

    const [a, b] = [
      await rawRequest(port, 'GET /a.js', accepts),
      await rawRequest(port, 'GET /b.js', accepts),
    ]

    expect([a.headers['content-encoding'], a.headers['cache-control']]).toEqual([undefined, 'max-age=9'])
    expect([b.headers['content-encoding'], b.body]).toEqual(['gzip', 'brought'])
  })
})

describe('conditions', () => {
  async function site() {
    const { port } = await serve({ files: { 'a.txt': 'hello' } })
    const first = await rawRequest(port, 'GET /a.txt')
    const statusFor = async (...headers: string[]) => (await rawRequest(port, 'GET /a.txt', headers)).status
    return { statusFor, etag: first.headers.etag!, modified: first.headers['last-modified']! }
  }
  const LATER = 'Sun, 06 Nov 2033 08:49:37 GMT'
  const EARLIER = 'Sun, 06 Nov 1994 08:49:37 GMT'

  test('are judged in the order of RFC 9110, 13.2.2', async () => {
    const { statusFor, etag, modified } = await site()

    expect(await statusFor(`If-Match: ${etag}`)).toBe(200)
    expect(await statusFor('If-Match: *')).toBe(200)
    expect(await statusFor('If-Match: "x"')).toBe(412)
    expect(await statusFor(`If-Match: W/${etag}`)).toBe(412)
    expect(await statusFor(`If-Match: "x", ${etag}`, `If-Unmodified-Since: ${EARLIER}`)).toBe(200)
    expect(await statusFor(`If-Unmodified-Since: ${modified}`)).toBe(200)
    expect(await statusFor(`If-Unmodified-Since: ${LATER}`)).toBe(200)
    expect(await statusFor(`If-Unmodified-Since: ${EARLIER}`)).toBe(412)
    expect(await statusFor('If-Unmodified-Since: nonsense')).toBe(200)
    expect(await statusFor(`If-Match: ${etag}`, `If-None-Match: ${etag}`)).toBe(304)
    expect(await statusFor(`If-None-Match: "x", W/${etag}`)).toBe(304)
    expect(await statusFor('If-None-Match: "x"', `If-Modified-Since: ${modified}`)).toBe(200)
    expect(await statusFor(`If-Modified-Since: ${modified}`)).toBe(304)
  })

  test('come before ranges, and a range only holds for exactly what the client has', async () => {
    const { statusFor, etag, modified } = await site()

    expect(await statusFor('Range: bytes=0-1', `If-None-Match: ${etag}`)).toBe(304)
    expect(await statusFor('Range: bytes=0-1', 'If-Match: "x"')).toBe(412)
    expect(await statusFor('Range: bytes=0-1', `If-Range: ${etag}`)).toBe(206)
    expect(await statusFor('Range: bytes=0-1', `If-Range: W/${etag}`)).toBe(200)
    expect(await statusFor('Range: bytes=0-1', `If-Range: ${modified}`)).toBe(206)
    expect(await statusFor('Range: bytes=0-1', `If-Range: ${LATER}`)).toBe(200)
    expect(await statusFor('Range: bytes=-2')).toBe(206)
    expect(await statusFor('Range: bytes=-0')).toBe(416)
    expect(await statusFor('Range: bytes=9-')).toBe(416)
    expect(await statusFor('Range: bytes=0-0,2-3')).toBe(200)
  })
})

test('Compressed forms are made once, bounded by bytes, and at most two at a time', async () => {
  const files = new CodedFiles({ maxBytes: 300 })
  const bodies = Array.from({ length: 4 }, () => Buffer.from(randomBytes(100).toString('hex')))

  const first = files.get('0', 'gzip', bodies[0]!)
  expect(files.get('0', 'gzip', bodies[0]!)).toBe(first)
  const second = files.get('1', 'gzip', bodies[1]!)
  expect(files.get('2', 'gzip', bodies[2]!)).toBeUndefined()
  await Promise.all([first, second])
  const third = await files.get('2', 'gzip', bodies[2]!)

  expect(files.bytes).toBeLessThanOrEqual(300)
  expect(files.get('2', 'gzip', bodies[2]!)).toBe(third)
})
