import { readFileSync, writeFileSync } from 'node:fs'
import { systemPart } from '@seaworthy/testing'
import { describe, expect, test } from 'vitest'
import { problemOf } from './domain-settings.ts'
import { testDomain } from './test-domains.ts'

const missing = await systemPart.missing('pebble', 'openssl')
const HOST = 'shop.example.com'
const call = (host: string) => ({ type: 'certificate-missing' as const, host })

describe.skipIf(missing)('the edge calls', () => {
  async function setUp() {
    const all = await testDomain(HOST, { withFront: true, pebble: { defaultAddress: '' } })
    const queued = async () =>
      (await all.jobs.list({ kind: 'certificate', state: 'queued', limit: 100 })).items.length
    const cancelAll = async () => {
      for (const { id } of (await all.jobs.list({ kind: 'certificate', limit: 100 })).items)
        await all.jobs.cancel(id)
    }
    return { ...all, queued, cancelAll }
  }

  test('for a domain whose DNS was mended: its certificate is got at once, and not when the wait is over', async () => {
    const { claim, ownApp, run, row, calls, clock, pebble, edge, queued, cancelAll } = await setUp()
    const domain = await claim(ownApp, HOST)
    for (let attempt = 0; attempt < 4; attempt++) await run(domain)
    expect((await row()).retry_at! - clock.now()).toBeGreaterThan(5 * 60_000)
    await cancelAll()
    await pebble.dns.setAddresses(HOST, '127.0.0.1')

    await calls.answer(call(HOST))
    expect((await row()).retry_at).toBe(clock.now())
    expect(await queued()).toBe(1)
    await run(domain)

    expect(edge.fileOf(HOST)).toBeDefined()
  })

  test('for a name that nobody claimed, or that an authority refused: nobody is asked', async () => {
    const { claim, ownApp, run, row, calls, pebble, front, queued, cancelAll } = await setUp()
    const body = { type: 'urn:ietf:params:acme:error:rateLimited', detail: 'too many' }
    front.answerOnce(/^\/order-plz/, { status: 429, headers: { 'retry-after': '7200' }, body })
    await pebble.dns.setAddresses(HOST, '127.0.0.1')
    const domain = await claim(ownApp, HOST)
    await run(domain)
    await cancelAll()
    const retryAt = (await row()).retry_at
    const asked = front.asked.length

    for (const host of ['stranger.example.net', HOST, 'shop.apps.example.net']) await calls.answer(call(host))

    expect(problemOf(await row())!.code).toBe('acme_rate_limited')
    expect((await row()).retry_at).toBe(retryAt)
    expect(await queued()).toBe(0)
    expect(front.asked).toHaveLength(asked)
  })

  test('often: a domain is begun once a minute, and twenty of all', async () => {
    const { claim, ownApp, run, calls, clock, queued, cancelAll } = await setUp()
    const hosts = Array.from({ length: 22 }, (_, number) => `shop${number}.example.com`)
    for (const host of hosts) await run(await claim(ownApp, host))
    await cancelAll()

    for (const host of [...hosts, ...hosts]) await calls.answer(call(host))
    expect(await queued()).toBe(20)
    clock.ms += 60_000
    await calls.answer(call(hosts.at(-1)!))

    expect(await queued()).toBe(21)
  })

  test('for a file that is broken: it is written anew, and nothing beside it', async () => {
    const { claim, ownApp, run, calls, pebble, edge, directory } = await setUp()
    await pebble.dns.setAddresses(HOST, '127.0.0.1')
    await run(await claim(ownApp, HOST))
    const file = edge.fileOf(HOST)!
    const [good, elsewhere] = [readFileSync(file, 'utf8'), `${directory}/../elsewhere.pem`]
    for (const path of [file, elsewhere]) writeFileSync(path, 'damaged')

    for (const path of [file, elsewhere])
      await calls.answer({ type: 'certificate-broken', file: path, hosts: [HOST], reason: 'no key' })

    expect(readFileSync(file, 'utf8')).toBe(good)
    expect(readFileSync(elsewhere, 'utf8')).toBe('damaged')
  })
})
