/** RFC 9111 as a table: what a shared cache may keep, and when it may use it, each through a real edge and server. */
import { beforeEach, describe, expect, test } from 'vitest'
import { CacheBench, secondsAgo } from './cache-test-bench.ts'

let bench: CacheBench
beforeEach(async () => {
  bench = await CacheBench.start()
})

type Headers = Record<string, string>
/** What the app answers, how it is asked twice, and whether the second answer comes out of the cache. */
type Case = [
  title: string,
  answer: Headers | { status: number; headers: Headers },
  second: 'hit' | 'miss',
  first?: Headers,
  again?: Headers,
]

const FRESH = { 'cache-control': 'max-age=60' }
const hour = () => secondsAgo(-3_600)

const STORING: Case[] = [
  ['3: max-age', FRESH, 'hit'],
  ['3: s-maxage', { 'cache-control': 's-maxage=60' }, 'hit'],
  ['5.3: Expires in the future', { expires: hour() }, 'hit'],
  ['5.3: Expires that is no date has passed', { expires: '0' }, 'miss'],
  ['5.3: Expires in the past', { expires: secondsAgo(10) }, 'miss'],
  ['4.2.1: max-age before Expires', { ...FRESH, expires: secondsAgo(10) }, 'hit'],
  ['4.2.1: s-maxage before max-age', { 'cache-control': 'max-age=60, s-maxage=0' }, 'miss'],
  ['4.2.1: the first of two', { 'cache-control': 'max-age=0, max-age=60' }, 'miss'],
  ['4.2.1: what is no number is stale', { 'cache-control': 'max-age=60x' }, 'miss'],
  ['5.2: directives in any case', { 'cache-control': 'MAX-AGE=60' }, 'hit'],
  ['5.2: numbers in quotes', { 'cache-control': 'max-age="60"' }, 'hit'],
  ['5.2: unknown directives are ignored', { 'cache-control': 'max-age=60, a="no-store, b", c=1' }, 'hit'],
  ['4.2.2: nothing said, no rule of thumb', { 'last-modified': secondsAgo(1e6) }, 'miss'],
  ['5.2.2.5: no-store', { 'cache-control': 'max-age=60, no-store' }, 'miss'],
  ['5.2.2.7: private', { 'cache-control': 'max-age=60, private' }, 'miss'],
  ['5.2.2.7: private with field names', { 'cache-control': 'max-age=60, private="x"' }, 'miss'],
  ['5.2.2.4: no-cache', { 'cache-control': 'max-age=60, no-cache' }, 'miss'],
  ['4.1: Vary: *', { ...FRESH, vary: '*' }, 'miss'],
  [
    '4.1: the same in the fields that Vary names',
    { ...FRESH, vary: 'X-A' },
    'hit',
    { 'x-a': '1, 2' },
    { 'x-a': '1,2' },
  ],
  [
    '4.1: another in a field that Vary names',
    { ...FRESH, vary: 'X-A' },
    'miss',
    { 'x-a': '1' },
    { 'x-a': '2' },
  ],
  ['4.1: a missing field is not an empty one', { ...FRESH, vary: 'X-A' }, 'miss', {}, { 'x-a': '' }],
  ['4.1: other fields may differ', { ...FRESH, vary: 'X-A' }, 'hit', { 'x-b': '1' }, { 'x-b': '2' }],
  ['3.5: Authorization', FRESH, 'miss', { authorization: 'a' }, { authorization: 'a' }],
  ['3.5: public', { 'cache-control': 'public, max-age=60' }, 'hit', { authorization: 'a' }],
  ['3.5: s-maxage', { 'cache-control': 's-maxage=60' }, 'hit', { authorization: 'a' }],
  ['3.5: must-revalidate', { 'cache-control': 'max-age=60, must-revalidate' }, 'hit', { authorization: 'a' }],
  ['7.3: Set-Cookie', { ...FRESH, 'set-cookie': 'a=1' }, 'miss'],
  ['7.3: Set-Cookie, even public', { 'cache-control': 'public, max-age=60', 'set-cookie': 'a=1' }, 'miss'],
  ['5.2.1.5: a request with no-store', FRESH, 'miss', { 'cache-control': 'no-store' }],
  ['4.2.3: Age', { ...FRESH, age: '61' }, 'miss'],
  ['4.2.3: an old Date', { ...FRESH, date: secondsAgo(61) }, 'miss'],
  ['4.2.3: a Date of the future', { ...FRESH, date: secondsAgo(-100) }, 'hit'],
  ['3: 404 with a lifetime', { status: 404, headers: FRESH }, 'hit'],
  ['3: 301 with a lifetime', { status: 301, headers: { ...FRESH, location: '/b' } }, 'hit'],
  ['3: 302 with a lifetime', { status: 302, headers: { ...FRESH, location: '/b' } }, 'hit'],
  ['3: 204 with a lifetime', { status: 204, headers: FRESH }, 'hit'],
  ['3.3: 206', { status: 206, headers: { ...FRESH, 'content-range': 'bytes 0-7/100' } }, 'miss'],
  ['3: 500', { status: 500, headers: FRESH }, 'miss'],
  ['3: 503', { status: 503, headers: FRESH }, 'miss'],
  ['3: a status that nobody knows', { status: 299, headers: FRESH }, 'miss'],
]

