import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { silentLogger } from '@seaworthy/kit'
import { redisStore } from '@seaworthy/kit/rate-limit'
import { createPostgresDatabase, redisServer, systemPart } from '@seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'
import { openDatabase } from '../store/database.ts'
import { databaseRateLimitStore } from './rate-limit-stores.ts'
import { signInOwner, startTestControlPlane, type TestControlPlane } from './test-control-plane.ts'

/** The statuses of so many requests, one after the other. */
async function statuses(
  { url }: Pick<TestControlPlane, 'url'>,
  count: number,
  { path = '/api/v1/setup', ...init }: RequestInit & { path?: string } = {},
): Promise<number[]> {
  const all = []
  for (let request = 0; request < count; request++) all.push((await fetch(url + path, init)).status)
  return all
}

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

test('who is not signed in is counted by address, whoever they say to be and whatever they send', async () => {
  const platform = await startTestControlPlane({ rateLimits: { anonymousRequestsPerMinute: 4 } })
  const { token } = await signInOwner(platform)

  expect(await statuses(platform, 1)).toEqual([200])
  expect(await statuses(platform, 1, { headers: { 'x-forwarded-for': '6.6.6.6' } })).toEqual([200])
  expect(await statuses(platform, 1, bearer('swt_made_up'))).toEqual([200])
  expect(await statuses(platform, 1, { path: '/api/v1/apps' })).toEqual([401])
  const refused = await fetch(`${platform.url}/api/v1/setup`, { headers: { 'x-forwarded-for': '7.7.7.7' } })

  expect(refused.status).toBe(429)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(await refused.json()).toMatchObject({ code: 'rate_limited' })
  expect(await statuses(platform, 2, { path: '/api/v1/apps', ...bearer(token) })).toEqual([200, 200])
  expect(await statuses(platform, 2, { path: '/live' })).toEqual([200, 200])
  expect(await fetch(`${platform.url}/metrics`, bearer(token)).then(it => it.text())).toContain(
    'rate_limited_requests_total{rule="anonymous"} 1',
  )
})

test.each([
  ['with letters in percent-encoding', '/%61pi/v1/apps'],
  ['in absolute form', 'http://127.0.0.1/api/v1/apps'],
])('an address that is written %s counts like any other', async (_, path) => {
  const platform = await startTestControlPlane({
    rateLimits: { requestsPerMinute: 2, anonymousRequestsPerMinute: 1 },
  })
  const { token } = await signInOwner(platform)
  const asOwner = { authorization: `Bearer ${token}` }
  const ask = (headers?: Record<string, string>) => statusOf(platform, path, headers)

  expect([await ask(), await ask()]).toEqual([401, 429])
  expect([await ask(asOwner), await ask(asOwner), await ask(asOwner)]).toEqual([200, 200, 429])
  const owner = await platform.store.db.selectFrom('user').select('id').executeTakeFirstOrThrow()
  expect(await platform.meter.usedToday({ kind: 'user', id: owner.id })).toBe(2)
})

/** The path goes out as it is: `fetch` would write it in the usual way. */
async function statusOf(
  { url }: Pick<TestControlPlane, 'url'>,
  path: string,
  headers: Record<string, string> = {},
): Promise<number> {
  const { port } = new URL(url)
  const asked = request({ host: '127.0.0.1', port, path, headers, agent: false }).end()
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  response.resume()
  return response.statusCode!
}

test('behind a trusted proxy each client is counted for itself', async () => {
  const platform = await startTestControlPlane({
    rateLimits: { anonymousRequestsPerMinute: 1 },
    trustedProxies: ['127.0.0.0/8'],
  })
  const from = (address: string) => ({ headers: { 'x-forwarded-for': `1.1.1.1, ${address}` } })

  expect(await statuses(platform, 2, from('192.0.2.1'))).toEqual([200, 429])
  expect(await statuses(platform, 1, from('192.0.2.2'))).toEqual([200])
  expect(await statuses(platform, 2, from('2001:db8::1'))).toEqual([200, 429])
  expect(await statuses(platform, 1, from('2001:db8::2'))).toEqual([429])
  expect(await statuses(platform, 1, from('2001:db8:0:1::1'))).toEqual([200])
})

test('a person and each of their tokens have a count of their own; the socket file has none', async () => {
  const platform = await startTestControlPlane({ rateLimits: { requestsPerMinute: 2 } })
  const { token, client } = await signInOwner(platform)
  const { secret } = await client.call('tokens.create', { body: { name: 'ci', scopes: ['read'] } })

  expect(await statuses(platform, 2, { path: '/api/v1/apps', ...bearer(token) })).toEqual([200, 429])
  expect(await statuses(platform, 3, { path: '/api/v1/apps', ...bearer(secret) })).toEqual([200, 200, 429])
  for (let request = 0; request < 5; request++) await platform.local.call('apps.list')
})

test('uploads are counted by person, whatever token brings them', async () => {
  const platform = await startTestControlPlane({ rateLimits: { uploadsPerMinute: 2 } })
  const { token } = await signInOwner(platform)
  await platform.apps.create({ slug: 'shop' })
  const upload = async () => {
    const body = new FormData()
    body.append('archive', new Blob(['x']), 'a.zip')
    const path = `${platform.url}/api/v1/apps/shop/deployments`
    return (await fetch(path, { method: 'POST', body, ...bearer(token) })).status
  }

  expect([await upload(), await upload(), await upload()]).toEqual([202, 202, 429])
  expect(platform.deployments.archives).toHaveLength(2)
})

test.skipIf(await systemPart.missing('postgresql'))(
  'two servers on one PostgreSQL share their counts',
  async () => {
    const { url } = await createPostgresDatabase()
    const serve = async () => {
      const store = await openDatabase({ url, log: silentLogger })
      onTestFinished(() => store.close())
      const rateLimitStore = databaseRateLimitStore(store)
      return startTestControlPlane({ rateLimitStore, rateLimits: { anonymousRequestsPerMinute: 5 } })
    }
    const [first, second] = [await serve(), await serve()]

    const all = (await Promise.all([statuses(first, 6), statuses(second, 6)])).flat()

    expect(all.filter(status => status === 200)).toHaveLength(5)
    expect(all.filter(status => status === 429)).toHaveLength(7)
  },
)

test.skipIf(await systemPart.missing('redis'))(
  'two servers share their counts in Redis, and answer without it',
  async () => {
    const redis = await redisServer()
    const serve = async () => {
      const rateLimitStore = await redisStore({ url: redis.url, log: silentLogger })
      onTestFinished(() => rateLimitStore.close())
      await rateLimitStore.connected()
      const rateLimits = { anonymousRequestsPerMinute: 5 }
      return startTestControlPlane({ rateLimitStore, rateLimits, trustedProxies: ['127.0.0.1'] })
    }
    const [first, second] = [await serve(), await serve()]

    const all = (await Promise.all([statuses(first, 6), statuses(second, 6)])).flat()

    expect(all.filter(status => status === 200)).toHaveLength(5)
    await redis.stop()
    const another = { headers: { 'x-forwarded-for': '192.0.2.9' } }
    expect(await statuses(first, 6, another)).toEqual([200, 200, 200, 200, 200, 429])
  },
)
