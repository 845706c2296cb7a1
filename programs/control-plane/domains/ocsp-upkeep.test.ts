import { readFileSync } from 'node:fs'
import { ocspResponder, systemPart } from '@seaworthy/testing'
import { describe, expect, test } from 'vitest'
import { forEachStore } from '../store/for-each-store.ts'
import { testDomains } from './test-domains.ts'

const missing = await systemPart.missing('pebble', 'openssl')
const HOST = 'shop.example.com'
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

await forEachStore(({ openStore }) => {
  describe.skipIf(missing)('the word of an authority about a certificate', () => {
    async function setUp(settings: Parameters<typeof testDomains>[0]['settings'] = {}) {
      const responder = await ocspResponder({ host: HOST })
      const all = await testDomains({ store: await openStore(), settings })
      const app = await all.app('shop')
      await all.claim(app, HOST, { certificate: false })
      const { chainPem: chain, keyPem: key } = responder
      const { certificate } = await all.claims.upload(app, HOST, { chain, key, actor: 'ada' })
      const stored = async () => (await all.certificates.ofDomain(certificate.domain_id))!
      const events = async () => (await all.events.list({ appId: app.id })).items.map(({ type }) => type)
      return { ...all, responder, stored, eventTypes: events, served: () => all.edge.table.certificates[0]! }
    }

    test('is fetched once, given to the edge, and renewed at half of its life', async () => {
      const { watch, served, stored, clock } = await setUp()
      expect(served().ocspFile).toBeUndefined()

      await watch.look()

      const first = { ...served() }
      expect(readFileSync(first.ocspFile!).length).toBeGreaterThan(100)
      expect(first.ocspUntil! - clock.ms).toBeGreaterThan(3 * DAY_MS)
      const { ocsp_at: due } = await stored()
      expect(due! - clock.ms).toBeGreaterThan(DAY_MS)
      await watch.look()
      expect(served()).toEqual(first)
    })

    test('is kept until it is over when the responder is gone, and asked for again within the hour', async () => {
      const { watch, served, stored, clock, responder } = await setUp()
      await watch.look()
      const first = { ...served() }
      expect(first.ocspFile).toBeDefined()
      await responder.stop()
      clock.ms += 2.5 * DAY_MS

      await watch.look()

      expect(served()).toEqual(first)
      expect((await stored()).ocsp_at! - clock.ms).toBe(HOUR_MS)
    })

    test('is not handed on when it says that the certificate is revoked: its owner is told instead', async () => {
      const { watch, served, clock, responder, eventTypes } = await setUp()
      await watch.look()
      expect(served().ocspFile).toBeDefined()
      await responder.say('R')
      clock.ms += 2.5 * DAY_MS

      await watch.look()
      await watch.look()

      expect(served().ocspFile).toBeUndefined()
      expect((await eventTypes()).filter(type => type === 'certificate:revoked')).toHaveLength(1)
    })

    test('is not asked for at an address of the local network', async () => {
      const { watch, served, stored, clock } = await setUp({
        allowLocal: false,
        publicAddresses: ['203.0.113.7'],
      })

      await watch.look()

      expect(served().ocspFile).toBeUndefined()
      expect((await stored()).ocsp_at! - clock.ms).toBe(HOUR_MS)
    })
  })
})