const USING: Case[] = [
  ['5.2.1.4: no-cache', FRESH, 'miss', {}, { 'cache-control': 'no-cache' }],
  ['5.4: Pragma', FRESH, 'miss', {}, { pragma: 'no-cache' }],
  ['5.4: not beside Cache-Control', FRESH, 'hit', {}, { pragma: 'no-cache', 'cache-control': 'max-age=50' }],
  ['5.2.1.1: younger than max-age', { ...FRESH, age: '20' }, 'hit', {}, { 'cache-control': 'max-age=30' }],
  ['5.2.1.1: older than max-age', { ...FRESH, age: '20' }, 'miss', {}, { 'cache-control': 'max-age=10' }],
  ['5.2.1.3: fresh for min-fresh', { ...FRESH, age: '20' }, 'hit', {}, { 'cache-control': 'min-fresh=10' }],
  [
    '5.2.1.3: not fresh for min-fresh',
    { ...FRESH, age: '20' },
    'miss',
    {},
    { 'cache-control': 'min-fresh=50' },
  ],
  [
    '5.2.1.2: within max-stale',
    { ...FRESH, age: '70', etag: '"a"' },
    'hit',
    {},
    { 'cache-control': 'max-stale=20' },
  ],
  [
    '5.2.1.2: any max-stale',
    { ...FRESH, age: '999', etag: '"a"' },
    'hit',
    {},
    { 'cache-control': 'max-stale' },
  ],
  [
    '5.2.1.2: beyond max-stale',
    { ...FRESH, age: '90', etag: '"a"' },
    'miss',
    {},
    { 'cache-control': 'max-stale=20' },
  ],
  [
    '4.2.4: must-revalidate is never stale',
    { 'cache-control': 'max-age=60, must-revalidate', age: '70', etag: '"a"' },
    'miss',
    {},
    { 'cache-control': 'max-stale' },
  ],
  [
    '5.2.2.8: neither is proxy-revalidate',
    { 'cache-control': 'max-age=60, proxy-revalidate', age: '70', etag: '"a"' },
    'miss',
    {},
    { 'cache-control': 'max-stale' },
  ],
  [
    '5.2.2.10: nor, at the wish of a client, s-maxage',
    { 'cache-control': 's-maxage=60', age: '70', etag: '"a"' },
    'miss',
    {},
    { 'cache-control': 'max-stale' },
  ],
  [
    'RFC 5861: stale-while-revalidate',
    { 'cache-control': 'max-age=60, stale-while-revalidate=60', age: '70' },
    'hit',
  ],
  ['RFC 5861: not beyond it', { 'cache-control': 'max-age=60, stale-while-revalidate=5', age: '70' }, 'miss'],
]

