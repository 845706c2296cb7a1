import { join } from 'node:path'
import { createLogger, silentLogger } from '@seaworthy/kit'
import { temporaryFolder } from '@seaworthy/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openDatabase, type Store } from '../store/database.ts'
import { Accounts, type AccountsOptions } from './accounts.ts'
import { SignInLimiter } from './sign-in-limiter.ts'

const OWNER = { email: 'Ada@Example.org', password: 'correct horse battery', name: 'Ada' }

describe('taking over a fresh platform', () => {
  test('works once, with the one-time token, and signs the owner in', async () => {
    const { accounts } = await fresh()
    const token = (await accounts.createSetupToken())!
    expect(await accounts.isClaimed()).toBe(false)

    const session = await accounts.claim({ ...OWNER, token })

    expect(await accounts.isClaimed()).toBe(true)
    expect(session.person).toMatchObject({ email: 'ada@example.org', name: 'Ada' })
    expect(await accounts.authenticate(session.token)).toMatchObject({ userId: session.person.userId })
    expect(await accounts.createSetupToken()).toBeUndefined()
    await expect(accounts.claim({ ...OWNER, email: 'eve@example.org', token })).rejects.toMatchObject({
      code: 'already_claimed',
    })
  })

  test('keeps only the hash of the token', async () => {
    const { accounts, store } = await fresh()

    const token = (await accounts.createSetupToken())!

    const rows = await store.db.selectFrom('platform_settings').selectAll().execute()
    expect(rows).toHaveLength(1)
    expect(JSON.stringify(rows)).not.toContain(token)
  })

  test('is refused with a wrong token or one that was replaced', async () => {
    const { accounts } = await fresh()
    const replaced = (await accounts.createSetupToken())!
    await accounts.createSetupToken()

    for (const token of ['wrong', replaced]) {
      await expect(accounts.claim({ ...OWNER, token })).rejects.toMatchObject({
        code: 'setup_token_wrong',
        status: 403,
      })
    }
    expect(await accounts.isClaimed()).toBe(false)
  })

  test('makes one owner of many who try at once', async () => {
    const { accounts, store } = await fresh()
    const token = (await accounts.createSetupToken())!

    const claims = Array.from({ length: 5 }, (_, n) =>
      accounts.claim({ ...OWNER, email: `a${n}@example.org`, token }),
    )
    const results = await Promise.allSettled(claims)

    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await countOwners(store)).toBe(1)
  })

  test('comes from the settings as well, once', async () => {
    const { accounts, store } = await fresh()
    await accounts.createSetupToken()

    await accounts.ensureOwner(OWNER)
    await accounts.ensureOwner({ ...OWNER, email: 'other@example.org' })

    expect(await countOwners(store)).toBe(1)
    expect(await accounts.signIn({ ...OWNER, from: '::1' })).toMatchObject({
      person: { email: 'ada@example.org' },
    })
    expect(await store.db.selectFrom('platform_settings').selectAll().execute()).toEqual([])
  })
})

