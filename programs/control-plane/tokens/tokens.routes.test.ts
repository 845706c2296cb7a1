import { endpoints } from '@seaworthy/api'
import type { ApiError } from '@seaworthy/api/client'
import { createApiTokenFormat } from '@seaworthy/kit/api-token'
import { describe, expect, test } from 'vitest'
import { policyRules } from '../access/policy-rules.ts'
import { startTestControlPlane, type TestControlPlane } from '../http/test-control-plane.ts'
import { addTeam, clientOf, type SignedIn, signInAs } from './test-signed-in.ts'
import { DAY_MS } from './test-tokens.ts'

const DEFAULT = 'team_default'
const IN_DEFAULT = { teams: { [DEFAULT]: 'developer' } } as const

describe('making a token', () => {
  test('shows it once; lists tell its last four characters, scopes, limits and expiry', async () => {
    const plane = await startTestControlPlane()
    const { client } = await signInAs(plane, 'Ada', IN_DEFAULT)
    await client.call('apps.create', { body: { slug: 'shop' } })

    const body = { name: 'ci', scopes: ['deploy' as const], apps: ['shop'], team: 'default' }
    const { secret, token } = await client.call('tokens.create', { body })

    expect(secret).toMatch(/^swt_[0-9A-Za-z]{49}$/)
    expect(token).toMatchObject({ name: 'ci', scopes: ['deploy'], apps: ['shop'], team: 'default' })
    expect(Date.parse(token.expiresAt!) - Date.parse(token.createdAt)).toBe(90 * DAY_MS)
    const listed = await client.call('tokens.list')
    expect(listed).toEqual([token])
    expect(listed[0]!.hint).toBe(secret.slice(-4))
    expect(JSON.stringify(listed)).not.toContain(secret)
  })

  test('leaves an audit entry without the token', async () => {
    const plane = await startTestControlPlane()
    const { client, userId } = await signInAs(plane, 'Ada', IN_DEFAULT)

    const { secret, token } = await createToken(client)

    const [entry] = await entriesOf(plane, 'token:create')
    expect(entry).toMatchObject({ actor_id: userId, target_id: token.id, target_name: 'ci', outcome: 'done' })
    expect(JSON.parse(entry!.after_json!)).toMatchObject({ hint: token.hint, scopes: ['deploy'] })
    expect(JSON.stringify(entry)).not.toContain(secret)
  })

  test.each([
    [{ expiresInDays: 367 }, 'expiresInDays'],
    [{ expiresInDays: 0 }, 'expiresInDays'],
    [{ scopes: [] }, 'scopes'],
    [{ scopes: ['root'] }, 'scopes'],
    [{ name: ' ' }, 'name'],
    [{ userId: 'user_other' }, 'userId'],
    [{ person: 'eve@example.org' }, 'person'],
  ])('with %j is refused', async (fields, named) => {
    const plane = await startTestControlPlane()
    const { client } = await signInAs(plane, 'Ada', IN_DEFAULT)
    const body = { name: 'ci', scopes: ['deploy'], ...fields } as never

    const refused = await client.call('tokens.create', { body }).catch((error: ApiError) => error)

    expect(refused).toMatchObject({ status: 400 })
    expect((refused as ApiError).message).toContain(named)
  })

  test('that never expires must be asked for', async () => {
    const plane = await startTestControlPlane()
    const { client } = await signInAs(plane, 'Ada', IN_DEFAULT)

    expect((await createToken(client)).token.expiresAt).not.toBeNull()
    expect((await createToken(client, { expiresInDays: 'never' })).token.expiresAt).toBeNull()
  })

  test('for an app or a team of others says that there is none', async () => {
    const plane = await startTestControlPlane()
    const other = await addTeam(plane, 'other')
    const { client: eve } = await signInAs(plane, 'Eve', { teams: { [other]: 'owner' } })
    await eve.call('apps.create', { body: { slug: 'secret-app', team: 'other' } })
    const { client } = await signInAs(plane, 'Ada', IN_DEFAULT)
    await client.call('apps.create', { body: { slug: 'shop' } })

    for (const apps of [['secret-app'], ['no-such-app'], ['shop', 'secret-app']])
      await expect(createToken(client, { apps })).rejects.toMatchObject({
        status: 404,
        code: 'app_not_found',
      })
    for (const team of ['other', 'no-such-team'])
      await expect(createToken(client, { team })).rejects.toMatchObject({ code: 'team_not_found' })
    await plane.store.db
      .insertInto('team_members')
      .values(member(other, await idOf(plane, 'Ada')))
      .execute()
    await expect(createToken(client, { apps: ['shop'], team: 'other' })).rejects.toMatchObject({
      status: 422,
      code: 'app_outside_team',
    })
  })

  test('needs a person: the administrator of the machine has no account', async () => {
    const { local } = await startTestControlPlane()

    await expect(createToken(local)).rejects.toMatchObject({ status: 422, code: 'token_needs_person' })
  })
})

