import { createLogger } from '@seaworthy/kit'
import { describe, expect, test } from 'vitest'
import { forEachStore } from '../store/for-each-store.ts'
import { Accounts } from './accounts.ts'
import { createPasswords } from './passwords.ts'
import { ADA, testAccounts } from './test-accounts.ts'

const here = { from: '::1' }

await forEachStore(({ openStore }) => {
  const fresh = async () => testAccounts({ store: await openStore() })

  describe('taking over a fresh platform', () => {
    test('works once, with the one-time token, and signs the owner in', async () => {
      const { accounts } = await fresh()
      const token = (await accounts.createSetupToken())!
      expect(await accounts.isClaimed()).toBe(false)

      const session = await accounts.claim({ ...ADA, ...here, token })

      expect(await accounts.isClaimed()).toBe(true)
      expect(session.person).toMatchObject({ email: 'ada@example.org', name: 'Ada' })
      expect(await accounts.authenticate(session.token)).toMatchObject({ userId: session.person.userId })
      expect(await accounts.createSetupToken()).toBeUndefined()
      await expect(
        accounts.claim({ ...ADA, ...here, email: 'eve@example.org', token }),
      ).rejects.toMatchObject({ code: 'already_claimed' })
    })

    test('makes the owner administrator of the platform and owner of its first team', async () => {
      const { accounts, store } = await fresh()

      await accounts.ensureOwner(ADA)

      const [user] = await store.db.selectFrom('user').select(['id', 'platformRole']).execute()
      expect(user!.platformRole).toBe('admin')
      expect(
        await store.db.selectFrom('team_members').select(['team_id', 'user_id', 'role']).execute(),
      ).toEqual([{ team_id: 'team_default', user_id: user!.id, role: 'owner' }])
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
        await expect(accounts.claim({ ...ADA, ...here, token })).rejects.toMatchObject({
          code: 'setup_token_wrong',
          status: 403,
        })
      }
      expect(await accounts.isClaimed()).toBe(false)
    })

    test('refuses a weak password with every reason, and the link stays good', async () => {
      const { accounts } = await fresh()
      const token = (await accounts.createSetupToken())!

      await expect(accounts.claim({ ...ADA, ...here, password: 'short', token })).rejects.toMatchObject({
        code: 'password_too_weak',
        status: 400,
        errors: [
          { path: 'password', message: 'must have at least 10 characters' },
          { path: 'password', message: 'needs an upper-case letter' },
          { path: 'password', message: 'needs a digit' },
          { path: 'password', message: 'needs a special character, such as - or !' },
        ],
      })

      await expect(accounts.claim({ ...ADA, ...here, token })).resolves.toMatchObject({
        person: { name: 'Ada' },
      })
    })

    test('makes one owner of many who try at once', async () => {
      const { accounts, store } = await fresh()
      const token = (await accounts.createSetupToken())!

      const claims = Array.from({ length: 5 }, (_, n) =>
        accounts.claim({ ...ADA, from: `10.0.0.${n}`, email: `a${n}@example.org`, token }),
      )
      const results = await Promise.allSettled(claims)

      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      expect(await store.db.selectFrom('user').select('id').execute()).toHaveLength(1)
    })

    test('is tried five times in 15 minutes from one address', async () => {
      const { accounts } = await fresh()
      const claim = () => accounts.claim({ ...ADA, ...here, token: 'wrong' })
      for (let n = 0; n < 5; n++) await expect(claim()).rejects.toMatchObject({ code: 'setup_token_wrong' })

      await expect(claim()).rejects.toMatchObject({ code: 'too_many_sign_ins', status: 429 })
    })

    test('takes as many passwords as it needs until one pleases: its link is good', async () => {
      const { accounts } = await fresh()
      const token = (await accounts.createSetupToken())!
      for (let n = 0; n < 6; n++)
        await expect(accounts.claim({ ...ADA, ...here, token, password: 'password' })).rejects.toMatchObject({
          code: 'password_too_weak',
        })

      expect(await accounts.claim({ ...ADA, ...here, token })).toMatchObject({ person: { name: ADA.name } })
    })

    test('mails a link that confirms the address, which gets no other link before', async () => {
      const { accounts, mails, store } = await fresh()
      const token = (await accounts.createSetupToken())!
      const { person, sessionId } = await accounts.claim({ ...ADA, ...here, token })
      const links = async () => {
        await accounts.links.request('password-reset', { email: ADA.email, visit: { address: '::1' } })
        await accounts.close()
        return mails.sent.filter(({ kind }) => kind === 'password-reset').length
      }
      expect(mails.sent).toMatchObject([{ to: 'ada@example.org', kind: 'email-confirm' }])
      expect(await links()).toBe(0)

      const self = { userId: person.userId, sessionId, address: '::1' }
      await accounts.own.confirmEmail(self, mails.tokenOf('email-confirm'))

      expect(await links()).toBe(1)
      expect(mails.sent.map(({ kind }) => kind)).not.toContain('email-changed')
      expect(await store.db.selectFrom('user').select('id').execute()).toHaveLength(1)
    })

    test('comes from the settings as well, once', async () => {
      const { accounts, store } = await fresh()
      await accounts.createSetupToken()

      await accounts.ensureOwner(ADA)
      await accounts.ensureOwner({ ...ADA, email: 'other@example.org' })

      expect(await store.db.selectFrom('user').select('id').execute()).toHaveLength(1)
      expect(await accounts.signIn({ ...ADA, ...here })).toMatchObject({
        person: { email: 'ada@example.org' },
      })
      expect(await store.db.selectFrom('platform_settings').selectAll().execute()).toEqual([])
    })
  })

  describe('a person who is made by an invitation', () => {
    test('is there with the transaction that made it, or not at all', async () => {
      const { accounts, store } = await fresh()
      const passwordHash = await accounts.hashPassword({ password: ADA.password })
      const person = { email: 'Bo@Example.org', name: 'Bo', passwordHash, emailVerified: false }
      const undone = store.transaction(async trx => {
        await accounts.createPerson(person, trx)
        throw new Error('undone')
      })
      await expect(undone).rejects.toThrow('undone')
      await expect(accounts.signIn({ ...ADA, ...person, ...here })).rejects.toMatchObject({ status: 401 })

      const userId = await store.transaction(trx => accounts.createPerson(person, trx))

      const session = await accounts.signIn({ email: 'bo@example.org', password: ADA.password, ...here })
      expect(session.person).toEqual({ userId, email: 'bo@example.org', name: 'Bo' })
    })

    test('is sent the link that confirms an address of which nothing is known', async () => {
      const { accounts, mails } = await fresh()
      const passwordHash = await accounts.hashPassword({ password: ADA.password })

      await accounts.createPerson({ email: 'bo@example.org', name: 'Bo', passwordHash, emailVerified: true })
      await accounts.createPerson({ email: 'Cy@example.org', name: 'Cy', passwordHash, emailVerified: false })

      expect(mails.sent).toMatchObject([{ to: 'cy@example.org', kind: 'email-confirm' }])
    })

    test('has an address that nobody else has, however it is spelt', async () => {
      const { accounts } = await fresh()
      await accounts.ensureOwner(ADA)
      const person = { email: ' ADA@example.ORG ', name: 'Eve', passwordHash: 'x', emailVerified: false }

      await expect(accounts.createPerson(person)).rejects.toMatchObject({ code: 'email_taken', status: 409 })
    })
  })
})