describe('sessions', () => {
  test('survive a restart and end with signing out', async () => {
    const { accounts, options } = await claimed()
    const { token } = await accounts.signIn({ ...OWNER, from: '::1' })
    const restarted = new Accounts(options)
    const session = (await restarted.authenticate(token))!

    await restarted.signOut(session.sessionId)

    expect(await restarted.authenticate(token)).toBeUndefined()
  })

  test('end when their time is over', async () => {
    const { accounts, store } = await claimed()
    const { token } = await accounts.signIn({ ...OWNER, from: '::1' })
    await expireSessions(store)

    expect(await accounts.authenticate(token)).toBeUndefined()
  })

  test.each(['', 'x', 'a'.repeat(32), '../../etc/passwd', 'a.b', 'a'.repeat(5000), '%00'])(
    'are not opened by made-up token %j',
    async token => {
      const { accounts } = await claimed()

      expect(await accounts.authenticate(token)).toBeUndefined()
    },
  )

  test('refuse a wrong password and an unknown account in the same words', async () => {
    const { accounts } = await claimed()

    const wrong = await accounts.signIn({ ...OWNER, password: 'nope', from: '::1' }).catch(error => error)
    const unknown = await accounts
      .signIn({ ...OWNER, email: 'eve@example.org', from: '::1' })
      .catch(error => error)
    const malformed = await accounts
      .signIn({ ...OWNER, email: 'no address', from: '::1' })
      .catch(error => error)

    for (const error of [wrong, unknown, malformed]) {
      expect(error).toMatchObject({ code: 'wrong_credentials', status: 401, message: wrong.message })
    }
  })

  test('make a guesser wait, whose right password then does not help either', async () => {
    const { options } = await claimed()
    let now = 0
    const limiter = new SignInLimiter({ maxFailures: 3, windowMs: 60_000, now: () => now })
    const accounts = new Accounts({ ...options, limiter })
    for (let guess = 0; guess < 3; guess++) {
      await expect(
        accounts.signIn({ ...OWNER, password: `guess ${guess}`, from: '10.0.0.1' }),
      ).rejects.toMatchObject({ status: 401 })
    }

    const blocked = accounts.signIn({ ...OWNER, from: '10.0.0.2' })

    await expect(blocked).rejects.toMatchObject({ code: 'too_many_sign_ins', status: 429 })
    now = 60_001
    await expect(accounts.signIn({ ...OWNER, from: '10.0.0.2' })).resolves.toMatchObject({ person: {} })
  })
})

test('many guesses at once are no way around the limit', async () => {
  const { options } = await claimed()
  const accounts = new Accounts({ ...options, limiter: new SignInLimiter({ maxFailures: 3 }) })

  const guesses = Array.from({ length: 20 }, (_, n) =>
    accounts.signIn({ ...OWNER, password: `guess ${n}`, from: '::1' }),
  )
  const codes = (await Promise.allSettled(guesses)).map(
    result => (result as PromiseRejectedResult).reason.code,
  )

  // Two are checked at a time, so that one more than the limit may have begun.
  expect(codes.filter(code => code === 'wrong_credentials').length).toBeLessThanOrEqual(4)
  expect(codes.filter(code => code === 'too_many_sign_ins').length).toBeGreaterThanOrEqual(16)
})

test('no password and no token reaches the log', async () => {
  const lines: string[] = []
  const log = createLogger({
    name: 'test',
    level: 'trace',
    destination: { write: line => void lines.push(line) },
  })
  const { accounts } = await fresh({ log })
  const token = (await accounts.createSetupToken())!

  const session = await accounts.claim({ ...OWNER, token })
  await accounts.signIn({ ...OWNER, password: 'wrong password', from: '::1' }).catch(() => undefined)

  expect(lines.length).toBeGreaterThan(0)
  for (const secret of [OWNER.password, token, session.token, 'wrong password'])
    expect(lines.join()).not.toContain(secret)
})

async function fresh(overrides: Partial<AccountsOptions> = {}) {
  const folder = temporaryFolder()
  const store = await openDatabase({ file: join(folder.path, 'seaworthy.db'), log: silentLogger })
  onTestFinished(() => store.close())
  const options = {
    store,
    secret: 's'.repeat(40),
    baseUrl: 'http://localhost:4400',
    log: silentLogger,
    ...overrides,
  }
  return { accounts: new Accounts(options), store, options }
}

async function claimed() {
  const all = await fresh()
  await all.accounts.ensureOwner(OWNER)
  return all
}

async function countOwners(store: Store): Promise<number> {
  const db = store.db as unknown as import('kysely').Kysely<{ user: { id: string } }>
  return (await db.selectFrom('user').select('id').execute()).length
}

async function expireSessions(store: Store): Promise<void> {
  const db = store.db as unknown as import('kysely').Kysely<{ session: { expiresAt: string } }>
  await db.updateTable('session').set({ expiresAt: '2020-01-01T00:00:00.000Z' }).execute()
}
