import { kyselyAdapter } from '@better-auth/kysely-adapter'
import { betterAuth } from 'better-auth/minimal'
import type { BetterAuthOptions } from 'better-auth/types'
import { expect, test } from 'vitest'
import { forEachStore } from '../store/for-each-store.ts'
import { withHashedTokens } from './hashed-adapter.ts'
import { ADA, testAccounts } from './test-accounts.ts'
import { tokenHash } from './token-hash.ts'

await forEachStore(({ kind, openStore }) => {
  async function open() {
    const all = await testAccounts({ store: await openStore() })
    await all.accounts.ensureOwner(ADA)
    const { internalAdapter, adapter } = await (await all.accounts.auth()).$context
    const { id: userId } = await all.store.db.selectFrom('user').select('id').executeTakeFirstOrThrow()
    return { ...all, internalAdapter, adapter, userId }
  }
  const soon = () => new Date(Date.now() + 60_000)

  test('better-auth finds, changes and ends a session by the token that it does not keep', async () => {
    const { internalAdapter, userId, store } = await open()
    const { token } = await internalAdapter.createSession(userId)
    const stored = () => store.db.selectFrom('session').select(['token', 'userAgent']).execute()
    expect(await stored()).toMatchObject([{ token: tokenHash(token) }])

    expect(await internalAdapter.findSession(token)).toMatchObject({
      session: { token },
      user: { id: userId },
    })
    expect(await internalAdapter.updateSession(token, { userAgent: 'curl' })).toMatchObject({ token })
    expect(await stored()).toEqual([{ token: tokenHash(token), userAgent: 'curl' }])
    expect(await internalAdapter.findSession(tokenHash(token))).toBeNull()
    expect(await internalAdapter.findSessions([token])).toHaveLength(1)
    await internalAdapter.deleteSession(tokenHash(token))
    expect(await stored()).toHaveLength(1)
    await internalAdapter.deleteSession(token)

    expect(await stored()).toEqual([])
  })

  test('a one-time value is used up once by its name, of which only the hash is kept', async () => {
    const { internalAdapter, store } = await open()
    await internalAdapter.createVerificationValue({ identifier: 'challenge', value: 'v', expiresAt: soon() })
    const [row] = await store.db.selectFrom('verification').selectAll().execute()
    expect(row!.identifier).toBe(tokenHash('challenge'))

    expect(await internalAdapter.findVerificationValue(row!.identifier)).toBeNull()
    expect(await internalAdapter.findVerificationValue('challenge')).toMatchObject({
      identifier: 'challenge',
    })
    const taken = await Promise.all(
      Array.from({ length: 5 }, () => internalAdapter.consumeVerificationValue('challenge')),
    )

    expect(taken.filter(value => value !== null)).toMatchObject([{ value: 'v' }])
  })

  test('what is no token stays as it is', async () => {
    const { adapter, userId } = await open()

    const where = [{ field: 'email', value: 'ada@example.org' }]
    expect(await adapter.findOne({ model: 'user', where })).toMatchObject({ id: userId })
    expect(await adapter.count({ model: 'user', where })).toBe(1)
  })

  test('tokens are hashed within a transaction as well', async () => {
    const { store, userId } = await open()
    const inner = kyselyAdapter(store.db, { type: kind, transaction: kind === 'postgres' })
    const { adapter } = await betterAuth({
      secret: 's'.repeat(40),
      baseURL: 'http://localhost:4400',
      database: (options: BetterAuthOptions) => withHashedTokens(inner(options)),
      logger: { disabled: true },
    }).$context
    const data = { identifier: 'in a transaction', value: userId, expiresAt: soon() }

    const made = await adapter.transaction(trx => trx.create({ model: 'verification', data }))

    expect(made).toMatchObject({ identifier: 'in a transaction' })
    const [row] = await store.db.selectFrom('verification').select('identifier').execute()
    expect(row!.identifier).toBe(tokenHash('in a transaction'))
  })
})
