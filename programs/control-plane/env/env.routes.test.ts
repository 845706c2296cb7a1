import { createClient } from '@seaworthy/api/client'
import { expect, onTestFinished, test } from 'vitest'
import { addPerson, addSession } from '../accounts/test-people.ts'
import { startTestControlPlane } from '../http/test-control-plane.ts'

const params = { slug: 'shop' }
const shared = (environment: string) => ({ team: 'default', environment })

async function start() {
  const platform = await startTestControlPlane()
  const app = await platform.apps.create({ slug: 'shop' })
  const { local } = platform
  const set = (values: Record<string, string>, more: { secret?: boolean; baseVersion?: number } = {}) => {
    const { secret, ...body } = more
    const entries = Object.entries(values).map(([key, value]) => [
      key,
      { value, ...(secret !== undefined && { secret }) },
    ])
    return local.call('env.update', { params, body: { set: Object.fromEntries(entries), ...body } })
  }
  return { ...platform, app, set }
}

test('a version tells its author, its time and what it changed, secrets without their values', async () => {
  const { local, set } = await start()
  await set({ A: '1', KEY: 'geheim-1' }, { secret: true })
  await set({ A: '2', KEY: 'geheim-2', NEW: 'plain' })

  const version = await local.call('env.version', { params: { ...params, version: 'v2' } })
  const diff = await local.call('env.diff', { params, query: { from: 'v2', to: '0' } })

  expect(version).toMatchObject({ version: 2, author: 'local', keys: ['A', 'KEY', 'NEW'] })
  expect(version.changes).toMatchObject([
    { key: 'A', change: 'changed', before: { secret: true, value: null } },
    { key: 'KEY', change: 'changed', after: { secret: true, value: null } },
    { key: 'NEW', change: 'added', before: null, after: { secret: false, value: 'plain' } },
  ])
  expect(diff.changes.map(({ key, change }) => [key, change])).toEqual([
    ['A', 'removed'],
    ['KEY', 'removed'],
    ['NEW', 'removed'],
  ])
  expect(JSON.stringify([version, diff])).not.toContain('geheim')
})

test('an old version is restored as a new one, and a change on an older version is refused', async () => {
  const { local, set } = await start()
  await set({ A: '1' })
  await set({ A: '2' }, { baseVersion: 1 })

  await expect(set({ A: '3' }, { baseVersion: 1 })).rejects.toMatchObject({
    status: 409,
    code: 'env_changed_meanwhile',
  })
  const restored = await local.call('env.restore', { params, body: { version: 1, baseVersion: 2 } })

  expect(restored).toMatchObject({ version: 3, changed: ['A'] })
  expect((await local.call('env.get', { params })).variables.A).toMatchObject({ value: '1' })
})

test('the export is a .env file without the values of secrets, and importing it leaves them alone', async () => {
  const { local, set } = await start()
  await set({ KEY: 'geheim' }, { secret: true })
  await set({ NOTE: 'two words' })
  await local.call('sharedEnv.update', {
    params: shared('all'),
    body: { set: { FROM_TEAM: { value: 'shared' } } },
  })

  const { version, text } = await local.call('env.export', { params })

  expect({ version, text }).toEqual({
    version: 2,
    text: '# KEY=(secret, not exported)\nNOTE="two words"\n',
  })
  expect(await local.call('env.import', { params, body: { text } })).toMatchObject({
    version: 2,
    changed: [],
  })
})

test('a short secret is noted, and a plain variable becomes a secret without being typed again', async () => {
  const { local, set } = await start()

  const short = await set({ PIN: '1234' }, { secret: true })
  await set({ TOKEN: 'seen-by-all' })
  await local.call('env.update', { params, body: { protect: ['TOKEN'] } })

  expect(short.notes).toEqual([expect.stringMatching(/^PIN has fewer than 6 characters/)])
  expect((await local.call('env.get', { params })).variables.TOKEN).toEqual({
    secret: true,
    value: null,
    from: 'app',
  })
  expect(JSON.stringify(await local.call('env.versions', { params }))).not.toContain('seen-by-all')
})

