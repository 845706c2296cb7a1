import { httpBackend, redisServer, systemPart, waitFor } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { route, TestEdge, target } from '../test/edge-harness.ts'
import { createLimitMemory, RequestLimiter } from './request-limiter.ts'
import { type RateStore, SharedRates } from './shared-rates.ts'

test('two edges count together, fall back to their own counts while the store is away, and come back', {
  timeout: 60_000,
}, async ({ skip }) => {
  skip(await systemPart.missing('redis'))
  const redis = await redisServer()
  const app = await httpBackend()
  const env = { SEAWORTHY_EDGE_REDIS_URL: redis.url }
  const edges = [await TestEdge.start({ env }), await TestEdge.start({ env })] as const
  const limited = (appId: string, perMinute: number) =>
    route([target(app.port)], {
      appId,
      hosts: [`${appId}.localhost`],
      release: appId,
      limits: { requestsPerMinutePerIp: perMinute },
    })
  for (const edge of edges) await edge.push(limited('warm', 1_000_000), limited('one', 20), limited('two', 5))
  const passed = async (host: string, count: number) => {
    const replies = await Promise.all(
      Array.from({ length: count }, (_, index) => edges[index % 2]!.ask({ host: `${host}.localhost` })),
    )
    for (const { status, headers } of replies)
      if (status === 429) expect(Number(headers['retry-after'])).toBeGreaterThan(0)
    return replies.filter(({ status }) => status === 200).length
  }
  // Each thread connects for itself; from then on every request is counted there.
  await waitFor(async () => {
    const before = await countedOf(redis.url, 'warm')
    await passed('warm', 32)
    return (await countedOf(redis.url, 'warm')) === before + 32
  })

  expect(await passed('one', 60)).toBe(20)

  await redis.stop()
  await waitFor(async () => {
    await passed('warm', 8)
    return edges.every(edge => edge.output.includes('redis is away'))
  })
  expect(await passed('two', 40)).toBe(10)
  expect(edges[0].output.match(/redis is away/g)).toHaveLength(1)

  await redis.start()
  await waitFor(
    async () => {
      await passed('warm', 8)
      return edges.every(edge => edge.output.includes('redis is back'))
    },
    { timeoutMs: 30_000 },
  )
})

test('who is refused by the store is refused again without asking it, and what it refused is not counted here', async () => {
  const { rates, asked, clock, local } = setUp({
    take: async () => ({ allowed: false, retryAfterSeconds: 30 }),
  })

  expect(await rates.take('app_1', '192.0.2.1', 3)).toEqual({ allowed: false, retryAfterSeconds: 30 })
  for (let again = 0; again < 10; again++)
    expect(await rates.take('app_1', '192.0.2.1', 3)).toMatchObject({ allowed: false })

  expect(asked).toEqual({ count: 1 })
  clock.now += 1_001
  await rates.take('app_1', '192.0.2.1', 3)
  expect(asked).toEqual({ count: 2 })
  expect(local.take('app_1', '192.0.2.1', 1)).toEqual({ allowed: true })
})

test('a store that does not answer in time is left alone for a while, and told of once', async () => {
  const { rates, asked, told, clock } = setUp({ take: () => new Promise(() => undefined) })

  expect(await rates.take('app_1', '192.0.2.1', 3)).toEqual({ allowed: true })
  expect(await rates.take('app_1', '192.0.2.2', 3)).toEqual({ allowed: true })
  expect(asked).toEqual({ count: 1 })
  expect(told).toEqual([true])

  clock.now += 2_001
  await rates.take('app_1', '192.0.2.3', 3)
  expect(asked).toEqual({ count: 2 })
})

function setUp({ take }: Pick<RateStore, 'take'>) {
  const clock = { now: 1_000_000_000 }
  const asked = { count: 0 }
  const told: boolean[] = []
  const now = () => clock.now
  const local = new RequestLimiter({ memory: createLimitMemory(), now })
  const store: RateStore = {
    isReady: true,
    take: (...parameters) => {
      asked.count++
      return take(...parameters)
    },
  }
  const rates = new SharedRates({ local, store, onStoreChanged: isAway => told.push(isAway), now })
  return { rates, asked, told, clock, local }
}

/** Requests of 127.0.0.1 that the store has seen in the last minute. */
async function countedOf(url: string, scope: string): Promise<number> {
  const { Redis } = await import('ioredis')
  const client = new Redis(url)
  try {
    const parts = await client.hvals(`seaworthy:rate:${scope} 127.0.0.1`)
    return parts.reduce((sum, count) => sum + Number(count), 0)
  } finally {
    client.disconnect()
  }
}
