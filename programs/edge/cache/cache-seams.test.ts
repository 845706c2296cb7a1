import { scryptSync } from 'node:crypto'
import type { Canary, Route } from '@seaworthy/routes'
import { httpBackend, waitFor } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { route, target } from '../test/edge-harness.ts'
import { CacheBench, STORE_ALL } from './cache-test-bench.ts'

/** Kept for everybody, whoever asked. */
const PUBLIC = { 'cache-control': 'public, max-age=600' }
const FRESH = { 'cache-control': 'max-age=600' }

test('a stored answer is given out behind the gates alone', async () => {
  const bench = await CacheBench.start()
  bench.answers(PUBLIC)
  const users = [{ name: 'ada', passwordHash: hashOf('tide') }]
  await bench.route({ access: { basicAuth: [{ path: '/admin', realm: 'office', users }] } })
  const headers = { authorization: `Basic ${btoa('ada:tide')}` }
  expect((await bench.ask({ path: '/admin', headers })).body).toBe('answer 1')
  expect((await bench.ask({ path: '/admin', headers })).body).toBe('answer 1')

  for (const path of ['/admin', '/%61dmin', '//admin', '/admin?x', '/ADMIN'])
    expect([path, (await bench.ask({ path })).status]).toEqual([path, 401])
  await bench.route({ access: { deny: ['127.0.0.1'] } })
  expect((await bench.ask({ path: '/admin' })).status).toBe(403)
  await bench.route({ access: {}, maintenance: { holdMs: 0 } })
  expect((await bench.ask({ path: '/admin' })).status).toBe(503)
  await bench.route({ maintenance: undefined, limits: { requestsPerMinutePerIp: 1 } })
  expect((await bench.ask({ path: '/admin' })).body).toBe('answer 1')
  expect((await bench.ask({ path: '/admin' })).status).toBe(429)
  await bench.route({ limits: {}, https: { redirect: true, hstsMaxAgeSeconds: 0 } })
  expect((await bench.ask({ path: '/admin' })).status).toBe(308)
})

test('what was answered to somebody is kept for nobody else, unless the app says so', async () => {
  const bench = await CacheBench.start()
  bench.answers(FRESH)
  const cookie = { cookie: 'session=ada' }

  await bench.ask({ path: '/cookie', headers: cookie })
  await bench.ask({ path: '/password', headers: { authorization: 'Bearer ada' } })
  bench.answers({ ...FRESH, 'set-cookie': 'session=ada' })
  await bench.ask({ path: '/set-cookie' })
  bench.answers({ ...FRESH, vary: 'Accept, Cookie' })
  await bench.ask({ path: '/varies', headers: cookie })
  bench.answers(PUBLIC)
  await bench.ask({ path: '/public', headers: cookie })
  bench.answers({ ...FRESH, vary: 'Cookie' })
  const before = bench.seen.length

  for (const path of ['/cookie', '/password', '/set-cookie', '/varies']) await bench.ask({ path })
  expect(bench.seen).toHaveLength(before + 4)
  expect((await bench.ask({ path: '/varies', headers: cookie })).body).toBe('answer 4')
  expect((await bench.ask({ path: '/public' })).body).toBe('answer 5')
})

test('a request that says one thing to the edge and another to the app leaves nothing behind', async () => {
  const bench = await CacheBench.start()
  bench.app = (request, response) => {
    response.writeHead(200, { ...FRESH, vary: 'Accept-Language, User-Agent' })
    const agents = request.rawHeaders.filter(
      (_, index, all) => all[index - 1]?.toLowerCase() === 'user-agent',
    )
    response.end(`${request.headers['accept-language']} ${agents.at(-1)}`)
  }
  const hostile = await bench.edge.connect()
  const get = 'GET / HTTP/1.1\r\nHost: shop.localhost\r\n'
  hostile.socket.write(
    `${get}Accept-Language: de\r\nUser-Agent: a\r\nConnection: Accept-Language\r\n\r\n` +
      `${get}Accept-Language: de\r\nUser-Agent: a\r\nUser-Agent: evil\r\nConnection: close\r\n\r\n`,
  )
  expect(await hostile.closed).toMatch(/undefined a[\s\S]*de evil/)

  const { body } = await bench.ask({ headers: { 'accept-language': 'de', 'user-agent': 'a' } })

  expect(body).toBe('de a')
})

