import { describe, expect, test } from 'vitest'
import { forEachStore } from '../store/for-each-store.ts'
import { linkUrl } from './link-urls.ts'
import { signInFlag } from './sign-in-time.ts'
import { ADA, testAccounts } from './test-accounts.ts'

const visit = { address: '10.0.0.1' }
const NEW_PASSWORD = 'Lantern-4-Tidewash'

await forEachStore(({ openStore }) => {
  async function claimed() {
    const all = await testAccounts({ store: await openStore() })
    await all.accounts.ensureOwner(ADA)
    const ask = async (purpose: 'sign-in' | 'password-reset', email = ADA.email, from = visit) => {
      await all.accounts.links.request(purpose, { email, visit: from })
      await all.accounts.close() // the mail is sent in the background
    }
    const expire = () =>
      all.store.db.updateTable('verification').set({ expiresAt: '2020-01-01T00:00:00.000Z' }).execute()
    return { ...all, ask, expire }
  }

  /** Somebody made this account with an address that nobody confirmed. */
  async function withUnconfirmed(email: string) {
    const all = await claimed()
    const passwordHash = await all.accounts.hashPassword({ password: ADA.password })
    const eve = { email, name: 'Eve', passwordHash, emailVerified: false }
    const userId = await all.accounts.createPerson(eve)
    all.mails.sent.length = 0 // the link that would confirm the address
    return { ...all, userId }
  }

  describe('a link to sign in', () => {
    test('signs in once', async () => {
      const { accounts, mails, ask } = await claimed()
      await ask('sign-in')
      const token = mails.tokenOf('sign-in-link')

      const session = await accounts.links.signIn({ token, visit })

      expect(session.person).toMatchObject({ email: 'ada@example.org' })
      expect(await accounts.authenticate(session.token)).toMatchObject({ sessionId: session.sessionId })
      await expect(accounts.links.signIn({ token, visit })).rejects.toMatchObject({
        code: 'link_not_valid',
        status: 403,
      })
    })

    test('signs in one of many who open it at once', async () => {
      const { accounts, mails, ask } = await claimed()
      await ask('sign-in')
      const token = mails.tokenOf('sign-in-link')

      const opened = await Promise.allSettled(
        Array.from({ length: 10 }, () => accounts.links.signIn({ token, visit })),
      )

      expect(opened.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    })

    test('is worthless after 15 minutes, after a newer one, and after a change of the address', async () => {
      const { accounts, mails, ask, expire, store } = await claimed()
      const refused = { code: 'link_not_valid' }
      await ask('sign-in')
      const replaced = mails.tokenOf('sign-in-link')
      const [mail] = mails.sent
      expect((mail!.data as { expiresAt: number }).expiresAt - Date.now()).toBeLessThanOrEqual(15 * 60_000)
      await ask('sign-in')
      await expect(accounts.links.signIn({ token: replaced, visit })).rejects.toMatchObject(refused)
      await expire()
      await expect(
        accounts.links.signIn({ token: mails.tokenOf('sign-in-link'), visit }),
      ).rejects.toMatchObject(refused)

      await ask('sign-in')
      await store.db.updateTable('user').set({ email: 'new@example.org' }).execute()

      await expect(
        accounts.links.signIn({ token: mails.tokenOf('sign-in-link'), visit }),
      ).rejects.toMatchObject(refused)
    })

    test('is kept by its hash, which is no link', async () => {
      const { accounts, mails, ask, store } = await claimed()
      await ask('sign-in')
      const rows = await store.db.selectFrom('verification').selectAll().execute()
      expect(JSON.stringify(rows)).not.toContain(mails.tokenOf('sign-in-link'))

      for (const token of [rows[0]!.identifier, rows[0]!.identifier.split(':').at(-1)!, rows[0]!.id])
        await expect(accounts.links.signIn({ token, visit })).rejects.toMatchObject({
          code: 'link_not_valid',
        })
    })

    test('resets no password, and a link to reset one signs nobody in', async () => {
      const { accounts, mails, ask } = await claimed()
      await ask('sign-in')
      await ask('password-reset')
      const [forSignIn, forReset] = [mails.tokenOf('sign-in-link'), mails.tokenOf('password-reset')]

      const reset = accounts.links.resetPassword({ token: forSignIn, password: NEW_PASSWORD })
      await expect(reset).rejects.toMatchObject({ code: 'link_not_valid' })
      await expect(accounts.links.signIn({ token: forReset, visit })).rejects.toMatchObject({
        code: 'link_not_valid',
      })
    })

    test('leads to the address of the settings, with the token where no server sees it', async () => {
      const { mails, ask } = await claimed()
      await ask('sign-in')

      const { url } = mails.sent[0]!.data as { url: string }
      expect(url).toMatch(/^http:\/\/localhost:4400\/sign-in\/link#token=[\w-]{43}$/)
      expect(linkUrl('https://panel.example.org', 'password-reset', 'x')).toBe(
        'https://panel.example.org/sign-in/new-password#token=x',
      )
    })
  })

  describe('an account whose address was never confirmed', () => {
    test('is neither opened nor confirmed by a link: whoever made it is not whose address it is', async () => {
      const { ask, mails, store, userId } = await withUnconfirmed('victim@example.org')

      await ask('sign-in', 'victim@example.org')
      await ask('password-reset', 'victim@example.org')

      expect(mails.sent).toEqual([])
      const user = store.db.selectFrom('user').select('emailVerified').where('id', '=', userId)
      expect(Boolean((await user.executeTakeFirstOrThrow()).emailVerified)).toBe(false)
    })

    test('gets links once it is confirmed', async () => {
      const { ask, mails, store, userId } = await withUnconfirmed('bo@example.org')
      const confirmed = { emailVerified: signInFlag(store.kind, true) }
      await store.db.updateTable('user').set(confirmed).where('id', '=', userId).execute()

      await ask('sign-in', 'Bo@Example.org')

      expect(mails.sent).toMatchObject([{ to: 'bo@example.org', kind: 'sign-in-link' }])
    })
  })

  describe('asking for a mail', () => {
    test('for nobody is answered like for somebody, and sends none', async () => {
      const { ask, mails } = await claimed()

      await expect(ask('sign-in', 'nobody@example.org')).resolves.toBeUndefined()
      await expect(ask('password-reset', 'no address')).resolves.toBeUndefined()

      expect(mails.sent).toEqual([])
    })

    test('does not wait for what it looks up', async () => {
      const { accounts, options } = await claimed()
      const never = { send: () => new Promise<void>(() => {}) }
      const { accounts: stuck } = await testAccounts({ ...options, store: options.store, mailer: never })
      stuck.close = async () => {}

      await expect(stuck.links.request('sign-in', { email: ADA.email, visit })).resolves.toBeUndefined()
      expect(await accounts.isClaimed()).toBe(true)
    })

    test('is limited for an account, whether or not it exists, and for an address', async () => {
      const { ask, mails } = await claimed()
      const from = (n: number) => ({ address: `10.1.0.${n}` })
      for (let n = 0; n < 5; n++) await ask('sign-in', ADA.email, from(n))
      for (let n = 0; n < 5; n++) await ask('sign-in', 'nobody@example.org', from(n))

      await expect(ask('sign-in', ADA.email, from(9))).rejects.toMatchObject({ status: 429 })
      await expect(ask('sign-in', 'nobody@example.org', from(8))).rejects.toMatchObject({ status: 429 })
      for (let n = 0; n < 4; n++) await ask('sign-in', `p${n}@example.org`, from(9))
      await expect(ask('sign-in', 'p9@example.org', from(9))).rejects.toMatchObject({ status: 429 })
      expect(mails.sent).toHaveLength(5)
    })
  })

  describe('a forgotten password', () => {
    test('is replaced once, and every session ends', async () => {
      const { accounts, mails, ask } = await claimed()
      const session = await accounts.signIn({ ...ADA, from: '10.0.0.1' })
      await ask('sign-in')
      await ask('password-reset')
      const token = mails.tokenOf('password-reset')

      await accounts.links.resetPassword({ token, password: NEW_PASSWORD })

      expect(await accounts.authenticate(session.token)).toBeUndefined()
      await expect(accounts.signIn({ ...ADA, from: '10.0.0.1' })).rejects.toMatchObject({ status: 401 })
      await accounts.signIn({ ...ADA, password: NEW_PASSWORD, from: '10.0.0.1' })
      const again = accounts.links.resetPassword({ token, password: 'Another-9-Harbour' })
      await expect(again).rejects.toMatchObject({ code: 'link_not_valid' })
      const link = accounts.links.signIn({ token: mails.tokenOf('sign-in-link'), visit })
      await expect(link).rejects.toMatchObject({ code: 'link_not_valid' })
    })

    test('is replaced by one of many who use the link at once', async () => {
      const { accounts, mails, ask } = await claimed()
      await ask('password-reset')
      const token = mails.tokenOf('password-reset')
      const passwords = Array.from({ length: 8 }, (_, n) => `Lantern-${n}-Tidewash`)

      const resets = await Promise.allSettled(
        passwords.map(password => accounts.links.resetPassword({ token, password })),
      )

      expect(resets.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      const won = passwords[resets.findIndex(({ status }) => status === 'fulfilled')]!
      await accounts.signIn({ ...ADA, password: won, from: '10.0.0.1' })
    })

    test('is not replaced by a weak one, which leaves the link good', async () => {
      const { accounts, mails, ask } = await claimed()
      await ask('password-reset')
      const token = mails.tokenOf('password-reset')

      await expect(accounts.links.resetPassword({ token, password: 'short' })).rejects.toMatchObject({
        code: 'password_too_weak',
      })

      await accounts.links.resetPassword({ token, password: NEW_PASSWORD })
    })

    test('can be helped by the administrator of the machine, who gets the link itself', async () => {
      const { accounts, mails } = await claimed()

      const { url } = (await accounts.links.createResetUrl(ADA.email))!

      const token = new URL(url).hash.replace('#token=', '')
      await accounts.links.resetPassword({ token, password: NEW_PASSWORD })
      await accounts.signIn({ ...ADA, password: NEW_PASSWORD, from: '10.0.0.1' })
      expect(await accounts.links.createResetUrl('nobody@example.org')).toBeUndefined()
      expect(mails.sent).toEqual([])
    })
  })
})