test('a change of shared variables says which apps it reaches and which set them themselves', async () => {
  const { local, apps, set } = await start()
  const staged = await apps.create({ slug: 'staged' })
  await apps.update(staged.id, { environment: 'staging' })
  await set({ A: 'own' })
  const body = { set: { A: { value: '1' }, B: { value: '2', secret: true } } }

  const everywhere = await local.call('sharedEnv.update', { params: shared('all'), body })
  const staging = await local.call('sharedEnv.update', { params: shared('staging'), body })

  expect(everywhere).toMatchObject({ version: 1, changed: ['A', 'B'], deployments: [] })
  expect(everywhere.apps).toEqual([
    { slug: 'shop', environment: 'production', overrides: ['A'] },
    { slug: 'staged', environment: 'staging', overrides: [] },
  ])
  expect(staging.apps.map(({ slug }) => slug)).toEqual(['staged'])
  expect(await local.call('sharedEnv.list', { params: { team: 'default' } })).toMatchObject([
    { environment: 'all', version: 1, keys: ['A', 'B'], apps: ['shop', 'staged'] },
    { environment: 'staging', version: 1, apps: ['staged'] },
  ])
  expect(await local.call('sharedEnv.get', { params: shared('all') })).toMatchObject({
    variables: { A: { secret: false, value: '1' }, B: { secret: true, value: null } },
  })
  expect(await local.call('env.get', { params })).toMatchObject({
    environment: 'production',
    shared: { all: 1 },
    variables: { A: { value: 'own', from: 'app' }, B: { value: null, from: 'team' } },
  })
  expect((await local.call('sharedEnv.export', { params: shared('all') })).text).toBe(
    'A=1\n# B=(secret, not exported)\n',
  )
})

test('names that cannot be environments are refused', async () => {
  const { local } = await start()
  const body = { environment: 'all' }

  await expect(local.call('apps.update', { params, body })).rejects.toMatchObject({
    code: 'environment_invalid',
  })
  await expect(local.call('sharedEnv.get', { params: shared('Not OK') })).rejects.toMatchObject({
    status: 400,
  })
})

test('who was let at one app alone does not move it to where the team keeps other secrets', async () => {
  const { store, app, url } = await start()
  const userId = await addPerson(store)
  const grant = { app_id: app.id, user_id: userId, role: 'owner', created_at: 1 } as const
  await store.db.insertInto('app_grants').values(grant).execute()
  const client = createClient({ baseUrl: url, token: (await addSession(store, userId)).token })
  onTestFinished(() => client.close())
  const update = (body: { name?: string; environment?: string }) =>
    client.call('apps.update', { params, body })

  expect(await update({ name: 'Renamed', environment: 'production' })).toMatchObject({ name: 'Renamed' })
  await expect(update({ environment: 'staging' })).rejects.toMatchObject({ status: 403 })
  await expect(client.call('sharedEnv.get', { params: shared('staging') })).rejects.toMatchObject({
    status: 404,
  })
})

test('who can make an app use a secret is what the policy says, tokens included', async () => {
  const { local, store, app, set } = await start()
  await set({ KEY: 'geheim' }, { secret: true })
  const people = await Promise.all(
    ['viewer', 'developer', 'granted', 'stranger', 'admin'].map(async name => ({
      name,
      id: await addPerson(store, `${name}@example.org`),
    })),
  )
  const idOf = (name: string) => people.find(person => person.name === name)!.id
  const now = Date.now()
  for (const role of ['viewer', 'developer'] as const) {
    const member = { team_id: app.team_id, user_id: idOf(role), role, created_at: now }
    await store.db.insertInto('team_members').values(member).execute()
  }
  const grant = { app_id: app.id, user_id: idOf('granted'), role: 'developer', created_at: now } as const
  await store.db.insertInto('app_grants').values(grant).execute()
  await store.db.updateTable('user').set({ platformRole: 'admin' }).where('id', '=', idOf('admin')).execute()
  await addToken(idOf('developer'), 'ci', ['deploy'])
  await addToken(idOf('developer'), 'reader', ['read'])

  const readers = await local.call('env.readers', { params: { ...params, key: 'KEY' } })

  expect(readers).toMatchObject({ key: 'KEY', secret: true, from: 'app', uses: [] })
  expect(new Map(readers.people.map(({ email, can }) => [email, can]))).toEqual(
    new Map([
      ['admin@example.org', ['app:deploy', 'app:run', 'env:write']],
      ['developer@example.org', ['app:deploy', 'app:run', 'env:write']],
      ['granted@example.org', ['app:deploy', 'app:run', 'env:write']],
    ]),
  )
  const developer = readers.people.find(({ email }) => email === 'developer@example.org')
  expect(developer!.tokens).toMatchObject([{ name: 'ci', can: ['app:deploy'] }])
  await expect(local.call('env.readers', { params: { ...params, key: 'NOPE' } })).rejects.toMatchObject({
    status: 404,
    code: 'env_key_not_set',
  })

  async function addToken(userId: string, name: string, scopes: string[]): Promise<void> {
    const nothing = { last_used_at: null, last_used_from: null, previous_hash: null, previous_until: null }
    await store.db
      .insertInto('api_tokens')
      .values({
        ...{ id: `tok_${name}`, user_id: userId, team_id: null, name, token_hash: name, hint: 'abcd' },
        ...{ scopes_json: JSON.stringify(scopes), app_ids_json: null, created_at: now, expires_at: null },
        ...{ ...nothing, revoked_at: null, warned_at: null },
      })
      .execute()
  }
})
