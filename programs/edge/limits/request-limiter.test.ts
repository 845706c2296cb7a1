import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLimitMemory, RequestLimiter, WINDOWS } from './request-limiter.ts'

const SHOP = 'app_1'
const ANA = '192.0.2.1'

function limiter(startsAt = 1_000_000_000) {
  const clock = { now: startsAt }
  return { clock, limiter: new RequestLimiter({ memory: createLimitMemory(), now: () => clock.now }) }
}

function takeMany(requests: RequestLimiter, count: number, perMinute: number): number {
  return Array.from({ length: count }, () => requests.take(SHOP, ANA, perMinute)).filter(
    ({ allowed }) => allowed,
  ).length
}

test('as many requests as the limit says get through, and a refused one is told when to come again', () => {
  const { limiter: requests } = limiter()

  expect(takeMany(requests, 25, 10)).toBe(10)
  expect(requests.take(SHOP, ANA, 10)).toEqual({ allowed: false, retryAfterSeconds: 65 })
})

test('who comes again when told gets through', () => {
  const { limiter: requests, clock } = limiter()
  takeMany(requests, 10, 10)
  clock.now += 7_000
  const refused = requests.take(SHOP, ANA, 10) as { retryAfterSeconds: number }

  clock.now += refused.retryAfterSeconds * 1000
  expect(requests.take(SHOP, ANA, 10)).toEqual({ allowed: true })
})

test('addresses and apps are counted apart, and the addresses of one IPv6 network together', () => {
  const { limiter: requests } = limiter()
  takeMany(requests, 10, 10)

  expect(requests.take(SHOP, '192.0.2.2', 10)).toEqual({ allowed: true })
  expect(requests.take('app_2', ANA, 10)).toEqual({ allowed: true })
  expect(requests.take(SHOP, '2001:db8::1', 1)).toEqual({ allowed: true })
  expect(requests.take(SHOP, '2001:db8:0:0:ffff::2', 1).allowed).toBe(false)
  expect(requests.take(SHOP, '2001:db8:0:1::1', 1)).toEqual({ allowed: true })
})

test('in no sixty seconds more than the limit get through, whenever requests come', () => {
  const waits = fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 20, maxLength: 120 })
  fc.assert(
    fc.property(waits, fc.integer({ min: 1, max: 8 }), (pauses, perMinute) => {
      const { limiter: requests, clock } = limiter()
      const passed: number[] = []
      for (const pause of pauses) {
        clock.now += pause
        if (requests.take(SHOP, ANA, perMinute).allowed) passed.push(clock.now)
      }
      for (const at of passed) {
        const within = passed.filter(other => other >= at && other < at + 60_000)
        expect(within.length).toBeLessThanOrEqual(perMinute)
      }
    }),
  )
})

test('a quiet client has its whole limit again after 65 seconds', () => {
  const { limiter: requests, clock } = limiter()
  takeMany(requests, 10, 10)

  clock.now += 65_000
  expect(takeMany(requests, 20, 10)).toBe(10)
})

test('threads that count at the same time never let more through together, nor much less', async () => {
  const memory = createLimitMemory()
  const source = `
    const { workerData, parentPort } = require('node:worker_threads')
    import(workerData.module).then(({ RequestLimiter }) => {
      const limiter = new RequestLimiter({ memory: workerData.memory, now: () => 1000000000 })
      let allowed = 0
      for (let i = 0; i < 20000; i++) if (limiter.take('app_1', '192.0.2.1', 10000).allowed) allowed++
      parentPort.postMessage(allowed)
    })`
  const module = new URL('./request-limiter.ts', import.meta.url).href
  const workers = Array.from(
    { length: 3 },
    () => new Worker(source, { eval: true, workerData: { memory, module } }),
  )

  const counts = await Promise.all(workers.map(async worker => (await once(worker, 'message'))[0] as number))
  await Promise.all(workers.map(worker => worker.terminate()))

  const together = counts.reduce((sum, count) => sum + count, 0)
  expect(together).toBeLessThanOrEqual(10_000)
  expect(together).toBeGreaterThan(9_990)
})

test('a flood of addresses stays within the memory and pushes out who asked longest ago', () => {
  const { limiter: requests, clock } = limiter()
  for (let index = 0; index < WINDOWS * 1.2; index++) {
    if (index % 10_000 === 0) clock.now += 5_000
    requests.take(SHOP, `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`, 1)
  }

  takeMany(requests, 10, 10)
  expect(requests.take(SHOP, ANA, 10).allowed).toBe(false)
})