describe('a token may what its person may at that moment, within its scopes and limits', () => {
  test('its scope, and no more; the refusal names the scope that is needed', async () => {
    const plane = await startTestControlPlane()
    const ada = await signInAs(plane, 'Ada', IN_DEFAULT)
    await ada.client.call('apps.create', { body: { slug: 'shop' } })
    const params = { slug: 'shop' }
    const read = await tokenClient(plane, ada, { scopes: ['read'] })
    const deploy = await tokenClient(plane, ada, { scopes: ['deploy'] })
    const manage = await tokenClient(plane, ada, { scopes: ['manage'] })

    expect(await read.call('apps.get', { params })).toMatchObject({ slug: 'shop' })
    await expect(read.call('deployments.create', { params, body: { pull: true } })).rejects.toMatchObject({
      status: 403,
      message: expect.stringMatching(/token "ci" has not the scope deploy/),
    })
    expect(await deploy.call('deployments.create', { params, body: { pull: true } })).toMatchObject({
      number: 1,
    })
    const body = { name: 'Shop 2' }
    await expect(deploy.call('apps.update', { params, body })).rejects.toMatchObject({ status: 403 })
    expect(await manage.call('apps.update', { params, body })).toMatchObject({ name: 'Shop 2' })
    // Her role is developer: what needs an admin stays shut, whatever the token says.
    const admin = await tokenClient(plane, ada, { scopes: ['admin'] })
    const deletion = admin.call('apps.delete', { params, body: { confirm: 'shop' } })
    await expect(deletion).rejects.toMatchObject({ status: 403 })
  })

  test('its apps and its team, and sees no others', async () => {
    const plane = await startTestControlPlane()
    const other = await addTeam(plane, 'other')
    const ada = await signInAs(plane, 'Ada', { teams: { [DEFAULT]: 'admin', [other]: 'admin' } })
    for (const [slug, team] of [
      ['shop', 'default'],
      ['blog', 'default'],
      ['wiki', 'other'],
    ] as const)
      await ada.client.call('apps.create', { body: { slug, team } })
    const ofApp = await tokenClient(plane, ada, { scopes: ['admin'], apps: ['shop'] })
    const ofTeam = await tokenClient(plane, ada, { scopes: ['admin'], team: 'other' })

    expect(await slugs(ofApp)).toEqual(['shop'])
    expect(await slugs(ofTeam)).toEqual(['wiki'])
    for (const [client, slug] of [
      [ofApp, 'blog'],
      [ofApp, 'wiki'],
      [ofTeam, 'shop'],
    ] as const)
      await expect(client.call('apps.get', { params: { slug } })).rejects.toMatchObject({ status: 404 })
    const created = ofTeam.call('apps.create', { body: { slug: 'new-app', team: 'default' } })
    await expect(created).rejects.toMatchObject({ status: 404 })
  })

  test('less when its person loses a role, nothing when they lose the account', async () => {
    const plane = await startTestControlPlane()
    const ada = await signInAs(plane, 'Ada', IN_DEFAULT)
    await ada.client.call('apps.create', { body: { slug: 'shop' } })
    const client = await tokenClient(plane, ada, { scopes: ['admin'] })
    const params = { slug: 'shop' }
    const db = plane.store.db
    expect(await client.call('apps.update', { params, body: { name: 'One' } })).toMatchObject({ name: 'One' })

    await db.updateTable('team_members').set({ role: 'viewer' }).where('user_id', '=', ada.userId).execute()
    expect(await client.call('apps.get', { params })).toMatchObject({ name: 'One' })
    await expect(client.call('apps.update', { params, body: { name: 'Two' } })).rejects.toMatchObject({
      status: 403,
    })
    await db.deleteFrom('team_members').where('user_id', '=', ada.userId).execute()
    await expect(client.call('apps.get', { params })).rejects.toMatchObject({ status: 404 })
    await db.updateTable('user').set({ suspendedAt: 1 }).where('id', '=', ada.userId).execute()
    await expect(client.call('apps.list')).rejects.toMatchObject({ status: 401 })
    await db.updateTable('user').set({ suspendedAt: null }).where('id', '=', ada.userId).execute()
    expect(await client.call('apps.list')).toEqual([])
    await db.deleteFrom('user').where('id', '=', ada.userId).execute()

    await expect(client.call('apps.list')).rejects.toMatchObject({ status: 401 })
  })

  test('never what only a person may: tokens, sessions, passwords, accounts', async () => {
    const plane = await startTestControlPlane()
    const ada = await signInAs(plane, 'Ada', { platformRole: 'admin', teams: { [DEFAULT]: 'owner' } })
    const { secret, token } = await createToken(ada.client, { scopes: ['admin'] })
    const personal = endpoints.filter(({ action }) => policyRules[action].session)
    expect(personal.length).toBeGreaterThan(6)

    for (const { id, method, path } of personal) {
      const url = plane.url + path.replace('{team}', 'default').replace(/\{\w+\}/g, token.id)
      const response = await fetch(url, {
        method,
        headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
        ...(method !== 'GET' && { body: '{}' }),
      })
      expect([id, response.status]).toEqual([id, 403])
      expect(await response.text()).toContain('An API token may not do this')
    }
    expect(await ada.client.call('tokens.list')).toMatchObject([{ state: 'active' }])
  })
})

