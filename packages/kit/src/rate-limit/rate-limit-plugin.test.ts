import { type FastifyInstance, fastify } from 'fastify'
import { expect, onTestFinished, test } from 'vitest'
import { createHealth } from '../health.ts'
import { hardening, secureServerOptions } from '../http/index.ts'
import { silentLogger } from '../log.ts'
import { createMetrics } from '../metrics/index.ts'
import { addressKey, memoryStore, type RateLimitRule, rateLimit, sqlStore } from './index.ts'

const BY_ADDRESS: RateLimitRule = {
  name: 'address',
  points: 3,
  windowSeconds: 60,
  key: request => addressKey(request.ip),
}

async function serve({
  rules = [BY_ADDRESS],
  store = memoryStore(),
  trustProxy = false as string[] | false,
  metrics = createMetrics(),
} = {}) {
  const app = fastify(secureServerOptions({ log: silentLogger, trustProxy })) as unknown as FastifyInstance
  onTestFinished(() => app.close())
  await app.register(hardening, { health: createHealth({ log: silentLogger }) })
  await app.register(rateLimit, { store, rules, metrics })
  app.get('/', async () => 'ok')
  return { app, metrics }
}

test('tells on each answer where the caller stands, and refuses what is too much', async () => {
  const { app, metrics } = await serve()

  const answers = []
  for (let request = 0; request < 4; request++) answers.push(await app.inject('/'))

  expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 429])
  expect(answers.map(({ headers }) => headers['ratelimit-remaining'])).toEqual(['2', '1', '0', '0'])
  const refused = answers[3]!
  expect(refused.headers).toMatchObject({
    'ratelimit-limit': '3',
    'ratelimit-policy': '3;w=60',
    'content-type': 'application/problem+json',
  })
  const waitSeconds = Number(refused.headers['retry-after'])
  expect(waitSeconds).toBeGreaterThan(50)
  expect(waitSeconds).toBeLessThanOrEqual(60)
  expect(refused.headers['ratelimit-reset']).toBe(String(waitSeconds))
  expect(refused.json()).toMatchObject({
    code: 'rate_limited',
    success: false,
    detail: expect.stringMatching(/\(address\): 3 in 1 minute are taken\. Try again in .*(second|minute)/),
  })
  expect(await metrics.render()).toContain('rate_limited_requests_total{rule="address"} 1')
})

test('a made-up X-Forwarded-For neither gives points nor takes them from others', async () => {
  const { app } = await serve()

  for (let request = 0; request < 3; request++)
    await app.inject({ url: '/', headers: { 'x-forwarded-for': `10.0.0.${request}` } })

  expect((await app.inject('/')).statusCode).toBe(429)
  expect((await app.inject({ url: '/', remoteAddress: '10.0.0.1' })).statusCode).toBe(200)
})

test('a trusted proxy tells the address of its client; what the client wrote before it counts for nothing', async () => {
  const { app } = await serve({ trustProxy: ['10.9.0.0/16', '127.0.0.1'] })
  const from = (client: string, written = '6.6.6.6') =>
    app.inject({
      url: '/',
      remoteAddress: '10.9.1.1',
      headers: { 'x-forwarded-for': `${written}, ${client}` },
    })

  for (let request = 0; request < 3; request++) await from('192.0.2.1', `7.7.7.${request}`)

  expect((await from('192.0.2.1', '7.7.7.7')).statusCode).toBe(429)
  expect((await from('192.0.2.2')).statusCode).toBe(200)
})

test('of several rules the one nearest to its end is told, and the first that refuses decides', async () => {
  const wide = { ...BY_ADDRESS, name: 'wide', points: 100 }
  const narrow = { ...BY_ADDRESS, name: 'narrow', points: 1, key: () => 'everybody' }
  const never = { ...BY_ADDRESS, name: 'never', points: 0, key: () => undefined }
  const { app, metrics } = await serve({ rules: [wide, never, narrow] })

  const first = await app.inject('/')
  const second = await app.inject('/')

  expect(first.headers).toMatchObject({ 'ratelimit-limit': '1', 'ratelimit-policy': '100;w=60, 1;w=60' })
  expect(second.statusCode).toBe(429)
  expect(await metrics.render()).toContain('{rule="narrow"} 1')
})

test('requests are answered while the store is down', async () => {
  const store = sqlStore({ dialect: 'postgres', query: () => Promise.reject(new Error('gone')) })
  const { app } = await serve({ store })

  const statuses = []
  for (let request = 0; request < 4; request++) statuses.push((await app.inject('/')).statusCode)

  expect(statuses).toEqual([200, 200, 200, 429])
})

test('a request that no rule is about says nothing of limits', async () => {
  const { app } = await serve({ rules: [{ ...BY_ADDRESS, key: () => undefined }] })

  const { headers } = await app.inject('/')

  expect(Object.keys(headers).filter(name => name.startsWith('ratelimit'))).toEqual([])
})

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['64:ff9b::192.0.2.7', '64:ff9b:0:0::/64'],
  ['', ''],
])('the address %s counts as %s', (address, expected) => {
  expect(addressKey(address)).toBe(expected)
})
