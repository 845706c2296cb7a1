import type { ServerResponse } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { waitFor } from '@seaworthy/testing'
import { describe, expect, test } from 'vitest'
import { CacheBench, STORE_ALL } from './cache-test-bench.ts'

const FRESH = { 'cache-control': 'max-age=60' }
const statusOf = async (asked: Promise<{ headers: Record<string, unknown> }>) =>
  String((await asked).headers['cache-status'])

describe('which paths are stored', () => {
  test('is for the first rule that matches to say', async () => {
    const bench = await CacheBench.start()
    await bench.route({
      cache: [
        { path: '/assets/private/*', store: false },
        { path: '/assets/*', store: true },
        { path: '*.css', store: true },
      ],
    })
    bench.answers(FRESH)
    const isStored = async (path: string) => {
      await bench.ask({ path })
      return (await statusOf(bench.ask({ path }))).includes('hit')
    }

    expect(await isStored('/assets/a')).toBe(true)
    expect(await isStored('/assets/private/a')).toBe(false)
    expect(await isStored('/deep/b.css?v=1')).toBe(true)
    expect(await isStored('/page')).toBe(false)
  })

  test('a default lifetime is for those who come without cookies and credentials', async () => {
    const bench = await CacheBench.start()
    await bench.route({ cache: [{ ...STORE_ALL, defaultSeconds: 60 }] })
    bench.answers({})
    await bench.ask({ headers: { cookie: 'a=1' } })
    await bench.ask()

    expect(await statusOf(bench.ask())).toContain('hit')
    expect(await statusOf(bench.ask({ headers: { cookie: 'a=1' } }))).toContain('miss')
    expect(bench.seen).toHaveLength(3)
  })

  test('what browsers keep is told to them where the app says nothing', async () => {
    const bench = await CacheBench.start()
    await bench.route({ cache: [{ path: '/a', store: false, clientCacheControl: 'public, max-age=9' }] })
    bench.answers({})
    expect((await bench.ask({ path: '/a' })).headers['cache-control']).toBe('public, max-age=9')
    expect((await bench.ask({ path: '/b' })).headers['cache-control']).toBeUndefined()
    bench.answers({ 'cache-control': 'no-cache' })
    expect((await bench.ask({ path: '/a' })).headers['cache-control']).toBe('no-cache')
  })

  test('settings of the app decide as much as the app does', async () => {
    const bench = await CacheBench.start()
    await bench.route({ headers: { set: [['Cache-Control', 'max-age=60']], defaults: [['X-D', '1']] } })
    bench.answers({ 'cache-control': 'no-store' })
    await bench.ask()

    const { headers } = await bench.ask()

    expect(headers).toMatchObject({ 'cache-control': 'max-age=60', 'x-d': '1' })
    expect(headers['cache-status']).toContain('hit')
  })
})

describe('what is never stored', () => {
  test('an answer that breaks off, and one that ends with its connection', async () => {
    const bench = await CacheBench.start()
    bench.app = (_request, response) => {
      response.writeHead(200, { ...FRESH, 'content-length': '10' })
      response.write('12345', () => response.destroy())
    }
    await expect(bench.ask()).rejects.toThrow()
    bench.app = (_request, response) => {
      response.socket!.end('HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\n\r\nhalf?')
    }
    expect((await bench.ask()).body).toBe('half?')

    expect(await statusOf(bench.ask())).toContain('miss')
    expect(bench.seen).toHaveLength(3)
  })

  test('an answer larger than an eighth of the store; and the store stays within its bound', async () => {
    const bench = await CacheBench.start({ env: { SEAWORTHY_EDGE_CACHE_MB: '1' } })
    bench.app = (request, response) => {
      const size = Number(request.url!.slice(1).split('?')[0])
      response.writeHead(200, { ...FRESH, 'content-length': String(size) })
      response.end(Buffer.alloc(size))
    }
    await bench.ask({ path: '/200000' })
    expect(await statusOf(bench.ask({ path: '/200000' }))).toContain('miss')
    for (let index = 0; index < 30; index++) await bench.ask({ path: `/100000?${index}` })

    expect(await statusOf(bench.ask({ path: '/100000?29' }))).toContain('hit')
    expect(await statusOf(bench.ask({ path: '/100000?0' }))).toContain('miss')
  })

  test('anything while two releases share the traffic', async () => {
    const bench = await CacheBench.start()
    const canary = { release: 'v2', mode: 'proxy' as const, targets: [], percent: 0 }
    await bench.route({ canary })
    bench.answers(FRESH)
    await bench.ask()

    expect(await statusOf(bench.ask())).toBe('Seaworthy; fwd=bypass')
  })
})