test.each([['storing', STORING] as const, ['using', USING] as const])(
  'RFC 9111, %s',
  async (_name, cases) => {
    const outcomes: Record<string, string> = {}
    const expected: Record<string, string> = {}
    for (const [index, [title, answer, second, first = {}, again = first]] of cases.entries()) {
      const { status, headers } =
        'headers' in answer
          ? (answer as { status: number; headers: Headers })
          : { status: 200, headers: answer as Headers }
      bench.answers(headers, status)
      const path = `/${index}`
      const { body: before } = await bench.ask({ path, headers: first })
      const reply = await bench.ask({ path, headers: again })
      const isHit = String(reply.headers['cache-status']).includes('hit')
      outcomes[title] = isHit ? 'hit' : 'miss'
      expected[title] = second
      if (isHit) expect([title, reply.status, reply.body]).toEqual([title, status, before])
    }
    expect(outcomes).toEqual(expected)
  },
)

describe('what comes out of the cache', () => {
  test('says how old it is, since when, and that it was here', async () => {
    bench.answers({ 'cache-control': 'max-age=60', age: '5', date: secondsAgo(0), 'x-own': 'yes' })
    await bench.ask()

    const { headers } = await bench.ask()

    expect(Number(headers.age)).toBeGreaterThanOrEqual(5)
    expect(headers['cache-status']).toMatch(/^Seaworthy; hit; ttl=5[0-9]$/)
    expect(headers).toMatchObject({ 'x-own': 'yes', date: expect.any(String), 'content-length': '8' })
    expect(headers['x-request-id']).toMatch(/./)
  })

  test('has a date, where the app gave none', async () => {
    bench.app = (_request, response) => {
      response.sendDate = false
      response.writeHead(200, { 'cache-control': 'max-age=60' })
      response.end('undated')
    }
    await bench.ask()

    expect((await bench.ask()).headers.date).toMatch(/ GMT$/)
  })

  test('names the caches before ours', async () => {
    bench.answers({ 'cache-control': 'max-age=60', 'cache-status': 'Inner; hit' })

    expect((await bench.ask()).headers['cache-status']).toBe('Inner; hit, Seaworthy; fwd=miss; stored')
    expect((await bench.ask()).headers['cache-status']).toMatch(/^Inner; hit, Seaworthy; hit; ttl=/)
  })

  test('answers HEAD too, without asking the app', async () => {
    bench.answers({ 'cache-control': 'max-age=60' })
    await bench.ask()

    const { status, headers, body } = await bench.ask({ method: 'HEAD' })

    expect([status, body, headers['content-length'], bench.seen.length]).toEqual([200, '', '8', 1])
  })

  test('is another for another query, host, port or scheme', async () => {
    bench.answers({ 'cache-control': 'max-age=60' })
    await bench.ask({ path: '/a' })
    await bench.ask({ path: '/a?b=1' })
    await bench.ask({ path: '/a', host: 'shop.localhost:81' })

    expect(bench.seen).toHaveLength(3)
  })

  test('leaves out a cookie that the app does not want to be kept with it', async () => {
    bench.answers({ 'cache-control': 'max-age=60, no-cache="Set-Cookie"', 'set-cookie': 'a=1' })
    expect((await bench.ask()).headers['set-cookie']).toEqual(['a=1'])

    const { headers } = await bench.ask()

    expect(headers['cache-status']).toContain('hit')
    expect(headers).not.toHaveProperty('set-cookie')
  })

  test('serves all who take the same codings, however they say it', async () => {
    bench.answers({ 'cache-control': 'max-age=60', vary: 'Accept-Encoding' })
    await bench.ask({ headers: { 'accept-encoding': 'gzip, br' } })

    const same = await bench.ask({ headers: { 'accept-encoding': 'br;q=1.0,gzip;q=0.8' } })
    const other = await bench.ask({ headers: { 'accept-encoding': 'gzip' } })

    expect(same.headers['cache-status']).toContain('hit')
    expect(other.headers['cache-status']).toContain('miss')
  })

  test('is nothing where nothing is stored and nothing may be asked', async () => {
    bench.answers({ 'cache-control': 'max-age=60' })

    const { status } = await bench.ask({ headers: { 'cache-control': 'only-if-cached' } })

    expect([status, bench.seen.length]).toEqual([504, 0])
  })
})

