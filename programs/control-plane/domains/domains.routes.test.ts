import { expect, test } from 'vitest'
import { startTestControlPlane } from '../http/test-control-plane.ts'
import { clientOf, signInAs } from '../tokens/test-signed-in.ts'

const HOST = 'shop.example.com'
const OF_SHOP = { slug: 'shop' }

async function setUp() {
  const plane = await startTestControlPlane()
  const [ours, theirs] = [await signInAs(plane, 'Ada'), await signInAs(plane, 'Bob')]
  await ours.client.call('teams.create', { body: { slug: 'orchard' } })
  await theirs.client.call('teams.create', { body: { slug: 'rivals' } })
  for (const slug of ['shop', 'blog'])
    await ours.client.call('apps.create', { body: { slug, team: 'orchard' } })
  await theirs.client.call('apps.create', { body: { slug: 'copy', team: 'rivals' } })
  return { plane, ours: ours.client, theirs: theirs.client }
}

test('a domain is told with what DNS should say, and without a secret', async () => {
  const { ours } = await setUp()
  const dns = {
    ...{ kind: 'webhook' as const, secret: 'a secret of the hook' },
    url: 'https://dns.example.org/hook/key-in-the-path',
  }

  const added = await ours.call('domains.add', {
    params: OF_SHOP,
    body: { host: 'Bücher.Example.com.', dns },
  })
  const [listed] = await ours.call('domains.list', { params: OF_SHOP })

  expect(added).toMatchObject({
    ...{
      host: 'xn--bcher-kva.example.com',
      display: 'bücher.example.com',
      state: 'plain',
      seen: null,
      steps: [],
    },
    records: [{ type: 'A', name: 'xn--bcher-kva.example.com', value: '203.0.113.5' }],
    claim: { record: { name: '_seaworthy.xn--bcher-kva.example.com' } },
    dns: { kind: 'webhook', host: 'dns.example.org' },
  })
  expect(listed).toEqual(added)
  expect(JSON.stringify(added)).not.toMatch(/a secret of the hook|key-in-the-path/)
})

test('a name of another team is refused without a word of whose it is', async () => {
  const { ours, theirs } = await setUp()
  await ours.call('domains.add', { params: OF_SHOP, body: { host: '*.example.com', certificate: false } })

  const refused = await theirs
    .call('domains.add', { params: { slug: 'copy' }, body: { host: HOST } })
    .catch(error => error)

  expect(refused).toMatchObject({ status: 409, code: 'domain_taken' })
  expect(refused.message).toContain(`_seaworthy.${HOST}`)
  expect(JSON.stringify([refused.message, refused])).not.toMatch(/orchard|ada|"shop"|app shop/i)
})

test('a name of another app of the team is said to be, by name only to who may see that app', async () => {
  const { plane, ours } = await setUp()
  await ours.call('domains.add', { params: OF_SHOP, body: { host: HOST } })
  const narrow = { name: 'ci', scopes: ['admin' as const], apps: ['blog'] }
  const { secret } = await ours.call('tokens.create', { body: narrow })
  const add = (client: typeof ours) =>
    client.call('domains.add', { params: { slug: 'blog' }, body: { host: HOST } })

  await expect(add(ours)).rejects.toMatchObject({
    code: 'domain_in_team',
    message: expect.stringContaining('app shop'),
  })
  await expect(add(clientOf(plane, secret))).rejects.toMatchObject({
    code: 'domain_in_team',
    message: expect.stringMatching(/is a domain of another app of the same team/),
  })
})

test('what nobody can own is refused as it is typed', async () => {
  const { ours } = await setUp()
  const add = (host: string) => ours.call('domains.add', { params: OF_SHOP, body: { host } })

  for (const host of [
    '192.0.2.1',
    '[2001:db8::1]',
    'co.uk',
    '*.com',
    '*',
    'shop.localhost',
    'shop..example.com',
  ])
    await expect(add(host), host).rejects.toMatchObject({ status: 422, code: 'host_invalid' })
})

test('domains go with their app to another team, and are no longer told to the former one', async () => {
  const { plane, ours, theirs } = await setUp()
  const added = await ours.call('domains.add', { params: OF_SHOP, body: { host: HOST } })
  const { id } = (await plane.store.db
    .selectFrom('teams')
    .select('id')
    .where('slug', '=', 'rivals')
    .executeTakeFirst())!
  await plane.store.db.updateTable('apps').set({ team_id: id }).where('slug', '=', 'shop').execute()

  const [moved] = await theirs.call('domains.list', { params: OF_SHOP })
  expect(moved!.host).toBe(HOST)
  expect(moved!.claim.record.value).not.toBe(added.claim.record.value)
  await expect(ours.call('domains.list', { params: OF_SHOP })).rejects.toMatchObject({ status: 404 })
  await expect(
    ours.call('domains.add', { params: { slug: 'blog' }, body: { host: HOST } }),
  ).rejects.toMatchObject({ code: 'domain_taken' })
})
