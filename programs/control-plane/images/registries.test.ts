import { join } from 'node:path'
import { temporaryFolder } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { Apps } from '../apps/apps.ts'
import { openKeyRing } from '../secrets/open-key-ring.ts'
import type { Store } from '../store/database.ts'
import { forEachStore } from '../store/for-each-store.ts'
import { Registries } from './registries.ts'

const SIGN_IN = { username: 'bot', password: 'a registry password' }
const HOST = 'registry.example.com'

await forEachStore(({ openStore }) => {
  async function open() {
    const store = await openStore()
    const keyRing = await openKeyRing({ store, path: join(temporaryFolder().path, 'keys', 'master.json') })
    const app = await new Apps({ store }).create({ slug: 'shop' })
    return { store, app, teamId: app.team_id, registries: new Registries({ store, keyRing }) }
  }

  const stored = (store: Store) => store.db.selectFrom('registries').selectAll().execute()

  test('a sign-in opens for the apps of its team and its host, and stands nowhere in the clear', async () => {
    const { store, app, teamId, registries } = await open()

    await registries.set(teamId, HOST, SIGN_IN)

    expect(await registries.authFor(app.id, HOST)).toEqual(SIGN_IN)
    expect(await registries.authFor(app.id, 'other.example.com')).toBeUndefined()
    expect(await registries.authFor('app_of_nobody', HOST)).toBeUndefined()
    expect(JSON.stringify(await stored(store))).not.toContain(SIGN_IN.password)
  })

  test('a second sign-in for a host replaces the first, and the list shows no password', async () => {
    const { store, app, teamId, registries } = await open()
    await registries.set(teamId, HOST, SIGN_IN)

    await registries.set(teamId, HOST, { username: 'new', password: 'newer' })

    expect(await stored(store)).toHaveLength(1)
    expect(await registries.list(teamId)).toEqual([
      { host: HOST, username: 'new', updatedAt: expect.any(Number) },
    ])
    expect(await registries.authFor(app.id, HOST)).toEqual({ username: 'new', password: 'newer' })
  })

  test("a password that was moved to another host's row does not open", async () => {
    const { store, app, teamId, registries } = await open()
    await registries.set(teamId, HOST, SIGN_IN)

    await store.db.updateTable('registries').set({ host: 'evil.example.com' }).execute()

    await expect(registries.authFor(app.id, 'evil.example.com')).rejects.toThrow()
  })

  test('what is removed is gone, and what is not there is named', async () => {
    const { app, teamId, registries } = await open()
    await registries.set(teamId, HOST, SIGN_IN)

    await registries.remove(teamId, HOST)

    expect(await registries.authFor(app.id, HOST)).toBeUndefined()
    await expect(registries.remove(teamId, HOST)).rejects.toMatchObject({
      code: 'registry_not_found',
      status: 404,
      message: expect.stringContaining(HOST),
    })
  })
})