describe('validation', () => {
  const LONG = 'x'.repeat(50)
  function validated(headers: Headers): void {
    bench.app = (request, response) => {
      const isKnown = request.headers['if-none-match'] === headers.etag && headers.etag !== undefined
      response.writeHead(isKnown ? 304 : 200, { ...headers, 'x-count': String(bench.seen.length) })
      response.end(isKnown ? undefined : LONG)
    }
  }

  test('asks the app whether a stale answer still holds, and brings its headers up to date', async () => {
    validated({ 'cache-control': 'max-age=0', etag: '"v1"' })
    await bench.ask()

    const { status, headers, body } = await bench.ask()

    expect(bench.seen[1]!.headers['if-none-match']).toBe('"v1"')
    expect([status, body, headers['x-count']]).toEqual([200, LONG, '2'])
    expect(headers['cache-status']).toBe('Seaworthy; fwd=stale; fwd-status=304')
  })

  test('gives a confirmed answer its new lifetime', async () => {
    let maxAge = 0
    bench.app = (request, response) => {
      const isKnown = request.headers['if-none-match'] === '"v1"'
      response.writeHead(isKnown ? 304 : 200, { 'cache-control': `max-age=${maxAge}`, etag: '"v1"' })
      response.end(isKnown ? undefined : LONG)
    }
    await bench.ask()
    maxAge = 60
    await bench.ask()

    expect((await bench.ask()).headers['cache-status']).toContain('hit')
    expect(bench.seen).toHaveLength(2)
  })

  test('takes the new answer where the old one holds no more', async () => {
    let tag = '"v1"'
    bench.app = (_request, response) => {
      response.writeHead(200, { 'cache-control': 'max-age=0', etag: tag })
      response.end(tag)
    }
    await bench.ask()
    tag = '"v2"'

    const { body, headers } = await bench.ask()

    expect([body, headers['cache-status']]).toEqual(['"v2"', 'Seaworthy; fwd=stale; fwd-status=200; stored'])
  })

  test('goes by Last-Modified where there is no tag', async () => {
    const modified = secondsAgo(1000)
    bench.app = (request, response) => {
      const isKnown = request.headers['if-modified-since'] === modified
      response.writeHead(isKnown ? 304 : 200, { 'cache-control': 'max-age=0', 'last-modified': modified })
      response.end(isKnown ? undefined : LONG)
    }
    await bench.ask()

    expect((await bench.ask()).headers['cache-status']).toContain('fwd-status=304')
  })

  test('of the client is answered here: lists, weak tags, stars and dates', async () => {
    const modified = secondsAgo(1000)
    bench.answers({ 'cache-control': 'max-age=60', etag: '"v1"', 'last-modified': modified, vary: 'X-A' })
    await bench.ask()
    const statusFor = async (headers: Headers) => (await bench.ask({ headers })).status

    expect(await statusFor({ 'if-none-match': '"x", W/"v1"' })).toBe(304)
    expect(await statusFor({ 'if-none-match': '*' })).toBe(304)
    expect(await statusFor({ 'if-none-match': '"x,v1"' })).toBe(200)
    expect(await statusFor({ 'if-modified-since': modified })).toBe(304)
    expect(await statusFor({ 'if-modified-since': secondsAgo(500) })).toBe(304)
    expect(await statusFor({ 'if-modified-since': secondsAgo(2000) })).toBe(200)
    expect(await statusFor({ 'if-modified-since': 'yesterday' })).toBe(200)
    expect(await statusFor({ 'if-none-match': '"x"', 'if-modified-since': modified })).toBe(200)
    expect(bench.seen).toHaveLength(1)
    const { headers, body } = await bench.ask({ headers: { 'if-none-match': '"v1"' } })
    expect(headers).toMatchObject({ etag: '"v1"', vary: 'X-A', 'cache-control': 'max-age=60' })
    expect([headers['content-length'], body]).toEqual([undefined, ''])
  })

  test('of the client that nothing is stored for still fills the cache', async () => {
    bench.answers({ 'cache-control': 'max-age=60', etag: '"v1"' })

    const { status, body } = await bench.ask({ headers: { 'if-none-match': '"v1"' } })

    expect([status, body]).toEqual([304, ''])
    expect(bench.seen[0]!.headers).not.toHaveProperty('if-none-match')
    expect((await bench.ask()).body).toBe('answer 1')
  })

  test('that would change something is left to the app', async () => {
    bench.answers({ 'cache-control': 'max-age=60', etag: '"v1"' })
    await bench.ask()

    const { headers } = await bench.ask({ headers: { 'if-match': '"v1"' } })

    expect(headers['cache-status']).toBe('Seaworthy; fwd=bypass')
    expect(bench.seen[1]!.headers['if-match']).toBe('"v1"')
  })
})

