import { createKeyRing, createMasterKey } from '@seaworthy/kit'
import { expect, test } from 'vitest'
import { Apps } from '../apps/apps.ts'
import { forEachStore } from '../store/for-each-store.ts'
import { EnvVars } from './env-vars.ts'
import { SharedEnv } from './shared-env.ts'

const master = createMasterKey()
const keyRing = createKeyRing({ keys: [master], primary: master.id })

await forEachStore(({ openStore }) => {
  async function open() {
    const store = await openStore()
    const app = await new Apps({ store }).create({ slug: 'shop' })
    const envVars = new EnvVars({ store, keyRing })
    const env = async (version: number) => (await envVars.resolve(app, { version, shared: null })).env
    const rows = () => store.db.selectFrom('env_versions').selectAll().orderBy('version').execute()
    return { store, app, envVars, env, rows, sharedEnv: new SharedEnv({ store, keyRing }) }
  }

  test('begins as version 0 without variables', async () => {
    const { envVars, app } = await open()

    expect(await envVars.current(app)).toEqual({ version: 0, shared: null })
    expect(await envVars.describe(app)).toEqual({ version: 0, shared: null, variables: {} })
    expect(await envVars.resolve(app, { version: 0, shared: null })).toEqual({
      env: {},
      secrets: {},
      secretValues: [],
    })
  })

  test('each change is a new version with its author and what is different, and old ones stay as they were', async () => {
    const { envVars, app, env } = await open()
    await envVars.change(
      app,
      { set: { A: { value: '1' }, B: { value: '2' }, S: { value: 'one-secret', secret: true } } },
      'ada',
    )

    const second = await envVars.change(
      app,
      { set: { A: { value: '3' }, S: { value: 'two-secret' } }, unset: ['B', 'NEVER_SET'] },
      'bob',
    )

    expect(second).toEqual({ version: 2, changed: ['B', 'A', 'S'], shortSecrets: [] })
    expect(await env(1)).toEqual({ A: '1', B: '2', S: 'one-secret' })
    expect(await env(2)).toEqual({ A: '3', S: 'two-secret' })
    const { items, total } = await envVars.list(app)
    expect(total).toBe(2)
    expect(items).toMatchObject([
      {
        version: 2,
        author: 'bob',
        keys: ['A', 'S'],
        changes: [
          { key: 'A', change: 'changed', before: { value: '1' }, after: { value: '3' } },
          { key: 'B', change: 'removed', before: { value: '2' }, after: null },
          { key: 'S', change: 'changed', before: { value: null }, after: { secret: true, value: null } },
        ],
      },
      { version: 1, author: 'ada', keys: ['A', 'B', 'S'] },
    ])
    expect(JSON.stringify(items)).not.toMatch(/one-secret|two-secret/)
  })

  test('a change that changes nothing makes no version', async () => {
    const { envVars, app } = await open()
    const change = { set: { A: { value: '1' }, S: { value: 'hidden-value', secret: true } } }
    await envVars.change(app, change, 'ada')

    const nothing = { version: 1, changed: [], shortSecrets: [] }
    expect(await envVars.change(app, change, 'ada')).toEqual(nothing)
    expect(await envVars.change(app, { unset: ['NOPE'], protect: ['S'] }, 'ada')).toEqual(nothing)
    expect(await envVars.restore(app, { version: 1, author: 'ada' })).toEqual(nothing)
  })

  test('a secret is sealed in the database, never described, and resolved for the app', async () => {
    const { envVars, app, rows } = await open()
    await envVars.change(
      app,
      { set: { TOKEN: { value: 'hunter2-hunter2', secret: true }, A: { value: '1' } } },
      'ada',
    )

    expect((await rows())[0]!.document_json).not.toContain('hunter2')
    expect(await envVars.describe(app)).toEqual({
      version: 1,
      shared: null,
      variables: {
        A: { secret: false, value: '1', from: 'app' },
        TOKEN: { secret: true, value: null, from: 'app' },
      },
    })
    expect(await envVars.resolve(app, { version: 1, shared: null })).toEqual({
      env: { A: '1', TOKEN: 'hunter2-hunter2' },
      secrets: { TOKEN: 'hunter2-hunter2' },
      secretValues: ['hunter2-hunter2'],
    })
  })

  test('a secret stays one when it is set again, until it is said that it is none', async () => {
    const { envVars, app } = await open()
    await envVars.change(app, { set: { TOKEN: { value: 'one', secret: true } } }, 'ada')

    await envVars.change(app, { set: { TOKEN: { value: 'two' } } }, 'ada')
    expect((await envVars.describe(app)).variables.TOKEN).toMatchObject({ secret: true, value: null })

    await envVars.change(app, { set: { TOKEN: { value: 'three', secret: false } } }, 'ada')
    expect((await envVars.describe(app)).variables.TOKEN).toMatchObject({ secret: false, value: 'three' })
    const { secretValues } = await envVars.resolve(app, { version: 2, shared: null })
    expect(secretValues).toEqual(['two'])
  })

  test('a plain variable that becomes a secret is one in its whole history', async () => {
    const { envVars, app, env, rows } = await open()
    await envVars.change(app, { set: { TOKEN: { value: 'was-plain' }, A: { value: '1' } } }, 'ada')
    await envVars.change(app, { unset: ['TOKEN'] }, 'ada')
    await envVars.change(app, { set: { TOKEN: { value: 'still-plain' } } }, 'ada')

    const protectedNow = await envVars.change(app, { protect: ['TOKEN'] }, 'ada')

    expect(protectedNow).toMatchObject({ version: 4, changed: ['TOKEN'] })
    expect(JSON.stringify(await rows())).not.toMatch(/was-plain|still-plain/)
    expect(JSON.stringify(await envVars.list(app))).not.toMatch(/was-plain|still-plain/)
    expect(await env(1)).toEqual({ TOKEN: 'was-plain', A: '1' })
    expect(await env(4)).toEqual({ TOKEN: 'still-plain', A: '1' })
    await expect(envVars.change(app, { protect: ['NOPE'] }, 'ada')).rejects.toMatchObject({
      code: 'env_invalid',
    })
  })

  test('a secret that is too short to be hidden in logs is told by its name', async () => {
    const { envVars, app } = await open()
    const set = {
      PIN: { value: '12345', secret: true },
      LONG: { value: '123456', secret: true },
      NO: { value: '1' },
    }

    expect((await envVars.change(app, { set }, 'ada')).shortSecrets).toEqual(['PIN'])
  })

  test('an old version comes back as a new one, secrets included, and the author is who did it', async () => {
    const { envVars, app, env } = await open()
    await envVars.change(
      app,
      { set: { A: { value: '1' }, S: { value: 'first-secret', secret: true } } },
      'ada',
    )
    await envVars.change(
      app,
      { set: { B: { value: '2' }, S: { value: 'other-secret' } }, unset: ['A'] },
      'ada',
    )

    const restored = await envVars.restore(app, { version: 1, author: 'bob' })

    expect(restored).toMatchObject({ version: 3, changed: ['A', 'B', 'S'] })
    expect(await env(3)).toEqual({ A: '1', S: 'first-secret' })
    expect(await envVars.summary(app, 3)).toMatchObject({ author: 'bob' })
    expect(await envVars.diff(app, 1, 3)).toEqual([])
    expect(await envVars.diff(app, 2, 1)).toMatchObject([
      { key: 'A', change: 'added' },
      { key: 'B', change: 'removed' },
      { key: 'S', change: 'changed', before: { value: null }, after: { value: null } },
    ])
    await expect(envVars.restore(app, { version: 9, author: 'bob' })).rejects.toMatchObject({
      code: 'env_version_not_found',
    })
  })

  test('a change that was made on an older version is refused, and nothing is changed', async () => {
    const { envVars, app } = await open()
    const set = (value: string) => ({ A: { value } })
    await envVars.change(app, { set: set('1'), baseVersion: 0 }, 'ada')
    await envVars.change(app, { set: set('2'), baseVersion: 1 }, 'bob')

    for (const late of [
      () => envVars.change(app, { set: set('3'), baseVersion: 1 }, 'ada'),
      () => envVars.restore(app, { version: 1, baseVersion: 1, author: 'ada' }),
    ]) {
      await expect(late()).rejects.toMatchObject({
        code: 'env_changed_meanwhile',
        status: 409,
        message: expect.stringContaining('version 2 by bob'),
      })
    }
    expect((await envVars.describe(app)).variables.A).toMatchObject({ value: '2' })
  })

  test('of two changes at once on the same version exactly one is made', async () => {
    const { envVars, app } = await open()

    const results = await Promise.allSettled(
      ['x', 'y'].map(value => envVars.change(app, { set: { A: { value } }, baseVersion: 0 }, 'ada')),
    )

    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect((await envVars.current(app)).version).toBe(1)
  })

  test('a secret that was damaged or copied from elsewhere is named, and nothing is resolved without it', async () => {
    const { envVars, app, store, rows } = await open()
    await envVars.change(
      app,
      { set: { TOKEN: { value: 'hunter2', secret: true }, A: { value: '1' } } },
      'ada',
    )
    const [row] = await rows()
    const document = JSON.parse(row!.document_json)
    document.TOKEN.value = flipped(document.TOKEN.value)
    await store.db
      .updateTable('env_versions')
      .set({ document_json: JSON.stringify(document) })
      .execute()

    const names = { version: 1, shared: null }
    await expect(envVars.resolve(app, names)).rejects.toMatchObject({
      code: 'env_secret_unreadable',
      status: 422,
      message: expect.stringMatching(/TOKEN of shop/),
    })
    expect(await envVars.secretValues(app, names)).toEqual([])

    await envVars.change(app, { set: { TOKEN: { value: 'hunter3' } } }, 'ada')
    expect((await envVars.resolve(app, { version: 2, shared: null })).env).toEqual({
      A: '1',
      TOKEN: 'hunter3',
    })
  })

  test('a sealed value that is copied to another app does not open there', async () => {
    const { envVars, app, store, rows } = await open()
    const other = await new Apps({ store }).create({ slug: 'thief' })
    await envVars.change(app, { set: { TOKEN: { value: 'hunter2', secret: true } } }, 'ada')
    const { document_json } = (await rows())[0]!
    await store.db
      .insertInto('env_versions')
      .values({ id: 'env_stolen', app_id: other.id, version: 1, document_json, author: 'eve', created_at: 1 })
      .execute()

    await expect(envVars.resolve(other, { version: 1, shared: null })).rejects.toMatchObject({
      code: 'env_secret_unreadable',
    })
  })

  test('concurrent changes lose nothing and are numbered without gaps', async () => {
    const { envVars, app, env } = await open()

    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        envVars.change(app, { set: { [`K${index}`]: { value: `${index}` } } }, 'ada'),
      ),
    )

    expect(results.map(({ version }) => version).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 1),
    )
    expect(Object.keys(await env(20))).toHaveLength(20)
  })

  test('wrong names and values are refused together, and nothing is changed', async () => {
    const { envVars, app } = await open()
    const change = {
      set: {
        PORT: { value: '1' },
        'A-B': { value: '1' },
        OK: { value: 'x'.repeat(70_000) },
        C: { value: '' },
      },
      unset: ['C'],
    }

    await expect(envVars.change(app, change, 'ada')).rejects.toMatchObject({
      code: 'env_invalid',
      status: 422,
      errors: [{ path: 'set.PORT' }, { path: 'set.A-B' }, { path: 'set.OK' }, { path: 'unset.C' }],
    })
    expect((await envVars.current(app)).version).toBe(0)
  })

  test('an app has at most 500 variables and 1 MB of them', async () => {
    const { envVars, app } = await open()
    const many = (count: number, value: string) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`K${index}`, { value }]))

    await envVars.change(app, { set: many(500, 'x') }, 'ada')

    await expect(envVars.change(app, { set: { ONE_MORE: { value: '' } } }, 'ada')).rejects.toMatchObject({
      message: expect.stringContaining('500'),
    })
    await expect(envVars.change(app, { set: many(20, 'x'.repeat(60_000)) }, 'ada')).rejects.toMatchObject({
      message: expect.stringContaining('1 MB'),
    })
  })

  test('names of properties that every object has are names like others', async () => {
    const { envVars, app, env } = await open()

    await envVars.change(app, { set: { constructor: { value: '1' }, toString: { value: '2' } } }, 'ada')

    expect(await env(1)).toEqual({ constructor: '1', toString: '2' })
  })

  test('an unknown version is told as such', async () => {
    const { envVars, app } = await open()
    const unknown = { version: 7, shared: null }

    for (const ask of [
      () => envVars.resolve(app, unknown),
      () => envVars.describe(app, unknown),
      () => envVars.summary(app, 7),
    ])
      await expect(ask()).rejects.toMatchObject({ code: 'env_version_not_found', status: 404 })
  })

  test('what the team shares lies under what the app sets, and each value says where it comes from', async () => {
    const { envVars, sharedEnv, app } = await open()
    const team = (environment: string) => ({ teamId: app.team_id, environment })
    const set = (values: Record<string, string>, secret = false) => ({
      set: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value, secret }])),
    })
    await sharedEnv.change(team(''), set({ A: 'team', B: 'team', C: 'team-secret' }, true), 'ada')
    await sharedEnv.change(team('production'), set({ B: 'production', D: 'production' }), 'ada')
    await sharedEnv.change(team('staging'), set({ D: 'staging' }), 'ada')
    await envVars.change(app, set({ D: 'app' }), 'ada')

    const names = await envVars.current(app)

    expect(names).toEqual({ version: 1, shared: { teamId: app.team_id, versions: { '': 1, production: 1 } } })
    expect((await envVars.describe(app)).variables).toEqual({
      A: { secret: true, value: null, from: 'team' },
      B: { secret: false, value: 'production', from: 'environment' },
      C: { secret: true, value: null, from: 'team' },
      D: { secret: false, value: 'app', from: 'app' },
    })
    const resolved = await envVars.resolve(app, names)
    expect(resolved.env).toEqual({ A: 'team', B: 'production', C: 'team-secret', D: 'app' })
    expect(resolved.secretValues).toEqual(['team', 'team-secret'])
    const staging = { ...app, environment: 'staging' }
    expect((await envVars.describe(staging)).variables).not.toHaveProperty('B.value', 'production')
  })

  test('old shared versions stay as they were, and nothing of another team is ever given', async () => {
    const { envVars, sharedEnv, app } = await open()
    const owner = { teamId: app.team_id, environment: '' }
    await sharedEnv.change(owner, { set: { A: { value: 'old', secret: true } } }, 'ada')
    const before = await envVars.current(app)
    await sharedEnv.change(owner, { set: { A: { value: 'new' } } }, 'ada')

    expect((await envVars.resolve(app, before)).env).toEqual({ A: 'old' })
    expect((await envVars.resolve({ ...app, team_id: 'team_other' }, before)).env).toEqual({})
    expect(await envVars.current({ ...app, team_id: 'team_other' })).toEqual({ version: 0, shared: null })
  })

  test('a team lists its shared documents and the apps that get them', async () => {
    const { sharedEnv, store, app } = await open()
    const apps = new Apps({ store })
    const other = await apps.create({ slug: 'blog' })
    await apps.update(other.id, { environment: 'staging' })
    const change = { set: { A: { value: '1' } } }
    await sharedEnv.change({ teamId: app.team_id, environment: 'staging' }, change, 'ada')
    await sharedEnv.change({ teamId: app.team_id, environment: '' }, change, 'bob')

    const documents = await sharedEnv.documents(app.team_id)

    expect(documents).toMatchObject([
      { environment: '', version: 1, keys: ['A'], author: 'bob' },
      { environment: 'staging', version: 1, author: 'ada' },
    ])
    const slugs = await Promise.all(
      documents.map(async document => (await sharedEnv.apps(document)).map(({ slug }) => slug)),
    )
    expect(slugs).toEqual([['blog', 'shop'], ['blog']])
  })
})

/** With one character of the ciphertext changed. */
function flipped(sealed: string): string {
  const at = sealed.lastIndexOf('.') + 3
  return sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1)
}