test('a wrong, expired, revoked, replaced, cut or foreign token gets the same 401', async () => {
  const plane = await startTestControlPlane()
  const ada = await signInAs(plane, 'Ada', IN_DEFAULT)
  const [expired, revoked, replaced] = [
    await createToken(ada.client),
    await createToken(ada.client),
    await createToken(ada.client),
  ]
  await plane.store.db
    .updateTable('api_tokens')
    .set({ expires_at: 1 })
    .where('id', '=', expired.token.id)
    .execute()
  await ada.client.call('tokens.revoke', { params: { id: revoked.token.id } })
  await ada.client.call('tokens.rotate', { params: { id: replaced.token.id }, body: { overlapHours: 0 } })
  const foreign = createApiTokenFormat({ prefix: 'swt_' }).make()
  const wrong = ['swt_', 'swt_x', foreign, expired.secret, revoked.secret, replaced.secret]
  const cut = [replaced.secret.slice(0, -1), `${foreign}${foreign}`, 'nothing']

  const answers = await Promise.all([...wrong, ...cut].map(token => anonymised(plane, token)))

  expect(answers[0]).toMatchObject({ status: 401, body: { code: 'sign_in_required' } })
  for (const answer of answers) expect(answer).toEqual(answers[0])
})

test('a token in a cookie is none: browsers send cookies by themselves', async () => {
  const plane = await startTestControlPlane()
  const { client } = await signInAs(plane, 'Ada', IN_DEFAULT)
  const { secret } = await createToken(client)

  for (const name of ['seaworthy_session', '__Host-seaworthy_session', 'seaworthy'])
    expect(
      (await fetch(`${plane.url}/api/v1/apps`, { headers: { cookie: `${name}=${secret}` } })).status,
    ).toBe(401)
})

describe('rotating', () => {
  test('gives a new secret for the same token, and the one before works for the overlap', async () => {
    const plane = await startTestControlPlane()
    const { client } = await signInAs(plane, 'Ada', IN_DEFAULT)
    const { secret: before, token } = await createToken(client, { expiresInDays: 10 })

    const { secret: after, token: rotated } = await client.call('tokens.rotate', {
      params: { id: token.id },
      body: {},
    })

    expect(rotated).toMatchObject({ id: token.id, name: 'ci', scopes: ['deploy'] })
    expect(Date.parse(rotated.previousUntil!) - Date.now()).toBeGreaterThan(DAY_MS - 60_000)
    expect(Date.parse(rotated.expiresAt!)).toBeGreaterThan(Date.parse(token.expiresAt!))
    for (const secret of [before, after]) expect(await clientOf(plane, secret).call('apps.list')).toEqual([])
    const db = plane.store.db
    await db.updateTable('api_tokens').set({ previous_until: 1 }).where('id', '=', token.id).execute()
    await expect(clientOf(plane, before).call('apps.list')).rejects.toMatchObject({ status: 401 })
    expect(await clientOf(plane, after).call('apps.list')).toEqual([])
    const [entry] = await entriesOf(plane, 'token:rotate')
    for (const secret of [before, after]) expect(JSON.stringify(entry)).not.toContain(secret)
  })

  test('is for its person alone, who would else be handed a secret of somebody', async () => {
    const plane = await startTestControlPlane()
    const ada = await signInAs(plane, 'Ada', IN_DEFAULT)
    const admin = await signInAs(plane, 'Root', { platformRole: 'admin' })
    const { token } = await createToken(ada.client, { team: 'default' })
    const params = { id: token.id }

    for (const { client } of [admin, await signInAs(plane, 'Eve', { teams: { [DEFAULT]: 'owner' } })])
      await expect(client.call('tokens.rotate', { params, body: {} })).rejects.toMatchObject({ status: 404 })
    await ada.client.call('tokens.revoke', { params })
    await expect(ada.client.call('tokens.rotate', { params, body: {} })).rejects.toMatchObject({
      status: 409,
      code: 'token_ended',
    })
  })
})

