import { createHash, randomBytes } from 'node:crypto'
import { rmSync, utimesSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { silentLogger } from '@seaworthy/kit'
import { temporaryFolder, waitFor } from '@seaworthy/testing'
import { describe, expect, test } from 'vitest'
import { createStaticHandler } from './static-handler.ts'
import { get, rawRequest, SITE, serve, serveStatic } from './static-test-server.ts'

describe('a file', () => {
  test.each([
    ['/', '<h1>home</h1>', 'text/html; charset=utf-8'],
    ['/index.html', '<h1>home</h1>', 'text/html; charset=utf-8'],
    ['/about', 'about', 'text/html; charset=utf-8'],
    ['/docs/', 'docs', 'text/html; charset=utf-8'],
    ['//docs//index.html', 'docs', 'text/html; charset=utf-8'],
    ['/app.js', 'plain', 'text/javascript; charset=utf-8'],
    ['/app.js?v=1', 'plain', 'text/javascript; charset=utf-8'],
    ['/%61pp.js', 'plain', 'text/javascript; charset=utf-8'],
    ['/notes.txt', 'ünïcode', 'text/plain; charset=utf-8'],
  ])('is answered at %s, first from disk and then from memory', async (path, body, type) => {
    const { url } = await serve()

    for (const _round of ['disk', 'memory']) {
      const answer = await get(url + path)
      expect(answer).toMatchObject({ status: 200, body })
      expect(answer.headers.get('content-type')).toBe(type)
      expect(answer.headers.get('content-length')).toBe(String(Buffer.byteLength(body)))
    }
  })

  test('of unknown kind is a row of bytes', async () => {
    const { url } = await serve({ files: { 'a.unknownkind': 'x', noextension: 'y' } })

    for (const path of ['/a.unknownkind', '/noextension']) {
      expect((await get(url + path)).headers.get('content-type')).toBe('application/octet-stream')
    }
  })

  test('with odd characters in its name is found', async () => {
    const { url } = await serve({ files: { 'a b+ü%20.txt': 'odd' } })

    expect(await get(`${url}/${encodeURIComponent('a b+ü%20.txt')}`)).toMatchObject({
      status: 200,
      body: 'odd',
    })
  })

  test('that is hashed may be kept for ever, and others are asked about each time', async () => {
    const { url } = await serve()

    const cached = async (path: string) => (await get(url + path)).headers.get('cache-control')

    expect(await cached('/assets/index-BvZ9nQ1k.js')).toBe('public, max-age=31536000, immutable')
    expect(await cached('/')).toBe('no-cache')
    expect(await cached('/app.js')).toBe('no-cache')
  })

  test('that is large comes whole from disk, and none of it stays in memory', async () => {
    const large = randomBytes(5_000_000)
    const { url } = await serve({ files: { 'video.mp4': large }, maxCachedFileBytes: 1000 })

    for (const _round of [1, 2]) {
      const body = Buffer.from(await (await fetch(`${url}/video.mp4`)).arrayBuffer())
      expect(body.equals(large)).toBe(true)
    }
  })

  test('is answered to many at once, also while it is first read', async () => {
    const { url } = await serve({ files: { 'a.txt': 'a'.repeat(10_000), 'big.txt': 'b'.repeat(600_000) } })

    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) => get(`${url}/${index % 2 ? 'a.txt' : 'big.txt'}`)),
    )

    expect(answers.map(({ body }) => body.length).sort()).toEqual([
      ...Array(30).fill(10_000),
      ...Array(30).fill(600_000),
    ])
  })

  test('carries the headers that the edge adds, whatever the answer', async () => {
    const { url } = await serve({
      extraHeaders: ['x-request-id', 'r1'],
      files: { ...SITE, '404.html': 'no' },
    })
    const etag = (await get(url)).headers.get('etag')!

    const answers = [
      await get(url),
      await get(`${url}/`, { 'if-none-match': etag }),
      await get(`${url}/data.bin`, { range: 'bytes=0-1' }),
      await get(`${url}/data.bin`, { range: 'bytes=9999-' }),
      await get(`${url}/docs`),
      await get(`${url}/no.js`),
      await get(url, {}, 'POST'),
      await get(url, {}, 'HEAD'),
    ]

    expect(answers.map(({ status }) => status)).toEqual([200, 304, 206, 416, 301, 404, 405, 200])
    expect(answers.map(({ headers }) => headers.get('x-request-id'))).toEqual(Array(8).fill('r1'))
  })

  test('that is empty is an empty answer', async () => {
    const { url } = await serve({ files: { 'empty.txt': '' } })

    expect(await get(`${url}/empty.txt`)).toMatchObject({ status: 200, body: '' })
    expect((await get(`${url}/empty.txt`, { range: 'bytes=0-' })).status).toBe(416)
  })
})

