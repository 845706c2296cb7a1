import { waitFor } from '@seaworthy/testing'
import { describe, expect, test } from 'vitest'
import { addSession } from '../accounts/test-people.ts'
import { addPerson } from '../teams/test-people.ts'
import { withDeployment } from './test-apps.ts'
import type { TestControlPlane } from './test-control-plane.ts'

type Reader = { userId: string; platform: TestControlPlane }

const EVENTS = '/api/v1/apps/shop/deployments/1/events'
const LOGS = '/api/v1/apps/shop/logs?follow=true'

const UNLIMITED = { appIds: null, teamId: null, expiresInDays: null }

/** Everything that takes the right to read away while a stream is open. */
const LOSSES: [string, (reader: Reader) => Promise<unknown>][] = [
  ['the role in the team', ({ platform, userId }) => deleteFrom(platform, 'team_members', userId)],
  ['the session', ({ platform, userId }) => deleteSessions(platform, userId)],
  ['the account, by suspension', ({ platform, userId }) => suspend(platform, userId)],
  ['the app, to another team', ({ platform }) => moveApp(platform)],
  ['the app, to another one of the same name', ({ platform }) => replaceApp(platform)],
]

describe('a stream ends soon after its reader lost', () => {
  test.each(LOSSES)('%s', async (_, lose) => {
    const { platform, token, userId } = await withReader()
    const response = await follow(platform, EVENTS, token)
    expect(response.status).toBe(200)
    await waitFor(() => platform.deployments.script.readers === 1)

    await lose({ platform, userId })

    await response.text()
    await waitFor(() => platform.deployments.script.readers === 0)
    expect((await follow(platform, EVENTS, token)).status).toBeGreaterThanOrEqual(401)
  })

  test('the right to the logs', async () => {
    const { platform, token, userId } = await withReader()
    const response = await follow(platform, LOGS, token)

    await deleteFrom(platform, 'team_members', userId)

    await response.text()
    expect((await follow(platform, LOGS, token)).status).toBe(404)
  })

  test('an API token', async () => {
    const { platform, userId } = await withReader()
    const { secret, row } = await platform.store.transaction(trx =>
      platform.tokens.create({ userId, name: 'ci', scopes: ['read'], ...UNLIMITED }, trx),
    )
    const response = await follow(platform, EVENTS, secret)
    await waitFor(() => platform.deployments.script.readers === 1)

    await platform.store.db
      .updateTable('api_tokens')
      .set({ revoked_at: Date.now() })
      .where('id', '=', row.id)
      .execute()

    await response.text()
    await waitFor(() => platform.deployments.script.readers === 0)
  })
})

test('a stream goes on for a reader who keeps the role, also when the role changes', async () => {
  const { platform, token, userId } = await withReader()
  const response = await follow(platform, EVENTS, token)
  const reader = response.body!.getReader()
  await platform.store.db
    .updateTable('team_members')
    .set({ role: 'admin' })
    .where('user_id', '=', userId)
    .execute()

  for (let heartbeats = 0; heartbeats < 5; heartbeats++) expect((await reader.read()).done).toBe(false)

  await reader.cancel()
})

async function withReader() {
  const platform = await withDeployment({ heartbeatMs: 20 })
  const { store } = platform
  const userId = await addPerson(store, 'vera')
  const member = { team_id: 'team_default', user_id: userId, role: 'viewer' as const, created_at: 1 }
  await store.db.insertInto('team_members').values(member).execute()
  const { token } = await addSession(store, userId)
  return { platform, userId, token }
}

function follow({ url }: TestControlPlane, path: string, token: string): Promise<Response> {
  return fetch(url + path, { headers: { authorization: `Bearer ${token}` } })
}

function deleteFrom({ store }: TestControlPlane, table: 'team_members', userId: string) {
  return store.db.deleteFrom(table).where('user_id', '=', userId).execute()
}

function deleteSessions({ store }: TestControlPlane, userId: string) {
  return store.db.deleteFrom('session').where('userId', '=', userId).execute()
}

function suspend({ store }: TestControlPlane, userId: string) {
  return store.db.updateTable('user').set({ suspendedAt: 1 }).where('id', '=', userId).execute()
}

async function moveApp({ store, teams }: TestControlPlane) {
  const { id } = await teams.create({ slug: 'elsewhere', actor: { kind: 'local' } })
  await store.db.updateTable('apps').set({ team_id: id }).execute()
}

/** The stream is about the app that it was opened for, not about its name. */
async function replaceApp({ apps }: TestControlPlane) {
  await apps.moveToTrash((await apps.getBySlug('shop'))!.id)
  await apps.create({ slug: 'shop' })
}
