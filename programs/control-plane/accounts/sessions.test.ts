import { describe, expect, test } from 'vitest'
import { forEachStore } from '../store/for-each-store.ts'
import { Accounts } from './accounts.ts'
import { ADA, testAccounts } from './test-accounts.ts'
import { tokenHash } from './token-hash.ts'

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000

await forEachStore(({ openStore }) => {
  /** Ada with a session, and a clock that the test moves. */
  async function signedIn() {
    let offsetMs = 0
    const clock = { now: () => Date.now() + offsetMs }
    const all = await testAccounts({
      store: await openStore(),
      clock,
      sessionIdleHours: 10,
      sessionMaxDays: 2,
    })
    await all.accounts.ensureOwner(ADA)
    const signIn = (userAgent?: string) => all.accounts.signIn({ ...ADA, from: '10.0.0.1', userAgent })
    const pass = (ms: number) => {
      offsetMs += ms
    }
    return { ...all, session: await signIn('curl/8.0'), signIn, pass }
  }

  describe('a session', () => {
    test('survives a restart and ends for good', async () => {
      const { accounts, options, session } = await signedIn()
      const restarted = new Accounts(options)
      const found = (await restarted.authenticate(session.token))!
      expect(found).toMatchObject({ userId: session.person.userId, sessionId: session.sessionId })

      expect(await restarted.sessions.end(found.userId, found.sessionId)).toBe(true)

      expect(await accounts.authenticate(session.token)).toBeUndefined()
      expect(await accounts.sessions.end(found.userId, found.sessionId)).toBe(false)
    })

    test('is looked up without loading better-auth', async () => {
      const { options, session } = await signedIn()
      const restarted = new Accounts(options)
      restarted.auth = () => Promise.reject(new Error('not to be loaded'))

      expect(await restarted.authenticate(session.token)).toBeDefined()
      expect((await restarted.sessions.list(session.person.userId, {})).total).toBe(1)
    })

    test('ends when it was not used for long, and not before', async () => {
      const { accounts, session, pass } = await signedIn()
      pass(9 * HOUR_MS)
      expect(await accounts.authenticate(session.token)).toBeDefined()

      pass(9 * HOUR_MS)
      expect(await accounts.authenticate(session.token)).toBeDefined() // the last use was 9 hours ago
      pass(10 * HOUR_MS + 1)

      expect(await accounts.authenticate(session.token)).toBeUndefined()
    })

    test('ends when its longest life is over, however much it is used', async () => {
      const { accounts, session, pass } = await signedIn()
      for (let used = 0; used < 5; used++) {
        pass(9 * HOUR_MS)
        expect(await accounts.authenticate(session.token)).toBeDefined()
      }

      pass(4 * HOUR_MS)

      expect(await accounts.authenticate(session.token)).toBeUndefined()
    })

    test('ends earlier when a shorter life is set meanwhile', async () => {
      const { options, session } = await signedIn()
      const stricter = new Accounts({
        ...options,
        sessionMaxDays: 1,
        clock: { now: () => Date.now() + 25 * HOUR_MS },
      })

      expect(await stricter.authenticate(session.token)).toBeUndefined()
    })

    test('is written down as used once a minute at most', async () => {
      const { accounts, session, pass, store } = await signedIn()
      const lastUse = async () => {
        const row = await store.db.selectFrom('session').select('updatedAt').executeTakeFirstOrThrow()
        return new Date(row.updatedAt).getTime()
      }
      const opened = await lastUse()

      pass(30_000)
      await Promise.all(Array.from({ length: 20 }, () => accounts.authenticate(session.token)))
      expect(await lastUse()).toBe(opened)
      pass(31_000)
      await Promise.all(Array.from({ length: 20 }, () => accounts.authenticate(session.token)))

      expect(await lastUse()).toBeGreaterThanOrEqual(opened + MINUTE_MS)
    })

    test('dies with its person', async () => {
      const { accounts, session, store } = await signedIn()

      await store.db.deleteFrom('user').where('id', '=', session.person.userId).execute()

      expect(await accounts.authenticate(session.token)).toBeUndefined()
      expect(await store.db.selectFrom('session').select('id').execute()).toEqual([])
    })

    test.each([
      '',
      'x',
      'a'.repeat(32),
      '../../etc/passwd',
      'a.b',
      'a'.repeat(5000),
      '%00',
      '\u0000',
      "' or 1=1 --",
    ])('is not opened by the made-up token %j', async token => {
      const { accounts } = await signedIn()

      expect(await accounts.authenticate(token)).toBeUndefined()
    })
  })

  test('a copy of the database holds no token that opens a session', async () => {
    const { accounts, session, store } = await signedIn()
    const dump = JSON.stringify(await store.db.selectFrom('session').selectAll().execute())

    expect(dump).not.toContain(session.token)
    expect(dump).toContain(tokenHash(session.token))
    expect(await accounts.authenticate(tokenHash(session.token))).toBeUndefined()
    const { api } = await accounts.auth()
    const asBearer = (token: string) => ({ headers: new Headers({ authorization: `Bearer ${token}` }) })
    expect(await api.getSession(asBearer(session.token))).toMatchObject({
      user: { email: 'ada@example.org' },
    })
    expect(await api.getSession(asBearer(tokenHash(session.token)))).toBeNull()
  })

  describe('somebody with several sessions', () => {
    test('sees those that live, the last used first', async () => {
      const { accounts, session, signIn, pass } = await signedIn()
      pass(5 * HOUR_MS)
      const { userId } = session.person
      const second = await signIn('Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0')
      await accounts.authenticate(session.token)

      const { items, total } = await accounts.sessions.list(userId, {})

      expect(total).toBe(2)
      expect(items.map(({ id }) => id)).toEqual([session.sessionId, second.sessionId])
      expect(items[1]).toMatchObject({ ipAddress: '10.0.0.1', userAgent: expect.stringContaining('Firefox') })
      pass(8 * HOUR_MS)
      await accounts.authenticate(session.token)
      pass(8 * HOUR_MS)
      expect((await accounts.sessions.list(userId, {})).items.map(({ id }) => id)).toEqual([
        session.sessionId,
      ])
    })

    test('ends all others, or all, and nobody else’s', async () => {
      const { accounts, session, signIn } = await signedIn()
      const { userId } = session.person
      const [second, third] = [await signIn(), await signIn()]
      const passwordHash = await accounts.hashPassword({ password: ADA.password })
      const bo = { email: 'bo@example.org', name: 'Bo', passwordHash, emailVerified: true }
      const foreign = await accounts.openSession(await accounts.createPerson(bo), { address: '::1' })
      expect(await accounts.sessions.end(userId, foreign.sessionId)).toBe(false)

      expect(await accounts.sessions.endAll(userId, { except: second.sessionId })).toBe(2)
      expect(await accounts.authenticate(third.token)).toBeUndefined()
      expect(await accounts.authenticate(second.token)).toBeDefined()
      expect(await accounts.sessions.endAll(userId)).toBe(1)

      expect(await accounts.authenticate(second.token)).toBeUndefined()
      expect(await accounts.authenticate(foreign.token)).toBeDefined()
    })
  })

  test('a device that is new is told by mail, one that is known or the first of all is not', async () => {
    const { accounts, signIn, mails, session } = await signedIn() // from curl
    await signIn('curl/9.1')
    await accounts.close()
    expect(mails.sent).toEqual([])

    await signIn('Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0')
    await signIn('Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0')
    await accounts.close()

    expect(mails.sent).toMatchObject([
      {
        to: session.person.email,
        kind: 'new-sign-in',
        data: { device: 'Firefox on Linux', address: '10.0.0.1' },
      },
    ])
  })

  test('a sweep removes what is over and nothing else', async () => {
    const { accounts, session, signIn, pass, store, mails } = await signedIn()
    await accounts.links.request('sign-in', { email: ADA.email, visit: { address: '::1' } })
    await accounts.close()
    expect(mails.sent).toHaveLength(1)
    expect(await accounts.sweep()).toBe(0)
    pass(11 * HOUR_MS)
    const used = await signIn()
    // It was opened by the real clock; its last use is put where the moved one is.
    const updatedAt = new Date(Date.now() + 11 * HOUR_MS).toISOString()
    await store.db.updateTable('session').set({ updatedAt }).where('id', '=', used.sessionId).execute()

    expect(await accounts.sweep()).toBe(2)

    expect(await store.db.selectFrom('session').select('id').execute()).toEqual([{ id: used.sessionId }])
    expect(await store.db.selectFrom('verification').select('id').execute()).toEqual([])
    expect(session.sessionId).not.toBe(used.sessionId)
  })
})