describe('many who ask at the same time', () => {
  test('get the one answer that is fetched', async () => {
    const bench = await CacheBench.start()
    let waiting: ServerResponse | undefined
    bench.app = (_request, response) => {
      waiting = response
    }
    const replies = Array.from({ length: 20 }, () => bench.ask())
    await waitFor(() => waiting !== undefined)
    await waitFor(async () => (await bench.edge.countersOf('v1')).inFlight === 20)
    waiting!.writeHead(200, FRESH)
    waiting!.end('one')

    expect(new Set((await Promise.all(replies)).map(({ body }) => body))).toEqual(new Set(['one']))
    expect(bench.seen).toHaveLength(1)
  })

  test('do not wait for what cannot be shared', async () => {
    const bench = await CacheBench.start()
    bench.app = (request, response) => {
      response.writeHead(200, { 'cache-control': 'private' })
      response.end(String(request.headers['x-who']))
    }
    const names = ['a', 'b', 'c', 'd']

    const replies = await Promise.all(names.map(name => bench.ask({ headers: { 'x-who': name } })))

    expect(replies.map(({ body }) => body)).toEqual(names)
  })

  test('are not all lost when the one they wait for leaves, or its app hangs', async () => {
    const bench = await CacheBench.start()
    bench.app = (_request, response) => {
      if (bench.seen.length === 1) return
      response.writeHead(200, FRESH)
      response.end('second')
    }
    const leaving = await bench.edge.connect()
    leaving.socket.write('GET / HTTP/1.1\r\nHost: shop.localhost\r\n\r\n')
    await waitFor(() => bench.seen.length === 1)
    const reply = bench.ask()
    await waitFor(async () => (await bench.edge.countersOf('v1')).inFlight === 2)

    leaving.socket.destroy()

    expect((await reply).body).toBe('second')
  })

  test('wait for a hanging app for a few seconds at most', { timeout: 20_000 }, async () => {
    const bench = await CacheBench.start()
    await bench.route({ timeouts: { responseMs: 60_000, idleMs: 60_000, wakeMs: 60_000 } })
    bench.app = (_request, response) => {
      if (bench.seen.length > 1) response.end('by itself')
    }
    const hanging = await bench.edge.connect()
    hanging.socket.write('GET / HTTP/1.1\r\nHost: shop.localhost\r\n\r\n')
    await waitFor(() => bench.seen.length === 1)

    expect((await bench.ask()).body).toBe('by itself')
  })
})

describe('an app that fails', () => {
  const tagged = { 'cache-control': 'max-age=0, stale-if-error=60', etag: '"v1"' }

  test('is stood in for by what it said before', async () => {
    const bench = await CacheBench.start()
    bench.answers(tagged)
    const { body } = await bench.ask()
    bench.answers({}, 503)

    const reply = await bench.ask()

    expect([reply.status, reply.body]).toEqual([200, body])
    expect(reply.headers['cache-status']).toBe('Seaworthy; fwd=stale; fwd-status=503')
    expect((await bench.edge.countersOf('v1')).failures).toBe(1)
  })

  test('is stood in for when it cannot be reached', async () => {
    const bench = await CacheBench.start()
    bench.answers(tagged)
    const { body } = await bench.ask()
    bench.app = (_request, response) => response.destroy()

    const reply = await bench.ask()

    expect([reply.status, reply.body]).toEqual([200, body])
    expect(reply.headers['cache-status']).toBe('Seaworthy; fwd=stale; detail=app-502')
  })

  test('is not stood in for without leave', async () => {
    const bench = await CacheBench.start()
    bench.answers({ 'cache-control': 'max-age=0', etag: '"v1"' })
    await bench.ask()
    bench.answers({}, 500)

    expect((await bench.ask()).status).toBe(500)
  })
})

test('A stale answer is given out at once while a new one is fetched', async () => {
  const bench = await CacheBench.start()
  bench.answers({ 'cache-control': 'max-age=60, stale-while-revalidate=60', age: '70', etag: '"v1"' })
  await bench.ask()
  bench.answers({ 'cache-control': 'max-age=60', etag: '"v2"' })

  const stale = await bench.ask()

  expect(stale.body).toBe('answer 1')
  expect(stale.headers['cache-status']).toContain('hit; ttl=-')
  await waitFor(async () => (await bench.ask()).body === 'answer 2')
  expect(bench.seen).toHaveLength(2)
  expect(bench.seen[1]!.headers['if-none-match']).toBe('"v1"')
})

