import { type ApiClient, createClient } from '@seaworthy/api/client'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Role } from '../access/roles.ts'
import { addSession } from '../accounts/test-people.ts'
import { startTestControlPlane, type TestControlPlane } from '../http/test-control-plane.ts'
import { addPerson } from './test-people.ts'

describe('a person', () => {
  test('makes a team, invites, and what each may do is told with the documents', async () => {
    const platform = await startTestControlPlane()
    const ada = await signedIn(platform, 'ada')
    const bob = await signedIn(platform, 'bob')
    const made = await ada.call('teams.create', { body: { slug: 'sales', name: 'Sales' } })
    expect(made).toMatchObject({
      role: 'owner',
      counts: { members: 1, apps: 0 },
      can: { 'team:delete': true },
    })

    const { url } = await ada.call('invitations.create', { params: SALES, body: { role: 'viewer' } })
    const token = new URL(url!).hash.slice('#token='.length)
    expect(await bob.call('invitations.open', { body: { token } })).toMatchObject({
      team: 'Sales',
      invitedBy: 'ada',
    })
    expect(await bob.call('invitations.accept', { body: { token } })).toMatchObject({ role: 'viewer' })
    await ada.call('apps.create', { body: { slug: 'shop', team: 'sales' } })

    const seenBy = async (client: ApiClient) => client.call('apps.get', { params: SHOP })
    const needs = 'This needs the role developer; yours is viewer.'
    expect(await seenBy(ada)).toMatchObject({ role: 'owner', team: { slug: 'sales', name: 'Sales' } })
    expect((await seenBy(ada)).can).toMatchObject({ 'app:deploy': true, 'app:transfer': true })
    expect(await seenBy(bob)).toMatchObject({
      role: 'viewer',
      can: { 'app:deploy': needs, 'env:write': needs },
    })
    expect(await bob.call('teams.get', { params: SALES })).toMatchObject({
      role: 'viewer',
      counts: { members: 2, apps: 1 },
      can: { 'team:leave': true, 'app:create': needs },
    })
    await expect(bob.call('apps.update', { params: SHOP, body: { name: 'x' } })).rejects.toMatchObject({
      status: 403,
    })
  })

  test('has a new role at the very next request', async () => {
    const platform = await startTestControlPlane()
    const { owner, member } = await teamOfTwo(platform, 'viewer')
    const update = () => member.call('apps.update', { params: SHOP, body: { name: 'Shop' } })
    const setRole = (role: Role) =>
      owner.call('members.update', { params: { ...SALES, person: 'bob@example.org' }, body: { role } })

    await expect(update()).rejects.toMatchObject({ status: 403 })
    await setRole('developer')
    expect(await update()).toMatchObject({ name: 'Shop' })
    await setRole('viewer')
    await expect(update()).rejects.toMatchObject({ status: 403 })
    await owner.call('members.remove', { params: { ...SALES, person: 'bob@example.org' } })
    await expect(update()).rejects.toMatchObject({ status: 404 })
    expect(await member.call('teams.list')).toEqual([])
  })

  test('who comes by an invitation as somebody new can sign in', async () => {
    const platform = await startTestControlPlane()
    const { owner } = await teamOfTwo(platform, 'viewer')
    await owner.call('invitations.create', {
      params: SALES,
      body: { role: 'admin', email: 'cleo@example.org' },
    })
    const token = platform.mails.tokenOf('invitation')
    const stranger = clientOf(platform)
    const password = 'Correct-Horse-9-Battery'

    const joined = await stranger.call('invitations.join', { body: { token, name: 'Cleo', password } })

    expect(joined).toEqual({
      team: { slug: 'sales', name: 'sales' },
      role: 'admin',
      email: 'cleo@example.org',
    })
    const session = await stranger.call('session.create', { body: { email: 'cleo@example.org', password } })
    expect(session).toMatchObject({ identity: { email: 'cleo@example.org' } })
    const again = stranger.call('invitations.join', { body: { token, name: 'Eve', password } })
    await expect(again).rejects.toMatchObject({ status: 404, code: 'invitation_invalid' })
    expect(await owner.call('invitations.list', { params: SALES })).toMatchObject([{ state: 'accepted' }])
  })

  test('may come by the socket file of the machine as well', async () => {
    const { local } = await startTestControlPlane()
    const made = await local.call('invitations.create', {
      params: { team: 'default' },
      body: { role: 'viewer' },
    })
    const token = new URL(made.url!).hash.slice('#token='.length)
    const [email, password] = ['cleo@example.org', 'Correct-Horse-9-Battery']

    await local.call('invitations.join', { body: { token, email, name: 'Cleo', password } })

    const session = await local.call('session.create', { body: { email, password } })
    expect(session).toMatchObject({ identity: { email } })
  })

  test('hands an app over only to a team in which they are admin, too', async () => {
    const platform = await startTestControlPlane()
    const { owner, member } = await teamOfTwo(platform, 'admin')
    await owner.call('teams.create', { body: { slug: 'support' } })
    const transfer = (client: ApiClient, team: string) =>
      client.call('apps.transfer', { params: SHOP, body: { team } })

    await expect(transfer(member, 'support')).rejects.toMatchObject({ status: 404, code: 'team_not_found' })
    await expect(transfer(member, 'nothing')).rejects.toMatchObject({ status: 404, code: 'team_not_found' })
    expect(await transfer(owner, 'support')).toMatchObject({ team: { slug: 'support' } })
    await expect(member.call('apps.get', { params: SHOP })).rejects.toMatchObject({ status: 404 })
  })
})

