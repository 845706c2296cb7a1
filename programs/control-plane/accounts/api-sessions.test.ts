import { silentLogger } from '@seaworthy/kit'
import { createApiTokenFormat } from '@seaworthy/kit/api-token'
import { describe, expect, test } from 'vitest'
import { auditOver } from '../audit/test-audit.ts'
import type { Store } from '../store/database.ts'
import { forEachStore } from '../store/for-each-store.ts'
import { ApiSessions } from './api-sessions.ts'
import { addPerson, addSession, HOUR_MS, sessionsOver, TestClock } from './test-people.ts'

const MINUTE_MS = 60_000
const REFUSED = { code: 'refresh_refused', status: 401 }

await forEachStore(({ openStore }) => {
  describe('the tokens of a program', () => {
    test('open its session for 15 minutes, and no longer', async () => {
      const { api, clock, sessionId, userId } = await signedIn(await openStore())
      const { accessToken, accessExpiresAt } = await api.issue(sessionId)

      const found = await api.authenticate(accessToken)
      clock.pass(15 * MINUTE_MS)

      expect(found).toEqual({ sessionId, userId, expiresAt: accessExpiresAt })
      expect(await api.authenticate(accessToken)).toBeUndefined()
    })

    test('are exchanged for new ones, each refresh token once', async () => {
      const { api, clock, sessionId } = await signedIn(await openStore())
      const first = await api.issue(sessionId)

      clock.pass(14 * MINUTE_MS)
      const second = await api.refresh(first.refreshToken)
      clock.pass(14 * MINUTE_MS)
      const third = await api.refresh(second.refreshToken)

      expect(new Set([first, second, third].map(tokens => tokens.refreshToken)).size).toBe(3)
      expect(await api.authenticate(first.accessToken)).toBeUndefined()
      expect(await api.authenticate(second.accessToken)).toMatchObject({ sessionId })
      expect(await api.authenticate(third.accessToken)).toMatchObject({ sessionId })
    })

    test('end with their session, all of them, when an old refresh token shows up again', async () => {
      const { api, clock, sessionId, userId, store } = await signedIn(await openStore())
      const stolen = await api.issue(sessionId)
      const owners = await api.refresh(stolen.refreshToken)

      clock.pass(11_000)
      const request = { id: 'req-1', ip: '198.51.100.9', headers: {} }
      await expect(api.refresh(stolen.refreshToken, request)).rejects.toMatchObject(REFUSED)

      expect(await api.authenticate(owners.accessToken)).toBeUndefined()
      await expect(api.refresh(owners.refreshToken)).rejects.toMatchObject(REFUSED)
      expect(await rowsOf(store)).toEqual({ session: 0, refresh_tokens: 0, access_tokens: 0 })
      const entries = await store.db.selectFrom('audit_entries').selectAll().execute()
      expect(entries).toEqual([
        expect.objectContaining({
          actor_kind: 'platform',
          action: 'session:delete',
          target_id: sessionId,
          address: '198.51.100.9',
          after_json: JSON.stringify({ reason: 'an old refresh token was used again', user: userId }),
        }),
      ])
    })

    test('are the same line for two processes that refresh at once', async () => {
      const { api, sessionId, clock } = await signedIn(await openStore())
      const { refreshToken } = await api.issue(sessionId)

      const answers = await Promise.all(Array.from({ length: 5 }, () => api.refresh(refreshToken)))
      clock.pass(9_000)
      const late = await api.refresh(refreshToken)

      expect(new Set([...answers, late].map(tokens => tokens.refreshToken)).size).toBe(1)
      for (const { accessToken } of [...answers, late])
        expect(await api.authenticate(accessToken)).toMatchObject({ sessionId })
    })

    test('are refused when foreign, cut off, made up, of the other kind or too old', async () => {
      const { api, sessionId, clock } = await signedIn(await openStore())
      const { accessToken, refreshToken } = await api.issue(sessionId)
      const foreign = createApiTokenFormat({ prefix: 'swr_' }).make()

      for (const wrong of ['', 'x', foreign, refreshToken.slice(0, -1), `${refreshToken}0`, accessToken])
        await expect(api.refresh(wrong)).rejects.toMatchObject(REFUSED)
      for (const wrong of ['', accessToken.slice(0, -1), refreshToken, foreign.replace('swr_', 'swa_')])
        expect(await api.authenticate(wrong)).toBeUndefined()
      clock.pass(7 * 24 * HOUR_MS)
      await expect(api.refresh(refreshToken)).rejects.toMatchObject(REFUSED)
    })

    test('are worth nothing once the session is ended or its person suspended', async () => {
      const { api, sessions, sessionId, userId, store } = await signedIn(await openStore())
      const first = await api.issue(sessionId)
      const other = await addSession(store, userId)
      const second = await api.issue(other.sessionId)

      await sessions.end(userId, sessionId)
      await store.db.updateTable('user').set({ suspendedAt: 1 }).where('id', '=', userId).execute()

      expect(await api.authenticate(first.accessToken)).toBeUndefined()
      await expect(api.refresh(first.refreshToken)).rejects.toMatchObject(REFUSED)
      await expect(api.refresh(second.refreshToken)).rejects.toMatchObject(REFUSED)
    })

    test('go with a person who is deleted', async () => {
      const { api, sessionId, userId, store } = await signedIn(await openStore())
      const { accessToken } = await api.issue(sessionId)

      await store.db.deleteFrom('user').where('id', '=', userId).execute()

      expect(await api.authenticate(accessToken)).toBeUndefined()
      expect(await rowsOf(store)).toEqual({ session: 0, refresh_tokens: 0, access_tokens: 0 })
    })

    test('stand nowhere in the database', async () => {
      const { api, sessionId, store } = await signedIn(await openStore())
      const issued = await api.issue(sessionId)
      const next = await api.refresh(issued.refreshToken)

      const dump = JSON.stringify([
        await store.db.selectFrom('refresh_tokens').selectAll().execute(),
        await store.db.selectFrom('access_tokens').selectAll().execute(),
      ])

      for (const { accessToken, refreshToken } of [issued, next])
        for (const token of [accessToken, refreshToken]) expect(dump).not.toContain(token)
    })

    test('are swept when they are too old', async () => {
      const { api, sessionId, clock, store } = await signedIn(await openStore())
      await api.issue(sessionId)

      clock.pass(15 * MINUTE_MS)
      expect(await api.sweep()).toBe(1)
      clock.pass(7 * 24 * HOUR_MS)
      expect(await api.sweep()).toBe(1)

      expect(await rowsOf(store)).toEqual({ session: 1, refresh_tokens: 0, access_tokens: 0 })
    })
  })
})

async function signedIn(store: Store) {
  const clock = new TestClock()
  const sessions = sessionsOver(store, clock)
  const { log: audit } = auditOver(store)
  const api = new ApiSessions({ store, sessions, audit, secret: 's'.repeat(40), clock, log: silentLogger })
  const userId = await addPerson(store)
  const { sessionId } = await addSession(store, userId)
  return { store, clock, sessions, api, userId, sessionId }
}

async function rowsOf({ db }: Store) {
  const count = async (table: 'session' | 'refresh_tokens' | 'access_tokens') =>
    (
      await db
        .selectFrom(table)
        .select(eb => eb.lit(1).as('one'))
        .execute()
    ).length
  return {
    session: await count('session'),
    refresh_tokens: await count('refresh_tokens'),
    access_tokens: await count('access_tokens'),
  }
}
