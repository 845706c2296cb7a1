import { hashPassword as scryptHash } from '@better-auth/utils/password'
import { createPasswordHasher, createPasswordPolicy, type PasswordHasher } from '@seaworthy/kit/password'
import { describe, expect, test } from 'vitest'
import { forEachStore } from '../store/for-each-store.ts'
import { Accounts, type AccountsOptions } from './accounts.ts'
import { Passwords } from './passwords.ts'
import { setPasswordHash } from './people.ts'
import { ADA, testAccounts } from './test-accounts.ts'

const WINDOW_MS = 15 * 60_000

/** Real hashes, and a record of what each check was asked. */
function countedPasswords({ passes = 1 } = {}) {
  const checked: { against: string | undefined }[] = []
  const hasher = createPasswordHasher({ memoryKib: 8, passes, maxWaiting: 100_000 })
  const counted: PasswordHasher = {
    ...hasher,
    verify: (hash, password) => {
      checked.push({ against: hash })
      return hasher.verify(hash, password)
    },
  }
  const policy = createPasswordPolicy({ strength: { judge: async () => ({ isCommon: false }), close() {} } })
  return { passwords: new Passwords({ hasher: counted, policy }), checked, hasher }
}

await forEachStore(({ openStore }) => {
  async function claimed(overrides: Partial<AccountsOptions> = {}) {
    const counted = countedPasswords()
    const store = await openStore()
    const all = await testAccounts({ store, passwords: counted.passwords, ...overrides })
    await all.accounts.ensureOwner(ADA)
    const signIn = (password: string, from = '10.0.0.1', email = ADA.email) =>
      all.accounts.signIn({ email, password, from })
    return { ...all, ...counted, signIn }
  }

  test('who came by a password that is replaced while it is checked is not let in', async () => {
    const { accounts, store, hasher } = await claimed()
    const { userId } = (await accounts.signIn({ ...ADA, from: '10.0.0.1' })).person
    const { passwords } = countedPasswords()
    const meanwhile = new Passwords({
      hasher: {
        ...hasher,
        async verify(hash, password) {
          const isRight = await hasher.verify(hash, password)
          await setPasswordHash(store.db, userId, await passwords.hash('Lantern-4-Tidewash'))
          await accounts.sessions.endAll(userId)
          return isRight
        },
      },
      policy: createPasswordPolicy({ strength: { judge: async () => ({ isCommon: false }), close() {} } }),
    })
    const slow = await testAccounts({ store, passwords: meanwhile })

    const late = slow.accounts.signIn({ ...ADA, from: '10.0.0.1' })

    await expect(late).rejects.toMatchObject({ code: 'wrong_credentials' })
    expect(await store.db.selectFrom('session').select('id').execute()).toEqual([])
  })

  describe('ten thousand guesses at one account', () => {
    test('from many addresses at once reach the password check five times in 15 minutes', async () => {
      const { signIn, checked } = await claimed()

      const guesses = Array.from({ length: 10_000 }, (_, n) => signIn(`guess ${n}`, `10.0.${n % 200}.1`))
      const codes = (await Promise.allSettled(guesses)).map(
        result => (result as PromiseRejectedResult).reason.code,
      )

      expect(checked).toHaveLength(5)
      expect(codes.filter(code => code === 'wrong_credentials')).toHaveLength(5)
      expect(codes.filter(code => code === 'too_many_sign_ins')).toHaveLength(9_995)
    })

    test('however the address is spelt, and over a restart, are one count', async () => {
      const { signIn, checked, options } = await claimed()
      const spellings = ['Ada@Example.org', 'ada@example.org', ' ADA@EXAMPLE.ORG ', 'aDa@example.org']
      for (const [n, email] of spellings.entries())
        await expect(signIn('wrong', `10.0.1.${n}`, email)).rejects.toMatchObject({ status: 401 })

      const restarted = new Accounts(options)
      const more = (from: string) => restarted.signIn({ ...ADA, password: 'wrong', from })

      await expect(more('10.0.2.1')).rejects.toMatchObject({ status: 401 })
      await expect(more('10.0.2.2')).rejects.toMatchObject({ status: 429 })
      expect(checked).toHaveLength(5)
    })
  })

  test('a right password after too many wrong ones is refused as well, until the window is over', async () => {
    const { signIn, store } = await claimed()
    for (let n = 0; n < 5; n++) await signIn(`wrong ${n}`).catch(() => undefined)

    await expect(signIn(ADA.password, '10.0.0.9')).rejects.toMatchObject({
      code: 'too_many_sign_ins',
      status: 429,
      retryAfterSeconds: expect.closeTo(WINDOW_MS / 1000, -2),
    })

    await store.db
      .updateTable('rate_limits')
      .set({ expires_at: Date.now() - 1 })
      .execute()
    const fresh = await claimedAgain(store)
    await expect(fresh.signIn({ ...ADA, from: '10.0.0.9' })).resolves.toMatchObject({
      person: { name: 'Ada' },
    })
  })

  test('guesses at many accounts from one network are counted together', async () => {
    const { signIn, checked } = await claimed()
    const from = (n: number) => `2001:db8:1:2::${n.toString(16)}`
    for (let n = 0; n < 5; n++) await signIn('wrong', from(n), `p${n}@example.org`).catch(() => undefined)

    await expect(signIn('wrong', from(9), 'p9@example.org')).rejects.toMatchObject({ status: 429 })

    expect(checked).toHaveLength(5)
    await expect(signIn(ADA.password, '2001:db8:1:3::1')).resolves.toMatchObject({ person: { name: 'Ada' } })
  })

  test('right passwords are not counted, and do not forgive wrong ones', async () => {
    const { signIn } = await claimed()
    for (let n = 0; n < 4; n++) await signIn('wrong').catch(() => undefined)
    for (let n = 0; n < 10; n++) await signIn(ADA.password)
    await expect(signIn('wrong')).rejects.toMatchObject({ status: 401 })

    await expect(signIn(ADA.password)).rejects.toMatchObject({ status: 429 })
  })

  describe('an account that does not exist', () => {
    test.each([
      ['of somebody else', 'eve@example.org'],
      ['without an address', 'no address'],
      ['without a name', ''],
      ['with a zero byte', 'a\u0000@example.org'],
      ['with thousands of letters', `${'a'.repeat(5000)}@example.org`],
    ])('%s costs one check and is refused in the words of a wrong password', async (_, email) => {
      const { signIn, checked } = await claimed()

      const wrong = await signIn('nope', '10.0.0.1').catch(error => error)
      const unknown = await signIn('nope', '10.0.0.2', email).catch(error => error)

      expect(checked.map(({ against }) => against !== undefined)).toEqual([true, false])
      expect({ ...unknown, details: null }).toEqual({ ...wrong, details: null })
      expect(unknown.message).toBe(wrong.message)
    })

    test('that is suspended, or has no password: the same', async () => {
      const { signIn, store, checked } = await claimed()
      await store.db.updateTable('user').set({ suspendedAt: Date.now() }).execute()
      await expect(signIn(ADA.password)).rejects.toMatchObject({ code: 'wrong_credentials' })
      await store.db.updateTable('user').set({ suspendedAt: null }).execute()
      await store.db.deleteFrom('account').execute()

      await expect(signIn(ADA.password)).rejects.toMatchObject({ code: 'wrong_credentials' })

      expect(checked).toEqual([{ against: undefined }, { against: undefined }])
    })
  })

  describe('a hash of former times', () => {
    const hashOf = async ({ db }: Awaited<ReturnType<typeof openStore>>) =>
      (await db.selectFrom('account').select('password').executeTakeFirstOrThrow()).password!

    test('made by better-auth still opens the account, and is made anew', async () => {
      const { signIn, store } = await claimed()
      const { id } = await store.db.selectFrom('user').select('id').executeTakeFirstOrThrow()
      await setPasswordHash(store.db, id, await scryptHash(ADA.password))
      await expect(signIn('wrong')).rejects.toMatchObject({ status: 401 })
      expect(await hashOf(store)).not.toContain('argon2')

      await signIn(ADA.password)

      expect(await hashOf(store)).toMatch(/^\$argon2id\$v=19\$m=8,t=1,p=1\$/)
      await signIn(ADA.password)
    })

    test('of other parameters is made anew, and then stays', async () => {
      const { signIn, store, options } = await claimed()
      const stronger = new Accounts({ ...options, passwords: countedPasswords({ passes: 2 }).passwords })
      await stronger.signIn({ ...ADA, from: '10.0.0.1' })
      const renewed = await hashOf(store)
      expect(renewed).toContain('m=8,t=2,p=1')

      await stronger.signIn({ ...ADA, from: '10.0.0.1' })

      expect(await hashOf(store)).toBe(renewed)
      await expect(signIn('wrong')).rejects.toMatchObject({ status: 401 })
    })
  })

  test('a second factor that is demanded stands before the session, for links as well', async () => {
    const { accounts, signIn, mails, store } = await claimed()
    accounts.useSecondFactor({
      demand: async ({ email }) => {
        throw new Error(`code for ${email}, please`)
      },
    })
    const visit = { address: '10.0.0.1' }

    await expect(signIn(ADA.password)).rejects.toThrow('code for ada@example.org, please')
    await accounts.links.request('sign-in', { email: ADA.email, visit })
    await accounts.close()
    const token = mails.tokenOf('sign-in-link')
    await expect(accounts.links.signIn({ token, visit })).rejects.toThrow('code for ada@example.org, please')

    expect(await store.db.selectFrom('session').select('id').execute()).toEqual([])
  })

  /** A control plane that has not seen what was refused before: it asks the database. */
  async function claimedAgain(store: Awaited<ReturnType<typeof openStore>>) {
    return (await testAccounts({ store, passwords: countedPasswords().passwords })).accounts
  }
})