describe('others', () => {
  test('administrators of a team see and revoke the tokens that are limited to it, and cannot use them', async () => {
    const plane = await startTestControlPlane()
    const ada = await signInAs(plane, 'Ada', IN_DEFAULT)
    const limited = await createToken(ada.client, { team: 'default' })
    const unlimited = await createToken(ada.client)
    const { client: admin } = await signInAs(plane, 'Bob', { teams: { [DEFAULT]: 'admin' } })
    const { client: developer } = await signInAs(plane, 'Dev', IN_DEFAULT)
    const inTeam = { params: { team: 'default' } }

    const seen = await admin.call('tokens.team', inTeam)

    expect(seen).toMatchObject([{ id: limited.token.id, person: { email: 'ada@example.org' } }])
    expect(JSON.stringify(seen)).not.toContain(limited.secret)
    await expect(developer.call('tokens.team', inTeam)).rejects.toMatchObject({ status: 403 })
    for (const client of [developer, admin])
      await expect(revoke(client, unlimited.token.id)).rejects.toMatchObject({ status: 404 })
    await expect(revoke(developer, limited.token.id)).rejects.toMatchObject({ status: 404 })
    expect(await revoke(admin, limited.token.id)).toMatchObject({ state: 'revoked' })
    await expect(clientOf(plane, limited.secret).call('apps.list')).rejects.toMatchObject({ status: 401 })
    expect(await clientOf(plane, unlimited.secret).call('apps.list')).toEqual([])
  })

  test('administrators of the platform see and revoke all', async () => {
    const plane = await startTestControlPlane()
    const ada = await signInAs(plane, 'Ada', IN_DEFAULT)
    const { token } = await createToken(ada.client)
    const { client: admin } = await signInAs(plane, 'Root', { platformRole: 'admin' })

    expect(await admin.call('tokens.list')).toEqual([])
    expect(await admin.call('tokens.all')).toMatchObject([{ id: token.id }])
    expect(await plane.local.call('tokens.all')).toMatchObject([{ id: token.id }])
    await expect(ada.client.call('tokens.all')).rejects.toMatchObject({ status: 403 })
    expect(await revoke(admin, token.id)).toMatchObject({ state: 'revoked' })
    expect(await revoke(plane.local, token.id)).toMatchObject({ state: 'revoked' })
    await expect(revoke(admin, 'tok_unknown')).rejects.toMatchObject({ status: 404 })
  })
})

type Client = SignedIn['client']
type CreateBody = Partial<Parameters<typeof createBody>[0]>

function createBody(fields: {
  scopes: ('read' | 'deploy' | 'manage' | 'admin')[]
  apps: string[]
  team: string
  expiresInDays: number | 'never'
}) {
  return { name: 'ci', ...fields }
}

function createToken(client: Client, fields: CreateBody = {}) {
  return client.call('tokens.create', { body: { name: 'ci', scopes: ['deploy'], ...fields } })
}

async function tokenClient(
  plane: TestControlPlane,
  { client }: SignedIn,
  fields: CreateBody,
): Promise<Client> {
  return clientOf(plane, (await createToken(client, fields)).secret)
}

function revoke(client: Client, id: string) {
  return client.call('tokens.revoke', { params: { id } })
}

async function slugs(client: Client): Promise<string[]> {
  return (await client.call('apps.list')).map(({ slug }) => slug)
}

async function idOf({ store }: TestControlPlane, name: string): Promise<string> {
  return (await store.db.selectFrom('user').select('id').where('name', '=', name).executeTakeFirstOrThrow())
    .id
}

function member(team_id: string, user_id: string) {
  return { team_id, user_id, role: 'developer' as const, created_at: 1 }
}

function entriesOf({ store }: TestControlPlane, action: string) {
  return store.db.selectFrom('audit_entries').selectAll().where('action', '=', action).execute()
}

async function anonymised({ url }: TestControlPlane, token: string) {
  const response = await fetch(`${url}/api/v1/apps`, { headers: { authorization: `Bearer ${token}` } })
  const { requestId: _, ...body } = (await response.json()) as { requestId: string }
  return { status: response.status, body, challenge: response.headers.get('www-authenticate') }
}