test('a password of the settings that is easy to guess is refused with the policy as it is set', async () => {
  const passwords = createPasswords({ minLength: 12, rules: 'strength' })
  const { accounts } = await testAccounts({ passwords })

  await expect(accounts.ensureOwner({ ...ADA, password: 'unbelievable' })).rejects.toMatchObject({
    errors: [
      { path: 'password', message: 'is on the list of the most common passwords' },
      { path: 'password', message: expect.stringMatching(/^is easy to guess/) },
    ],
  })
  await accounts.ensureOwner({ ...ADA, password: 'correct horse battery' })
})

test('no password, no token and no link reaches the log', async () => {
  const lines: string[] = []
  const log = createLogger({
    name: 'test',
    level: 'trace',
    destination: { write: line => void lines.push(line) },
  })
  const { accounts, options, mails } = await testAccounts({ log })
  const token = (await accounts.createSetupToken())!

  const session = await accounts.claim({ ...ADA, ...here, token })
  await accounts.signIn({ ...ADA, ...here, password: 'wrong password' }).catch(() => undefined)
  const self = { userId: session.person.userId, sessionId: session.sessionId, address: '::1' }
  await accounts.own.confirmEmail(self, mails.tokenOf('email-confirm'))
  await accounts.links.request('sign-in', { email: ADA.email, visit: { address: '::1' } })
  await accounts.close()
  await new Accounts(options).authenticate(session.token)

  expect(lines.length).toBeGreaterThan(0)
  const links = [mails.tokenOf('email-confirm'), mails.tokenOf('sign-in-link')]
  for (const secret of [ADA.password, token, session.token, 'wrong password', ...links])
    expect(lines.join()).not.toContain(secret)
})