describe('validators', () => {
  test('answer 304 for what the client has, by tag or by time', async () => {
    const { url, root } = await serve()
    utimesSync(join(root, 'app.js'), 1_700_000_000, 1_700_000_000)
    const { headers } = await get(`${url}/app.js`)
    const [etag, lastModified] = [headers.get('etag')!, headers.get('last-modified')!]
    const statusWith = async (conditions: Record<string, string>) =>
      (await get(`${url}/app.js`, conditions)).status

    expect(etag).toMatch(/^"[\w-]{22}"$/)
    expect(lastModified).toBe('Tue, 14 Nov 2023 22:13:20 GMT')
    for (const tags of [etag, `W/${etag}`, `"x", ${etag}`, '*'])
      expect(await statusWith({ 'if-none-match': tags })).toBe(304)
    expect(await statusWith({ 'if-none-match': '"x"' })).toBe(200)
    expect(await statusWith({ 'if-modified-since': lastModified })).toBe(304)
    expect(await statusWith({ 'if-modified-since': 'Tue, 14 Nov 2034 22:13:20 GMT' })).toBe(200)
    expect(await statusWith({ 'if-none-match': '"x"', 'if-modified-since': lastModified })).toBe(200)
  })

  test('of a 304 come with its caching headers and no body', async () => {
    const { port, url } = await serve()
    const { headers } = await get(`${url}/app.js`)

    const answer = await rawRequest(port, 'GET /app.js', [`If-None-Match: ${headers.get('etag')}`])

    expect(answer).toMatchObject({ status: 304, body: '' })
    expect(answer.headers).toMatchObject({ etag: headers.get('etag'), 'cache-control': 'no-cache' })
    expect(answer.headers).not.toHaveProperty('content-length')
  })

  test('differ for different content even where builds set sizes and times alike, small or large', async () => {
    const handler = createStaticHandler({ log: silentLogger, maxCachedFileBytes: 10 })
    const tags = new Set<string | null>()
    for (const content of ['one', 'two', 'o'.repeat(100), 't'.repeat(100)]) {
      const root = temporaryFolder().path
      writeFileSync(join(root, 'a.txt'), content)
      utimesSync(join(root, 'a.txt'), 1, 1)
      const { url } = await serveStatic(handler, { root, spa: false })
      tags.add((await get(`${url}/a.txt`)).headers.get('etag'))
    }

    expect(tags.size).toBe(4)
  })
})

describe('ranges', () => {
  const bytes = randomBytes(1000)

  test.each([
    ['bytes=0-9', 206, 0, 9],
    ['bytes=990-', 206, 990, 999],
    ['bytes=-5', 206, 995, 999],
    ['bytes=-5000', 206, 0, 999],
    ['bytes=500-5000', 206, 500, 999],
    ['bytes=0-0', 206, 0, 0],
  ])('%s', async (range, status, start, end) => {
    for (const maxCachedFileBytes of [10, 10_000]) {
      const { url } = await serve({ files: { 'data.bin': bytes }, maxCachedFileBytes })

      const response = await fetch(`${url}/data.bin`, { headers: { range } })

      expect(response.status).toBe(status)
      expect(response.headers.get('content-range')).toBe(`bytes ${start}-${end}/1000`)
      expect(response.headers.get('content-length')).toBe(String(end - start + 1))
      expect(Buffer.from(await response.arrayBuffer()).equals(bytes.subarray(start, end + 1))).toBe(true)
    }
  })

  test.each(['bytes=0-1,5-6', 'lines=0-1', 'bytes=-', 'bytes=5-2', 'bytes=a-b', 'bytes'])(
    'that we do not serve get the whole: %s',
    async range => {
      const { url } = await serve({ files: { 'data.bin': bytes } })

      const { status, headers } = await get(`${url}/data.bin`, { range })

      expect([status, headers.get('content-length')]).toEqual([200, '1000'])
    },
  )

  test.each(['bytes=1000-', 'bytes=1000-2000', 'bytes=-0'])('behind the end are refused: %s', async range => {
    const { url } = await serve({ files: { 'data.bin': bytes } })

    const { status, headers } = await get(`${url}/data.bin`, { range })

    expect([status, headers.get('content-range')]).toEqual([416, 'bytes */1000'])
  })

  test('of another version get the whole', async () => {
    const { url } = await serve({ files: { 'data.bin': bytes } })
    const etag = (await get(`${url}/data.bin`)).headers.get('etag')!
    const statusWith = async (ifRange: string) =>
      (await get(`${url}/data.bin`, { range: 'bytes=0-1', 'if-range': ifRange })).status

    expect(await statusWith(etag)).toBe(206)
    expect(await statusWith('"older"')).toBe(200)
    expect(await statusWith(`W/${etag}`)).toBe(200)
  })

  test('asked for with HEAD are those of the whole', async () => {
    const { url } = await serve({ files: { 'data.bin': bytes } })

    const { status, headers } = await get(`${url}/data.bin`, { range: 'bytes=0-1' }, 'HEAD')

    expect([status, headers.get('content-length'), headers.get('accept-ranges')]).toEqual([
      200,
      '1000',
      'bytes',
    ])
  })
})