test('no side of a canary is answered with what the other one said', async () => {
  const bench = await CacheBench.start()
  bench.answers(PUBLIC)
  await bench.ask()
  const trial = await httpBackend((_, response) => {
    response.writeHead(200, PUBLIC)
    response.end('trial')
  })
  const canary: Canary = { release: 'v2', mode: 'proxy', targets: [target(trial.port)], percent: 100 }

  await bench.route({ canary })
  expect((await bench.ask()).body).toBe('trial')
  await bench.route({ canary: { ...canary, percent: 0 } })
  expect((await bench.ask()).body).toBe('answer 2')
  await bench.route({ canary: undefined })
  expect((await bench.ask()).body).toBe('answer 1')
  await bench.route({ release: 'v2' })
  expect((await bench.ask()).body).toBe('answer 3')
})

test('a request that wakes an app and gets the release on trial is kept for neither', async () => {
  const bench = await CacheBench.start()
  const trial = await httpBackend((_, response) => {
    response.writeHead(200, PUBLIC)
    response.end('trial')
  })
  bench.answers(PUBLIC)
  const asleep: Partial<Route> = { mode: 'wake' }
  await bench.route(asleep)
  const waiting = bench.ask()
  await waitFor(async () => (await bench.edge.countersOf('v1')).inFlight === 1)
  const canary: Canary = { release: 'v2', mode: 'proxy', targets: [target(trial.port)], percent: 100 }

  await bench.route({ mode: 'proxy', canary })
  expect((await waiting).body).toBe('trial')
  await bench.route({ canary: undefined })

  expect((await bench.ask()).body).toBe('answer 1')
})

test('what one app said is not given out by another that took over its host and path', async () => {
  const bench = await CacheBench.start()
  bench.answers(PUBLIC)
  await bench.ask()

  await bench.route({ appId: 'app_2' })

  expect((await bench.ask()).body).toBe('answer 2')
})

test('a path that reaches the app as another one is asked anew', async () => {
  const bench = await CacheBench.start()
  bench.answers(PUBLIC)
  await bench.route({ pathPrefix: '/api' })
  await bench.ask({ path: '/api/a' })

  await bench.route({ stripPrefix: true })

  expect((await bench.ask({ path: '/api/a' })).body).toBe('answer 2')
  expect(bench.seen.map(({ url }) => url)).toEqual(['/api/a', '/a'])
})

test('spellings of a path are stored apart, as apps may tell them apart', async () => {
  const bench = await CacheBench.start()
  bench.answers(PUBLIC)
  const paths = ['/a', '/%61', '//a', '/A', '/a;x', '/a?', '/x/../a']

  const bodies = []
  for (const path of [...paths, ...paths]) bodies.push((await bench.ask({ path })).body)

  const expected = paths.map((_, index) => `answer ${index + 1}`)
  expect(bodies).toEqual([...expected, ...expected])
})

test('HEAD is answered from what a GET brought, and brings nothing itself', async () => {
  const bench = await CacheBench.start()
  bench.answers(PUBLIC)

  await bench.ask({ method: 'HEAD' })
  const first = await bench.ask()
  const head = await bench.ask({ method: 'HEAD' })

  expect(bench.seen.map(({ method }) => method)).toEqual(['HEAD', 'GET'])
  expect([head.status, head.body, head.headers['content-length']]).toEqual([
    200,
    '',
    String(first.body.length),
  ])
})

test('a broken rule of one app costs no other app its stored answers', async () => {
  const bench = await CacheBench.start()
  bench.answers(PUBLIC)
  await bench.ask()
  const broken = route([target(bench.port)], {
    appId: 'app_2',
    hosts: ['other.localhost'],
    cache: [{ ...STORE_ALL, path: 'no slash' }],
  })

  await bench.edge.push(route([target(bench.port)], { cache: [STORE_ALL] }), broken)

  expect((await bench.ask()).body).toBe('answer 1')
})

/** Cheaper than what the control plane writes, so that the test takes no core for seconds. */
function hashOf(password: string): string {
  const salt = Buffer.alloc(16, 7)
  const hash = scryptSync(password, salt, 32, { N: 1024, r: 8, p: 1 })
  return `scrypt$1024$8$1$${salt.toString('base64url')}$${hash.toString('base64url')}`
}
