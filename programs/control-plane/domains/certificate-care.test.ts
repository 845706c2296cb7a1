import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname } from 'node:path'
import { text } from 'node:stream/consumers'
import { exchange } from '@seaworthy/certificates'
import { bindServer, systemPart, testCertificate } from '@seaworthy/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { domainDocument } from './domain-document.ts'
import { orderOf, problemOf, stepsOf } from './domain-settings.ts'
import { type TestDomainOptions, testDomain } from './test-domains.ts'

const missing = await systemPart.missing('pebble', 'openssl')
const HOST = 'shop.example.com'
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

const setUp = (options: TestDomainOptions = {}) => testDomain(HOST, options)

describe.skipIf(missing)('the certificate of a domain', () => {
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

  test('comes although its proof could not be taken out of DNS again', async () => {
    const { claim, ownApp, run, row, edge, pebble } = await setUp()
    const hook = createServer(async (request, response) => {
      const { action, name, value } = JSON.parse(await text(request))
      if (action === 'add') await pebble.dns.setTxt(name, value)
      response.writeHead(action === 'add' ? 204 : 500).end()
    }).listen(0, '127.0.0.1')
    onTestFinished(() => void hook.close())
    await once(hook, 'listening')
    const url = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`
    const dns = { kind: 'webhook' as const, url, secret: 'a secret' }

    await run(await claim(ownApp, HOST, { dns }))

    expect(problemOf(await row())).toBeUndefined()
    expect(edge.fileOf(HOST)).toBeDefined()
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

  test('is asked for again only when the authority wants to be asked, and others need not wait', async () => {
    const { claim, ownApp, run, row, front, clock, domains } = await setUp({ withFront: true })
    const domain = await claim(ownApp, HOST)
    const other = await claim(ownApp, 'other.example.com')
    const body = {
      type: 'urn:ietf:params:acme:error:rateLimited',
      detail: 'too many certificates of example.com',
    }
    front.answerOnce(/^\/order-plz/, { status: 429, headers: { 'retry-after': '7200' }, body })

    await run(domain)
    await run(other)

    expect(problemOf(await row())).toEqual({
      code: 'acme_rate_limited',
      message: 'The certificate authority says: too many certificates of example.com',
    })
    expect((await row()).retry_at).toBe(clock.now() + 2 * 60 * MINUTE_MS)
    expect(stepsOf(await row()).find(({ name }) => name === 'order')).toMatchObject({ state: 'failed' })
    expect((await domains.getById(other.id))!.retry_at).toBeNull()
  })

  test('comes of the same order when the authority stumbles on the way', async () => {
    const { claim, ownApp, run, row, front, edge } = await setUp({ withFront: true })
    const domain = await claim(ownApp, HOST)
    front.answerOnce(/^\/finalize/, { status: 503, headers: { 'retry-after': '1' }, body: {} })

    await run(domain)
    expect(orderOf(await row())?.url).toBeDefined()
    await run(domain)

    expect(edge.fileOf(HOST)).toBeDefined()
    expect(front.orders).toBe(1)
  })

  test('is renewed when the authority wants it', async () => {
    const { claim, ownApp, run, front, clock, watch, certificates } = await setUp({ withFront: true })
    const domain = await claim(ownApp, HOST)
    await run(domain)
    const { directoryUrl: url, ca } = front
    const directory = JSON.parse((await exchange({ url, ca })).body.toString())
    const renewalInfo = new URL('/renewal-info', url).href
    clock.ms += DAY_MS
    const [start, end] = [clock.ms + DAY_MS, clock.ms + 3 * DAY_MS].map(ms => new Date(ms).toISOString())
    front.answerOnce(/^\/dir/, { status: 200, body: { ...directory, renewalInfo } })
    front.answerOnce(/^\/renewal-info\/[\w-]+\.[\w-]+$/, {
      status: 200,
      body: { suggestedWindow: { start, end } },
    })

    await watch.look()

    const { renew_at, window_at } = (await certificates.ofDomain(domain.id))!
    expect(renew_at).toBe(Date.parse(start!))
    expect(window_at).toBeGreaterThan(clock.ms)
  })

  test('of the owner is not replaced by one that was under way', async () => {
    const { claim, ownApp, run, row, claims, clock, files, certificates } = await setUp()
    const domain = await claim(ownApp, HOST)
    const { cert: chain, key } = await testCertificate(`DNS:${HOST}`)
    clock.ms = Date.now() + MINUTE_MS // it is valid only from the moment on in which it was made
    const ensure = files.ensure.bind(files)
    files.ensure = async one => {
      files.ensure = ensure
      await claims.upload(ownApp, HOST, { chain, key, actor: 'ada' })
      return ensure(one)
    }

    await run(domain)

    expect(await certificates.ofDomain(domain.id)).toMatchObject({ source: 'upload', issuer: 'test' })
    expect((await row()).retry_at).toBeNull()
    expect(stepsOf(await row()).at(-1)).toMatchObject({ name: 'certificate', state: 'ok' })
  })

  test('that was damaged is missing alone, and its domain is still listed', async () => {
    const { claim, ownApp, run, store, table, app, domains, routeParts } = await setUp()
    const broken = await claim(ownApp, HOST)
    const good = await claim(await app('other'), 'other.example.com')
    await run(broken)
    await run(good)
    const damage = { key_json: '{', chain_pem: 'nothing' }
    await store.db.updateTable('certificates').set(damage).where('domain_id', '=', broken.id).execute()
    await store.db
      .updateTable('certificates')
      .set({ digest: 'lost' })
      .where('domain_id', '=', broken.id)
      .execute()

    const { certificates: served, byApp } = await table.tableParts()
    const row = await store.db
      .selectFrom('certificates')
      .selectAll()
      .where('domain_id', '=', broken.id)
      .executeTakeFirst()
    const document = await domainDocument(broken, row, {
      app: ownApp,
      check: routeParts.domainCheck,
      domains,
    })

    expect(served.map(({ hosts }) => hosts)).toEqual([['other.example.com']])
    expect(byApp.get(ownApp.id)).toEqual([{ host: HOST }])
    expect(document.certificate).toMatchObject({ names: [], source: 'acme' })
  })

  test('is not got for a domain that is given up on the way', async () => {
    const { claim, ownApp, run, claims, domains, files, certificates, edge, eventTypes } = await setUp()
    const domain = await claim(ownApp, HOST)
    const ensure = files.ensure.bind(files)
    files.ensure = async one => {
      files.ensure = ensure
      await claims.remove(ownApp, HOST, 'ada')
      return ensure(one)
    }

    await run(domain)

    expect(await domains.list(ownApp.id)).toEqual([])
    expect(await certificates.all()).toEqual([])
    expect(edge.table).toEqual({ byApp: new Map(), certificates: [], challenges: [] })
    expect(await eventTypes()).not.toContain('certificate:failed')
  })

  test('of an app in the trash is neither served nor renewed, and is served again with the app', async () => {
    const { claim, ownApp, run, apps, clock, watch, jobs, table, certificates } = await setUp()
    const domain = await claim(ownApp, HOST)
    await run(domain)
    const before = (await table.tableParts()).certificates
    const { total } = await jobs.list({ kind: 'certificate' })
    await apps.moveToTrash(ownApp.id)
    clock.ms = (await certificates.ofDomain(domain.id))!.renew_at! + 1

    await watch.look()
    expect((await table.tableParts()).certificates).toEqual([])
    expect((await jobs.list({ kind: 'certificate' })).total).toBe(total)
    await apps.restore(ownApp.id)

    expect((await table.tableParts()).certificates).toEqual(before)
  })

  test('needs an account whose key nobody can read in the database', async () => {
    const { claim, ownApp, run, store } = await setUp()
    await run(await claim(ownApp, HOST))

    const [account, ...others] = await store.db.selectFrom('acme_accounts').selectAll().execute()

    expect(others).toEqual([])
    expect(account!.account_url).toContain('https://')
    expect(account!.key_json).not.toMatch(/PRIVATE|BEGIN/)
  })

  test('is looked after step by step, where its owner can read along', async () => {
    const { claim, ownApp, run, row, claims, pebble } = await setUp()
    const states = async () => stepsOf(await row()).map(({ name, state }) => `${name} ${state}`)

    const domain = await claim(ownApp, HOST)
    expect(await states()).toEqual([
      'dns waiting',
      'reach waiting',
      'caa waiting',
      'order waiting',
      'certificate waiting',
    ])
    await run(domain)
    await pebble.dns.setAddresses(HOST, '127.0.0.2')
    await claims.check(ownApp, HOST)

    expect(await states()).toEqual(['dns failed', 'reach failed', 'caa ok', 'order ok', 'certificate ok'])
    expect(stepsOf(await row())[0]).toMatchObject({
      todo: expect.stringContaining('A 127.0.0.1'),
      seen: [{ type: 'A', value: '127.0.0.2', leadsHere: false }],
    })
    await claims.renew(ownApp, HOST, { automatic: false })
    expect(await states()).toContain('dns waiting')
  })
})
