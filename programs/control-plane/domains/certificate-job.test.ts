import { X509Certificate } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { systemPart, waitFor } from '@seaworthy/testing'
import { describe, expect, test } from 'vitest'
import { forEachStore } from '../store/for-each-store.ts'
import { orderOf, problemOf, stepsOf } from './domain-settings.ts'
import { type TestDomainOptions, testDomain } from './test-domains.ts'

const missing = await systemPart.missing('pebble', 'openssl')
const HOST = 'shop.example.com'

await forEachStore(({ openStore }) => {
  describe.skipIf(missing)('the certificate of a domain', () => {
    const setUp = async (options: Omit<TestDomainOptions, 'store'> = {}) =>
      testDomain(HOST, { store: await openStore(), ...options })

    test('comes with the claim, and is given to the edge as a file that only the platform can read', async () => {
      const { claim, ownApp, run, edge, row, eventTypes, certificates } = await setUp()
      const domain = await claim(ownApp, HOST)

      await run(domain)

      const file = edge.fileOf(HOST)!
      expect(statSync(file).mode & 0o777).toBe(0o600)
      const pem = readFileSync(file, 'utf8')
      expect(pem).toContain('PRIVATE KEY')
      expect(new X509Certificate(pem).subjectAltName).toBe(`DNS:${HOST}`)
      expect(edge.table.challenges).toEqual([])
      expect(edge.table.byApp.get(ownApp.id)).toEqual([
        {
          host: HOST,
          https: { redirect: true, hstsMaxAgeSeconds: 31_536_000, hstsIncludeSubdomains: false },
        },
      ])
      expect(stepsOf(await row()).map(({ name, state }) => `${name} ${state}`)).toEqual([
        'dns ok',
        'reach ok',
        'caa ok',
        'order ok',
        'certificate ok',
      ])
      expect(await eventTypes()).toEqual(expect.arrayContaining(['domain:added', 'certificate:issued']))
      expect((await certificates.ofDomain(domain.id))!.key_json).not.toContain('PRIVATE')
    })

    test('is renewed once two thirds of its life are over, and the old one is served until then', async () => {
      const { claim, ownApp, run, edge, clock, certificates, watch, jobs, eventTypes } = await setUp()
      const domain = await claim(ownApp, HOST)
      await run(domain)
      const first = edge.fileOf(HOST)!
      const { renew_at, not_before, not_after } = (await certificates.ofDomain(domain.id))!
      expect(renew_at).toBeCloseTo(not_before + ((not_after - not_before) * 2) / 3, -6)

      await run(domain)
      expect(edge.fileOf(HOST)).toBe(first) // not due yet
      clock.ms = renew_at! + 1
      await watch.look()
      expect((await jobs.list({ kind: 'certificate' })).items).not.toHaveLength(0)
      await run(domain)

      expect(edge.fileOf(HOST)).not.toBe(first)
      expect(readFileSync(first, 'utf8')).toContain('CERTIFICATE') // workers may still read it
      expect(await eventTypes()).toContain('certificate:renewed')
    })

    test('is tried again later and later while the authority is away, and what is served stays', async () => {
      const { claim, ownApp, run, row, clock, pebble, edge, eventTypes } = await setUp()
      const domain = await claim(ownApp, HOST)
      await run(domain)
      const served = edge.fileOf(HOST)
      await pebble.stop()
      const delays: number[] = []

      for (let attempt = 0; attempt < 3; attempt++) {
        await run(domain, true)
        delays.push((await row()).retry_at! - clock.now())
      }

      expect(delays).toEqual([45_000, 90_000, 180_000])
      expect(problemOf(await row())!.code).toBe('acme_unreachable')
      expect(edge.fileOf(HOST)).toBe(served)
      expect((await eventTypes()).filter(type => type === 'certificate:failed')).toHaveLength(1)
      await pebble.begin() // has forgotten the account
      await run(domain)
      expect(edge.fileOf(HOST)).not.toBe(served)
    })

    test('a job that was killed goes on with the same order and key', async () => {
      const { claim, ownApp, run, row, domains, certificates, files, edge } = await setUp()
      const domain = await claim(ownApp, HOST)
      const ensure = files.ensure.bind(files)
      let killedWith = ''
      files.ensure = async () => {
        throw new Error('killed')
      }
      await run(domain) // the order is valid by now, and its certificate was not stored
      expect(await certificates.ofDomain(domain.id)).toBeUndefined()
      const order = orderOf(await row())
      killedWith = order?.url ?? ''
      expect(killedWith).not.toBe('')

      files.ensure = ensure
      const asked: string[] = []
      const write = domains.writeOrder.bind(domains)
      domains.writeOrder = async (id, next) => {
        if (next?.url && next.url !== killedWith) asked.push(next.url)
        await write(id, next)
      }
      await run(domain)

      expect(asked).toEqual([])
      expect(edge.fileOf(HOST)).toBeDefined()
    })

    test('is asked for once, though two control planes look at the same moment', async () => {
      const { claim, ownApp, front, compose, work, watch, edge } = await setUp({ withFront: true })
      const second = compose()
      await claim(ownApp, HOST)

      work()
      work(second)
      await Promise.all([watch.look(), second.watch.look(), watch.look(), second.watch.look()])
      await waitFor(() => edge.fileOf(HOST) !== undefined, { what: 'the certificate' })

      expect(front.orders).toBe(1)
    })
  })
})