describe('methods', () => {
  test('HEAD is GET without the body, small and large', async () => {
    const { port } = await serve({
      files: { 'a.txt': 'a', 'b.txt': 'b'.repeat(1000) },
      maxCachedFileBytes: 10,
    })

    for (const [path, length] of [
      ['/a.txt', '1'],
      ['/b.txt', '1000'],
    ] as const) {
      const answer = await rawRequest(port, `HEAD ${path}`)
      expect(answer).toMatchObject({ status: 200, body: '' })
      expect(answer.headers).toMatchObject({ 'content-length': length, etag: expect.any(String) })
    }
  })

  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND'])('%s is refused', async method => {
    const { port } = await serve()

    const answer = await rawRequest(port, `${method} /app.js`)

    expect(answer.status).toBe(405)
    expect(answer.headers.allow).toBe('GET, HEAD')
  })
})

describe('precompressed files', () => {
  const text = 'hello '.repeat(500)
  const files = {
    'a.js': text,
    'a.js.br': brotliCompressSync(text),
    'a.js.gz': gzipSync(text),
    'a.js.zst': zstdCompressSync(text),
    'b.js': text,
    'c.js': text,
    'c.js.gz': gzipSync(text),
  }

  test.each([
    ['/a.js', 'gzip, deflate, br', 'br'],
    ['/a.js', 'gzip', 'gzip'],
    ['/a.js', 'br;q=0, gzip;q=0.5', 'gzip'],
    ['/a.js', 'identity', null],
    ['/a.js', '', null],
    ['/a.js', 'zstd', 'zstd'],
    ['/a.js', 'gzip;q=0.9, br;q=0.5', 'gzip'],
    ['/a.js', '*', 'br'],
    ['/a.js', '*;q=0', null],
    ['/a.js', 'GZIP', 'gzip'],
    ['/a.js', 'brotli, gzipped', null],
    ['/b.js', 'gzip, br', 'br'],
    ['/c.js', 'gzip, br', 'gzip'],
  ])('%s for those who accept %j comes as %s', async (path, accepted, encoding) => {
    const { url } = await serve({ files })

    const { headers, body } = await get(url + path, { 'accept-encoding': accepted })

    expect(headers.get('content-encoding')).toBe(encoding)
    expect(body).toBe(text)
    expect(headers.get('vary')).toBe('Accept-Encoding')
    expect(headers.get('content-type')).toBe('text/javascript; charset=utf-8')
  })

  test('each have a tag and a length of their own', async () => {
    const { port } = await serve({ files })
    const answers = []
    for (const accepted of ['br', 'gzip', 'identity']) {
      answers.push(await rawRequest(port, 'HEAD /a.js', [`Accept-Encoding: ${accepted}`]))
    }

    expect(new Set(answers.map(({ headers }) => headers.etag)).size).toBe(3)
    expect(answers.map(({ headers }) => Number(headers['content-length']))).toEqual([
      files['a.js.br'].length,
      files['a.js.gz'].length,
      text.length,
    ])
  })
})

