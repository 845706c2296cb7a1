import { X509Certificate } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { bindServer, systemPart } from '@seaworthy/testing'
import { describe, expect, test } from 'vitest'
import { forEachStore } from '../store/for-each-store.ts'
import { orderOf, problemOf, stepsOf } from './domain-settings.ts'
import { testDomains } from './test-domains.ts'

const missing = await systemPart.missing('pebble', 'openssl')
const HOST = 'shop.example.com'
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

await forEachStore(({ openStore }) => {
  describe.skipIf(missing)('the certificate of a domain', () => {
    async function setUp(options: Omit<Parameters<typeof testDomains>[0], 'store'> = {}) {
      const all = await testDomains({ store: await openStore(), ...options })
      const app = await all.app('shop')
      const row = async () => (await all.domains.get(app, HOST))!
      const eventTypes = async () => (await all.events.list({ appId: app.id })).items.map(({ type }) => type)
      return { ...all, ownApp: app, row, eventTypes }
    }

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

    test('is proved over TLS where port 80 does not lead here', async () => {
      const { claim, ownApp, run, edge, row } = await setUp({ settings: { acmeHttpPort: 1 } })
      const domain = await claim(ownApp, HOST)

      await run(domain)

      expect(edge.fileOf(HOST)).toBeDefined()
      expect(stepsOf(await row()).find(({ name }) => name === 'reach')).toMatchObject({ state: 'warning' })
    })

    test('of a wildcard is proved in DNS, by the driver of the domain', async () => {
      if (await systemPart.missing('bind')) return
      const bind = await bindServer()
      const { claim, ownApp, run, edge, domains } = await setUp({
        settings: { dnsServers: [`127.0.0.1:${bind.port}`] },
        pebble: { dnsServer: `127.0.0.1:${bind.port}` },
      })
      const dns = {
        kind: 'rfc2136' as const,
        server: '127.0.0.1',
        port: bind.port,
        zone: bind.zone,
        keyName: bind.key.name,
        algorithm: bind.key.algorithm,
        secret: bind.key.secret,
      }
      const domain = await claim(ownApp, '*.shop.example.com', { dns })

      await run(domain)

      expect(edge.fileOf('any.shop.example.com')).toBeDefined()
      expect(domain.dns_json).not.toContain(bind.key.secret)
      expect(domains.dnsOf(domain)!.secret).toBe(bind.key.secret)
      expect(await bind.texts('_acme-challenge.shop.example.com')).toEqual([])
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

    test('is not asked for while DNS leads nowhere, and is once it does', async () => {
      const { claim, ownApp, run, edge, row, pebble, clock } = await setUp({ pebble: { defaultAddress: '' } })
      const domain = await claim(ownApp, HOST)

      await run(domain)
      expect(problemOf(await row())).toEqual({
        code: 'dns_leads_nowhere',
        message: expect.stringMatching(
          /Set in DNS: shop\.example\.com CNAME shop\.apps\.example\.net, or shop\.example\.com A 127\.0\.0\.1/,
        ),
      })
      expect((await row()).retry_at).toBe(clock.now() + 0.75 * MINUTE_MS)
      expect(orderOf(await row())).toBeUndefined()
      await pebble.dns.setAddresses(HOST, '127.0.0.1')
      await run(domain)

      expect(edge.fileOf(HOST)).toBeDefined()
      expect(problemOf(await row())).toBeUndefined()
    })

    test('is not asked for where CAA forbids it', async () => {
      const { claim, ownApp, run, row, pebble, edge } = await setUp()
      await pebble.dns.setCaa('example.com', { tag: 'issue', value: ';' })
      const domain = await claim(ownApp, HOST)

      await run(domain)

      expect(edge.fileOf(HOST)).toBeUndefined()
      expect(problemOf(await row())).toMatchObject({
        code: 'caa_forbids',
        message: expect.stringContaining('The CAA records of example.com forbid every authority.'),
      })
    })

    test('of one domain that the authority refuses costs the others nothing', async () => {
      const { claim, ownApp, run, row, edge, app, domains } = await setUp({
        pebble: { blocked: ['bad.example.org'] },
      })
      const other = await app('other')
      const bad = await claim(other, 'shop.bad.example.org')
      const good = await claim(ownApp, HOST)

      await run(bad)
      await run(good)

      expect(problemOf((await domains.getById(bad.id))!)).toMatchObject({ code: 'acme_rejected_identifier' })
      expect(problemOf(await row())).toBeUndefined()
      expect(edge.fileOf(HOST)).toBeDefined()
      expect(edge.table.byApp.get(other.id)).toEqual([{ host: 'shop.bad.example.org' }])
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

    test('a disk that takes no file fails the attempt and leaves what is served', async () => {
      const { claim, ownApp, run, row, edge, directory } = await setUp()
      mkdirSync(dirname(directory), { recursive: true })
      writeFileSync(directory, 'in the way')
      const domain = await claim(ownApp, HOST)

      await run(domain)
      expect(problemOf(await row())).toBeDefined()
      expect(edge.fileOf(HOST)).toBeUndefined()
      rmSync(directory)
      await run(domain)

      expect(edge.fileOf(HOST)).toBeDefined()
      expect(readdirSync(directory).filter(name => name.endsWith('.tmp'))).toEqual([])
    })

    test('a lost file is written again from the database', async () => {
      const { claim, ownApp, run, edge, table } = await setUp()
      await run(await claim(ownApp, HOST))
      const before = readFileSync(edge.fileOf(HOST)!)
      rmSync(edge.fileOf(HOST)!)

      edge.show(await table.tableParts())

      expect(readFileSync(edge.fileOf(HOST)!)).toEqual(before)
    })

    test('somebody is told when it ends and nothing renewed it, once a day', async () => {
      const { claim, ownApp, run, clock, certificates, watch, pebble, eventTypes } = await setUp()
      const domain = await claim(ownApp, HOST)
      await run(domain)
      await pebble.stop()
      const { not_after } = (await certificates.ofDomain(domain.id))!
      const warnings = async () => (await eventTypes()).filter(type => type === 'certificate:expiring').length

      clock.ms = not_after - 19 * DAY_MS
      await watch.look()
      await watch.look()
      expect(await warnings()).toBe(1)
      clock.ms += DAY_MS
      await watch.look()

      expect(await warnings()).toBe(2)
    })

    test('files that no table names are removed after a while', async () => {
      const { claim, ownApp, run, edge, clock, watch, directory, claims } = await setUp()
      await run(await claim(ownApp, HOST))
      const file = edge.fileOf(HOST)!
      clock.ms += 2 * DAY_MS

      await watch.look()
      expect(statSync(file).isFile()).toBe(true)
      await claims.remove(ownApp, HOST, 'ada')
      await watch.look()

      expect(readdirSync(directory)).toEqual([])
    })
  })
})
