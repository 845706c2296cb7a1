import { parseHostName } from '@seaworthy/certificates'
import { createKeyRing, createMasterKey } from '@seaworthy/kit'
import { expect, test } from 'vitest'
import { Apps } from '../apps/apps.ts'
import { Events } from '../events/events.ts'
import { UNLIMITED } from '../quotas/quota-limits.ts'
import { Quotas } from '../quotas/quotas.ts'
import { forEachStore } from '../store/for-each-store.ts'
import type { AppRow } from '../store/schema.ts'
import { DEFAULT_HTTPS } from './domain-settings.ts'
import { CLAIM_MS, Domains } from './domains.ts'

await forEachStore(({ openStore }) => {
  async function setUp({ limit = null }: { limit?: number | null } = {}) {
    const store = await openStore()
    const key = createMasterKey()
    const clock = { ms: 1_000_000, now: () => clock.ms }
    const limits = { ...UNLIMITED, domains: limit }
    const quotas = new Quotas({ store, defaults: { team: limits, user: UNLIMITED }, meter: NO_METER })
    const events = new Events({ store })
    const domains = new Domains({
      ...{ store, events, quotas, clock, secret: 'for proofs' },
      keyRing: createKeyRing({ keys: [key], primary: key.id }),
      reserved: { baseDomain: 'apps.example.net', dashboardHost: 'panel.example.org' },
    })
    const apps = new Apps({ store })
    const team = { id: 'team_rivals', slug: 'rivals', name: 'Rivals', created_at: 1 }
    await store.db.insertInto('teams').values(team).execute()
    const [shop, blog] = [await apps.create({ slug: 'shop' }), await apps.create({ slug: 'blog' })]
    const rival = await apps.create({ slug: 'rival', teamId: team.id })
    const claim = async (
      app: AppRow,
      host: string,
      { isProved = false, redirectTo = undefined as string | undefined } = {},
    ) =>
      domains.claim({
        ...{ app, host: await parseHostName(host), isProved, redirectTo },
        ...{ challenge: 'auto', https: DEFAULT_HTTPS, wantsCertificate: true },
      })
    return { store, events, apps, domains, clock, shop, blog, rival, claim }
  }

  test('a host belongs to one app, whatever way it is written', async () => {
    const { claim, shop, blog, domains } = await setUp()
    await claim(shop, 'Shop.Example.com')

    await expect(claim(shop, 'shop.example.com.')).rejects.toMatchObject({ code: 'domain_claimed_here' })
    await expect(claim(blog, 'shop.example.com')).rejects.toThrow(
      'shop.example.com is a domain of app shop of the same team',
    )
    expect((await domains.list(shop.id)).map(({ host }) => host)).toEqual(['shop.example.com'])
  })

  test('two who claim at the same moment do not both get it', async () => {
    const { claim, shop, rival } = await setUp()

    const outcomes = await Promise.allSettled([
      claim(shop, 'shop.example.com'),
      claim(rival, 'shop.example.com'),
    ])

    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  test('a claim that nobody proves holds for seven days, and longer once the host is seen to lead here', async () => {
    const { claim, shop, rival, domains, clock } = await setUp()
    const row = await claim(shop, 'shop.example.com')
    clock.ms += CLAIM_MS - 1
    await expect(claim(rival, 'shop.example.com')).rejects.toMatchObject({ code: 'domain_taken' })
    await domains.checked(row.id, { isHere: true })
    clock.ms += CLAIM_MS - 1
    await expect(claim(rival, 'shop.example.com')).rejects.toMatchObject({ code: 'domain_taken' })

    await domains.checked(row.id, { isHere: false })
    clock.ms += 1
    await claim(rival, 'shop.example.com')

    expect(await domains.list(shop.id)).toEqual([])
  })

  test('who proves in DNS that a host is theirs gets it from another team at once', async () => {
    const { claim, shop, rival, domains, events } = await setUp()
    await claim(rival, 'shop.example.com')
    await expect(claim(shop, 'shop.example.com')).rejects.toThrow('_seaworthy.shop.example.com')

    await claim(shop, 'shop.example.com', { isProved: true })

    expect(await domains.list(rival.id)).toEqual([])
    expect((await events.list({ appId: rival.id })).items.map(({ type }) => type)).toEqual(['domain:lost'])
    expect(domains.claimRecord(shop.team_id, '*.example.com')).not.toEqual(
      domains.claimRecord(rival.team_id, '*.example.com'),
    )
  })

  test('names and wildcards of two teams do not overlap; within a team they may', async () => {
    const { claim, shop, blog, rival } = await setUp()
    await claim(shop, '*.example.com')

    await expect(claim(rival, 'a.example.com')).rejects.toMatchObject({ code: 'domain_taken' })
    await claim(blog, 'b.example.com')
    await claim(rival, 'deep.a.example.com')
    await expect(claim(rival, '*.b.example.com')).resolves.toBeDefined()
    await claim(rival, 'example.com')
  })

  test('an app in the trash holds nothing', async () => {
    const { claim, shop, rival, apps, domains } = await setUp()
    await claim(shop, 'shop.example.com')
    await apps.moveToTrash(shop.id)
    expect(await domains.listServed()).toEqual([])

    await claim(rival, 'shop.example.com')

    expect((await domains.listServed()).map(({ app_id }) => app_id)).toEqual([rival.id])
  })

  test('what is the platform’s own is claimed by nobody', async () => {
    const { claim, shop } = await setUp()

    await expect(claim(shop, '*.example.net')).rejects.toMatchObject({ code: 'domain_reserved' })
  })

  test('a redirect leads to another domain of the same app, in one step', async () => {
    const { claim, shop, blog, domains } = await setUp()
    const main = await claim(shop, 'example.com')
    await claim(blog, 'other.example.com')
    const www = await claim(shop, 'www.example.com', { redirectTo: 'example.com' })

    await expect(claim(shop, 'x.example.com', { redirectTo: 'other.example.com' })).rejects.toThrow(
      'no domain of app shop',
    )
    await expect(claim(shop, 'x.example.com', { redirectTo: 'x.example.com' })).rejects.toThrow(
      'that is the same',
    )
    await expect(claim(shop, 'x.example.com', { redirectTo: 'www.example.com' })).rejects.toThrow(
      'sent on to example.com',
    )
    await expect(domains.change(shop, main, { redirectTo: 'www.example.com' })).rejects.toThrow('sent on')
    await expect(domains.remove(main)).rejects.toThrow('www.example.com lead to example.com')
    await domains.change(shop, www, { redirectTo: null })
    await domains.remove(main)
  })

  test('the quota counts domains', async () => {
    const { claim, shop, domains } = await setUp({ limit: 1 })
    await claim(shop, 'a.example.com')

    await expect(claim(shop, 'b.example.com')).rejects.toMatchObject({ code: 'quota_exceeded' })
    expect(await domains.list(shop.id)).toHaveLength(1)
  })
})

const NO_METER = { usedToday: async () => 0, forgetLimits() {} } as never