describe('parts', () => {
  test('are cut out of stored wholes', async () => {
    bench.app = (_request, response) => {
      response.writeHead(200, { 'cache-control': 'max-age=60', etag: '"v1"' })
      response.end('0123456789')
    }
    await bench.ask()
    const part = async (range: string, more: Headers = {}) => {
      const { status, headers, body } = await bench.ask({ headers: { range, ...more } })
      return [status, headers['content-range'], body]
    }

    expect(await part('bytes=2-4')).toEqual([206, 'bytes 2-4/10', '234'])
    expect(await part('bytes=-3')).toEqual([206, 'bytes 7-9/10', '789'])
    expect(await part('bytes=8-')).toEqual([206, 'bytes 8-9/10', '89'])
    expect(await part('bytes=10-')).toEqual([416, 'bytes */10', ''])
    expect(await part('bytes=0-1,4-5')).toEqual([200, undefined, '0123456789'])
    expect(await part('bytes=2-4', { 'if-range': '"v1"' })).toEqual([206, 'bytes 2-4/10', '234'])
    expect(await part('bytes=2-4', { 'if-range': 'W/"v1"' })).toEqual([200, undefined, '0123456789'])
    expect(await part('bytes=2-4', { 'if-range': '"v2"' })).toEqual([200, undefined, '0123456789'])
    expect(bench.seen).toHaveLength(1)
  })

  test('that are not stored come from the app, and are not kept', async () => {
    bench.app = (request, response) => {
      const isPart = request.headers.range !== undefined
      response.writeHead(isPart ? 206 : 200, {
        'cache-control': 'max-age=60',
        ...(isPart ? { 'content-range': 'bytes 0-0/2' } : {}),
      })
      response.end(isPart ? 'a' : 'ab')
    }

    expect((await bench.ask({ headers: { range: 'bytes=0-0' } })).body).toBe('a')
    expect((await bench.ask()).body).toBe('ab')
    expect(bench.seen).toHaveLength(2)
  })
})

describe('changes', () => {
  test.each(['POST', 'PUT', 'DELETE', 'PATCH'])('by %s end what is stored', async method => {
    bench.answers({ 'cache-control': 'max-age=60' })
    await bench.ask({ path: '/a' })
    await bench.ask({ path: '/b' })
    await bench.ask({ path: '/c' })
    bench.answers({ location: '/b', 'content-location': 'http://elsewhere.example/c' }, 201)
    await bench.ask({ path: '/a', method })

    bench.answers({ 'cache-control': 'max-age=60' })
    const isHit = async (path: string) =>
      String((await bench.ask({ path })).headers['cache-status']).includes('hit')
    expect([await isHit('/a'), await isHit('/b'), await isHit('/c')]).toEqual([false, false, true])
  })

  test('that the app refused leave it', async () => {
    bench.answers({ 'cache-control': 'max-age=60' })
    await bench.ask()
    bench.answers({}, 403)
    await bench.ask({ method: 'POST' })

    expect((await bench.ask()).headers['cache-status']).toContain('hit')
  })
})