describe('the X-ray', () => {
  test('tells of a person for each team and app the role, where it comes from, and why not', async () => {
    const platform = await startTestControlPlane()
    const { owner, member } = await teamOfTwo(platform, 'viewer')
    const guest = await signedIn(platform, 'gus')
    await owner.call('grants.set', {
      params: { ...SHOP, person: 'gus@example.org' },
      body: { role: 'developer' },
    })

    const own = await guest.call('access.person', { params: { person: 'me' } })
    expect(own).toMatchObject({
      complete: true,
      teams: [],
      platform: { 'job:read': expect.stringContaining('administrator') },
    })
    expect(own.apps).toMatchObject([
      { app: { slug: 'shop' }, team: 'sales', role: 'developer', from: 'grant', can: { 'app:deploy': true } },
    ])
    const seen = await owner.call('access.person', { params: { person: 'bob@example.org' } })
    expect(seen).toMatchObject({ complete: false, person: { email: 'bob@example.org' } })
    expect(seen.teams).toMatchObject([
      {
        ...{ team: { slug: 'sales' }, role: 'viewer', from: 'team', apps: ['shop'] },
        canOnApps: { 'log:read': true, 'app:deploy': 'This needs the role developer; yours is viewer.' },
      },
    ])
    const nobody = { status: 404, code: 'person_not_found' }
    await expect(
      member.call('access.person', { params: { person: 'ada@example.org' } }),
    ).rejects.toMatchObject(nobody)
    await expect(
      guest.call('access.person', { params: { person: 'bob@example.org' } }),
    ).rejects.toMatchObject(nobody)
  })

  test('tells who may do what on an app, with API tokens', async () => {
    const platform = await startTestControlPlane()
    const { owner, memberId } = await teamOfTwo(platform, 'developer')
    await addPerson(platform.store, 'pat', { platformRole: 'admin' })
    await platform.store.transaction(trx =>
      platform.tokens.create({ userId: memberId, name: 'ci', scopes: ['deploy'], ...UNLIMITED }, trx),
    )

    const { people } = await owner.call('access.app', { params: SHOP })

    expect(people.map(({ person, role, from }) => [person.name, role, from])).toEqual([
      ['ada', 'owner', 'team'],
      ['bob', 'developer', 'team'],
      ['pat', 'owner', 'platform'],
    ])
    expect(people[1]!.tokens).toMatchObject([
      { name: 'ci', can: { 'app:deploy': true, 'env:write': expect.stringContaining('scope manage') } },
    ])
  })

  test('says of each action what the policy says at a request', async () => {
    const platform = await startTestControlPlane()
    const { owner, member } = await teamOfTwo(platform, 'developer')
    const { people } = await owner.call('access.app', { params: SHOP })
    const { can } = people.find(({ person }) => person.name === 'bob')!

    const tries: [string, Promise<unknown>][] = [
      ['app:update', member.call('apps.update', { params: SHOP, body: { name: 'x' } })],
      ['app:delete', member.call('apps.delete', { params: SHOP, body: { confirm: 'shop' } })],
      ['grant:read', member.call('grants.list', { params: SHOP })],
      ['log:read', member.call('logs.query', { params: SHOP })],
    ]

    for (const [action, request] of tries) {
      const refusal = await request.then(
        () => true,
        ({ detail }: { detail: string }) => detail,
      )
      expect([action, refusal]).toEqual([
        action,
        can[action] === true || `You may not do this: ${can[action]}`,
      ])
    }
  })
})

describe('code from a folder of the machine', () => {
  const git = { url: 'file:///srv/app.git' }

  test('is for administrators of the platform only, pulls included', async () => {
    const platform = await startTestControlPlane()
    const { owner } = await teamOfTwo(platform, 'viewer')
    const pat = await signedIn(platform, 'pat', { platformRole: 'admin' })
    const deploy = (client: ApiClient) => client.call('deployments.create', { params: SHOP, body: { git } })

    await expect(deploy(owner)).rejects.toMatchObject({ status: 403, code: 'not_allowed' })
    expect(await deploy(pat)).toMatchObject({ state: 'queued' })
    expect(await deploy(platform.local)).toMatchObject({ state: 'queued' })
    await platform.store.db
      .updateTable('apps')
      .set({ origin_json: JSON.stringify(git) })
      .execute()
    const pull = owner.call('deployments.create', { params: SHOP, body: { pull: true } })
    await expect(pull).rejects.toMatchObject({ status: 403 })
    expect(platform.deployments.calls).toHaveLength(2)
  })
})

const SALES = { team: 'sales' }
const SHOP = { slug: 'shop' }
const UNLIMITED = { appIds: null, teamId: null, expiresInDays: null }

function clientOf({ url }: TestControlPlane, token?: string): ApiClient {
  const client = createClient({ baseUrl: url, ...(token !== undefined && { token }) })
  onTestFinished(() => client.close())
  return client
}

async function signedIn(
  platform: TestControlPlane,
  name: string,
  options: Parameters<typeof addPerson>[2] = {},
): Promise<ApiClient> {
  const { token } = await addSession(platform.store, await addPerson(platform.store, name, options))
  return clientOf(platform, token)
}

/** `ada` owns the team `sales` with the app `shop`; `bob` is in it with this role. */
async function teamOfTwo(platform: TestControlPlane, role: Role) {
  const owner = await signedIn(platform, 'ada')
  const memberId = await addPerson(platform.store, 'bob')
  const { token } = await addSession(platform.store, memberId)
  const { id } = await owner.call('teams.create', { body: { slug: 'sales' } })
  await owner.call('apps.create', { body: { slug: 'shop', team: 'sales' } })
  const row = { team_id: id, user_id: memberId, role, created_at: 1 }
  await platform.store.db.insertInto('team_members').values(row).execute()
  return { owner, memberId, member: clientOf(platform, token) }
}
