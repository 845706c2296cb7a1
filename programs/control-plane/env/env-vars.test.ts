import { createKeyRing, createMasterKey } from '@seaworthy/kit'
import { expect, test } from 'vitest'
import { Apps } from '../apps/apps.ts'
import { forEachStore } from '../store/for-each-store.ts'
import { EnvVars } from './env-vars.ts'

const master = createMasterKey()
const keyRing = createKeyRing({ keys: [master], primary: master.id })

await forEachStore(({ openStore }) => {
  async function open() {
    const store = await openStore()
    const app = await new Apps({ store }).create({ slug: 'shop' })
    return { store, app, envVars: new EnvVars({ store, keyRing }) }
  }

  test('begins as version 0 without variables', async () => {
    const { envVars, app } = await open()

    expect(await envVars.currentVersion(app.id)).toBe(0)
    expect(await envVars.describe(app.id)).toEqual({ version: 0, variables: {} })
    expect(await envVars.resolve(app.id, 0)).toEqual({ env: {}, secretValues: [] })
  })

  test('each change is a new version, and old ones stay as they were', async () => {
    const { envVars, app } = await open()
    await envVars.change(app.id, { set: { A: { value: '1' }, B: { value: '2' } } }, 'ada')

    const second = await envVars.change(
      app.id,
      { set: { A: { value: '3' } }, unset: ['B', 'NEVER_SET'] },
      'bob',
    )

    expect(second).toEqual({ version: 2, changed: ['B', 'A'] })
    expect((await envVars.resolve(app.id, 1)).env).toEqual({ A: '1', B: '2' })
    expect((await envVars.resolve(app.id, 2)).env).toEqual({ A: '3' })
    expect(await envVars.listVersions(app.id)).toMatchObject({
      total: 2,
      items: [
        { version: 2, author: 'bob', keys: ['A'] },
        { version: 1, author: 'ada', keys: ['A', 'B'] },
      ],
    })
  })

  test('a change that changes nothing makes no version', async () => {
    const { envVars, app } = await open()
    const change = { set: { A: { value: '1' }, S: { value: 'hidden', secret: true } } }
    await envVars.change(app.id, change, 'ada')

    expect(await envVars.change(app.id, change, 'ada')).toEqual({ version: 1, changed: [] })
    expect(await envVars.change(app.id, { unset: ['NOPE'] }, 'ada')).toEqual({ version: 1, changed: [] })
  })

  test('a secret is sealed in the database, never described, and resolved for the app', async () => {
    const { envVars, app, store } = await open()
    await envVars.change(
      app.id,
      { set: { TOKEN: { value: 'hunter2-hunter2', secret: true }, A: { value: '1' } } },
      'ada',
    )

    const { document_json } = await store.db.selectFrom('env_versions').selectAll().executeTakeFirstOrThrow()

    expect(document_json).not.toContain('hunter2')
    expect(await envVars.describe(app.id)).toEqual({
      version: 1,
      variables: { A: { secret: false, value: '1' }, TOKEN: { secret: true, value: null } },
    })
    expect(await envVars.resolve(app.id, 1)).toEqual({
      env: { A: '1', TOKEN: 'hunter2-hunter2' },
      secretValues: ['hunter2-hunter2'],
    })
  })

  test('a secret stays one when it is set again, until it is said that it is none', async () => {
    const { envVars, app } = await open()
    await envVars.change(app.id, { set: { TOKEN: { value: 'one', secret: true } } }, 'ada')

    await envVars.change(app.id, { set: { TOKEN: { value: 'two' } } }, 'ada')
    expect((await envVars.describe(app.id)).variables.TOKEN).toEqual({ secret: true, value: null })

    await envVars.change(app.id, { set: { TOKEN: { value: 'three', secret: false } } }, 'ada')
    expect((await envVars.describe(app.id)).variables.TOKEN).toEqual({ secret: false, value: 'three' })
    expect((await envVars.resolve(app.id, 2)).secretValues).toEqual(['two'])
  })

  test('a sealed value that is copied to another app or name does not open', async () => {
    const { envVars, app, store } = await open()
    const other = await new Apps({ store }).create({ slug: 'thief' })
    await envVars.change(app.id, { set: { TOKEN: { value: 'hunter2', secret: true } } }, 'ada')
    const { document_json } = await store.db.selectFrom('env_versions').selectAll().executeTakeFirstOrThrow()
    await store.db
      .insertInto('env_versions')
      .values({ id: 'env_stolen', app_id: other.id, version: 1, document_json, author: 'eve', created_at: 1 })
      .execute()

    await expect(envVars.resolve(other.id, 1)).rejects.toMatchObject({ code: 'secret_unreadable' })
  })

  test('concurrent changes lose nothing and are numbered without gaps', async () => {
    const { envVars, app } = await open()

    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        envVars.change(app.id, { set: { [`K${index}`]: { value: `${index}` } } }, 'ada'),
      ),
    )

    expect(results.map(({ version }) => version).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 1),
    )
    expect(Object.keys((await envVars.resolve(app.id, 20)).env)).toHaveLength(20)
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

    await expect(envVars.change(app.id, change, 'ada')).rejects.toMatchObject({
      code: 'env_invalid',
      status: 422,
      errors: [{ path: 'set.PORT' }, { path: 'set.A-B' }, { path: 'set.OK' }, { path: 'unset.C' }],
    })
    expect(await envVars.currentVersion(app.id)).toBe(0)
  })

  test('an app has at most 500 variables and 1 MB of them', async () => {
    const { envVars, app } = await open()
    const many = (count: number, value: string) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`K${index}`, { value }]))

    await envVars.change(app.id, { set: many(500, 'x') }, 'ada')

    await expect(envVars.change(app.id, { set: { ONE_MORE: { value: '' } } }, 'ada')).rejects.toMatchObject({
      message: expect.stringContaining('500'),
    })
    await expect(envVars.change(app.id, { set: many(20, 'x'.repeat(60_000)) }, 'ada')).rejects.toMatchObject({
      message: expect.stringContaining('1 MB'),
    })
  })

  test('names of properties that every object has are names like others', async () => {
    const { envVars, app } = await open()

    await envVars.change(app.id, { set: { constructor: { value: '1' }, toString: { value: '2' } } }, 'ada')

    expect((await envVars.resolve(app.id, 1)).env).toEqual({ constructor: '1', toString: '2' })
  })

  test('an unknown version is told as such', async () => {
    const { envVars, app } = await open()

    await expect(envVars.resolve(app.id, 7)).rejects.toMatchObject({
      code: 'env_version_not_found',
      status: 404,
    })
    await expect(envVars.describe(app.id, 7)).rejects.toMatchObject({ code: 'env_version_not_found' })
  })
})