describe('paths that name nothing', () => {
  test('are 404, with the page of the app if it has one', async () => {
    const plain = await serve()
    const own = await serve({ files: { ...SITE, '404.html': '<h1>lost</h1>' } })

    const [without, withPage] = [await get(`${plain.url}/nope`), await get(`${own.url}/nope.js`)]

    expect(without.status).toBe(404)
    expect(without.body).toBe('404 Not Found\n')
    expect(withPage).toMatchObject({ status: 404, body: '<h1>lost</h1>' })
    expect(withPage.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect((await get(`${own.url}/nope.js`, { 'if-none-match': withPage.headers.get('etag')! })).status).toBe(
      404,
    )
    expect((await get(`${own.url}/nope.js`, { range: 'bytes=0-1' })).status).toBe(404)
  })

  test('are the page of a single-page app, but for files', async () => {
    const { url } = await serve({ spa: true })
    const answerTo = async (path: string) => {
      const { status, body } = await get(url + path)
      return `${status} ${status === 200 ? body : ''}`.trim()
    }

    expect(await answerTo('/orders/42')).toBe('200 <h1>home</h1>')
    expect(await answerTo('/orders/')).toBe('200 <h1>home</h1>')
    expect(await answerTo('/tag/a%2Fb')).toBe('200 <h1>home</h1>')
    expect(await answerTo('/about')).toBe('200 about')
    expect(await answerTo('/assets/gone-BvZ9nQ1k.js')).toBe('404')
    expect(await answerTo('/favicon.ico')).toBe('404')
    expect((await get(`${url}/orders/42`, {}, 'HEAD')).status).toBe(200)
    expect((await get(`${url}/orders/42`, {}, 'POST')).status).toBe(405)
  })

  test('prefer 200.html, also where nobody said single-page', async () => {
    const files = { ...SITE, '200.html': 'fallback', '404.html': 'lost' }

    for (const spa of [true, false]) {
      const { url } = await serve({ files, spa })
      expect(await get(`${url}/deep/link`)).toMatchObject({ status: 200, body: 'fallback' })
      expect(await get(`${url}/gone.css`)).toMatchObject({ status: 404, body: 'lost' })
    }
  })

  test('of a folder without a slash lead to it, with the query, on this very host', async () => {
    const { url } = await serve({
      files: { 'docs/index.html': 'd', 'ä b/index.html': 'e', 'empty/x.txt': '' },
    })

    const redirect = async (path: string) => (await get(url + path)).headers.get('location')

    expect((await get(`${url}/docs`)).status).toBe(301)
    expect(await redirect('/docs?a=1&b=2')).toBe('./docs/?a=1&b=2')
    expect(await redirect('//docs')).toBe('./docs/')
    expect(await redirect('/%C3%A4%20b')).toBe('./%C3%A4%20b/')
    expect(await (await fetch(`${url}/docs`)).text()).toBe('d')
    expect((await get(`${url}/empty`)).status).toBe(404)
    expect((await get(`${url}/empty/`)).status).toBe(404)
  })
})

describe('the memory of the handler', () => {
  test('is bounded: three hundred files pass through a cache for ten, each of them right', async () => {
    const names = Array.from({ length: 300 }, (_, index) => `f${index}.txt`)
    const files = Object.fromEntries(names.map(name => [name, name.repeat(1000)]))
    const { url } = await serve({ files, maxCacheBytes: 60_000 })

    for (const _round of [1, 2]) {
      for (const name of names) {
        const { status, body } = await get(`${url}/${name}`)
        expect([status, hash(body)]).toEqual([200, hash(name.repeat(1000))])
      }
    }
  })

  test('keeps serving what it holds though the disk says no', async () => {
    const { url, root } = await serve()
    await get(`${url}/app.js`)
    rmSync(join(root, 'app.js'))

    expect((await get(`${url}/app.js`)).status).toBe(200)
  })

  test('does not hold on to a large file that has gone', async () => {
    const { url, root } = await serve({ files: { 'big.bin': randomBytes(5000) }, maxCachedFileBytes: 100 })
    await get(`${url}/big.bin`)
    rmSync(join(root, 'big.bin'))

    expect((await get(`${url}/big.bin`)).status).toBe(404)
  })
})

test('a client that leaves in the midst of a download disturbs nobody', async () => {
  const { url, port } = await serve({ files: { 'big.bin': randomBytes(20_000_000), a: 'a' } })
  for (let round = 0; round < 5; round++) {
    const socket = connect(port, '127.0.0.1')
    socket.write('GET /big.bin HTTP/1.1\r\nHost: x\r\n\r\n')
    await waitFor(() => socket.bytesRead > 1000)
    socket.destroy()
  }

  expect((await get(`${url}/a`)).body).toBe('a')
})

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