test('A sleeping app is not woken for what is stored', async () => {
  const bench = await CacheBench.start()
  bench.answers(FRESH)
  await bench.ask()
  await bench.route({ mode: 'wake' })

  expect((await bench.ask()).body).toBe('answer 1')
})

describe('a purge', () => {
  test('forgets one address, all under a prefix, or all of the app, in every worker', async () => {
    const bench = await CacheBench.start({ env: { SEAWORTHY_EDGE_WORKERS: '2' } })
    const paths = ['/a', '/a?q', '/a/b', '/c']
    bench.answers(FRESH)
    /** Which of them answers is up to the kernel; request ids tell. */
    const askBothWorkers = async (path: string) => {
      const workers = new Set<string>()
      await waitFor(async () => {
        const { headers } = await bench.ask({ path })
        workers.add(String(headers['x-request-id']).split('-')[0]!)
        return workers.size === 2
      })
    }
    const left = async () => {
      const before = bench.seen.length
      for (const path of paths) await askBothWorkers(path)
      return bench.seen.slice(before).map(({ url }) => url)
    }
    await left()

    expect((await bench.purge({ path: '/a?q' })).status).toBe(200)
    expect(new Set(await left())).toEqual(new Set(['/a?q']))
    await bench.purge({ path: '/a' })
    expect(new Set(await left())).toEqual(new Set(['/a', '/a?q']))
    await bench.purge({ prefix: '/a' })
    expect(new Set(await left())).toEqual(new Set(['/a', '/a?q', '/a/b']))
    await bench.edge.control('POST', '/purge', { appId: 'app_2' })
    expect(await left()).toEqual([])
    const { body } = await bench.purge({})
    expect(JSON.parse(body).purged).toBeGreaterThanOrEqual(4)
    expect(new Set(await left())).toEqual(new Set(paths))
  })

  test('reaches what is being fetched', async () => {
    const bench = await CacheBench.start()
    let waiting: ServerResponse | undefined
    bench.app = (_request, response) => {
      waiting = response
      response.writeHead(200, FRESH)
      response.write('old')
    }
    const reply = bench.ask()
    await waitFor(() => waiting !== undefined)
    await bench.purge({})
    waiting!.end()
    expect((await reply).body).toBe('old')
    bench.answers(FRESH)

    expect((await bench.ask()).body).toBe('answer 2')
  })

  test('that says nothing sensible is refused', async () => {
    const bench = await CacheBench.start()

    const { status, body } = await bench.edge.control('POST', '/purge', { appId: 'app_1', path: 'x' })

    expect([status, JSON.parse(body).code]).toEqual([422, 'EDGE_INVALID_PURGE'])
  })
})

test('A new release, and new rules, begin with an empty store', async () => {
  const bench = await CacheBench.start()
  bench.answers(FRESH)
  await bench.ask()
  await bench.route({ release: 'v2' })
  expect((await bench.ask()).body).toBe('answer 2')
  await bench.route({ rewrites: [{ from: '/x', to: '/y' }] })
  expect((await bench.ask()).body).toBe('answer 3')
})

test('A stored answer is compressed once for each coding, and never for parts', async () => {
  const bench = await CacheBench.start()
  const text = 'hello '.repeat(1000)
  bench.app = (_request, response) => {
    response.writeHead(200, { ...FRESH, 'content-type': 'text/plain', etag: '"v1"' })
    response.end(text)
  }
  const headers = { 'accept-encoding': 'gzip' }
  await bench.ask({ headers })

  const reply = await bench.ask({ headers })

  expect(reply.headers).toMatchObject({ 'content-encoding': 'gzip', etag: 'W/"v1"', vary: 'Accept-Encoding' })
  expect(gunzipSync(Buffer.from(reply.body, 'latin1')).toString()).toBe(text)
  expect((await bench.ask({ headers: { ...headers, range: 'bytes=0-4' } })).body).toBe('hello')
  const again = await bench.ask({ headers: { ...headers, 'if-none-match': 'W/"v1"' } })
  expect([again.status, again.headers.etag]).toEqual([304, 'W/"v1"'])
  expect((await bench.ask()).body).toBe(text)
  expect(bench.seen).toHaveLength(1)
})

test('Hits are counted and logged', async () => {
  const bench = await CacheBench.start()
  bench.answers(FRESH)
  await bench.ask()
  await bench.ask()

  await waitFor(async () => (await bench.edge.countersOf('v1')).cacheHits === 1)
  await waitFor(() => bench.edge.accessLog().length === 2)
  expect(bench.edge.accessLog().map(({ cache }) => cache)).toEqual(['miss', 'hit'])
})
