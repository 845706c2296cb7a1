import { describe, expect, test } from 'vitest'
import { forEachStore } from '../store/for-each-store.ts'
import { ADA, testAccounts } from './test-accounts.ts'

const NEW_PASSWORD = 'Lantern-4-Tidewash'

await forEachStore(({ openStore }) => {
  async function signedIn() {
    const all = await testAccounts({ store: await openStore() })
    await all.accounts.ensureOwner(ADA)
    const signIn = (password = ADA.password, email = ADA.email) =>
      all.accounts.signIn({ email, password, from: '10.0.0.1' })
    const session = await signIn()
    const self = { userId: session.person.userId, sessionId: session.sessionId, address: '10.0.0.1' }
    const addBo = async () => {
      const passwordHash = await all.accounts.hashPassword({ password: ADA.password })
      const bo = { email: 'bo@example.org', name: 'Bo', passwordHash, emailVerified: true }
      return all.accounts.createPerson(bo)
    }
    return { ...all, own: all.accounts.own, signIn, session, self, addBo }
  }

  describe('a new password', () => {
    test('needs the present one, and ends all other sessions', async () => {
      const { own, self, signIn, session, accounts } = await signedIn()
      const other = await signIn()
      const wrong = own.changePassword(self, { current: 'wrong', password: NEW_PASSWORD })
      await expect(wrong).rejects.toMatchObject({
        code: 'wrong_password',
        status: 403,
        errors: [{ path: 'currentPassword', message: 'is not your present password' }],
      })
      await expect(own.changePassword(self, { password: NEW_PASSWORD })).rejects.toMatchObject({
        status: 403,
      })
      expect(await accounts.authenticate(other.token)).toBeDefined()

      expect(await own.changePassword(self, { current: ADA.password, password: NEW_PASSWORD })).toBe(1)

      expect(await accounts.authenticate(session.token)).toBeDefined()
      expect(await accounts.authenticate(other.token)).toBeUndefined()
      await expect(signIn()).rejects.toMatchObject({ status: 401 })
      await signIn(NEW_PASSWORD)
    })

    test('is judged, with the reasons at its own field', async () => {
      const { own, self, signIn } = await signedIn()

      const weak = own.changePassword(self, { current: ADA.password, password: 'short' })

      await expect(weak).rejects.toMatchObject({
        code: 'password_too_weak',
        errors: expect.arrayContaining([{ path: 'newPassword', message: 'needs a digit' }]),
      })
      await signIn()
    })

    test('lets nobody guess the present one: who found a session open has five tries', async () => {
      const { own, self, signIn } = await signedIn()
      const guess = () => own.changePassword(self, { current: 'wrong', password: NEW_PASSWORD })
      for (let n = 0; n < 5; n++) await expect(guess()).rejects.toMatchObject({ status: 403 })

      await expect(guess()).rejects.toMatchObject({ status: 429 })
      await expect(signIn()).rejects.toMatchObject({ status: 429 })
    })

    test('can be chosen without one by who has none', async () => {
      const { own, self, signIn, store } = await signedIn()
      await store.db.deleteFrom('account').execute()

      await own.changePassword(self, { password: NEW_PASSWORD })

      await signIn(NEW_PASSWORD)
    })
  })

  test('a name is changed', async () => {
    const { own, self } = await signedIn()

    await own.rename(self.userId, 'Ada, Countess of Lovelace')

    expect(await own.read(self.userId)).toMatchObject({ name: 'Ada, Countess of Lovelace' })
  })

  describe('a new address', () => {
    const NEW_EMAIL = 'Countess@Example.org'

    test('holds once the link that was mailed to it is opened; the old one is told', async () => {
      const { own, self, mails, signIn, accounts, session } = await signedIn()
      await own.requestEmail(self, { email: NEW_EMAIL, password: ADA.password })
      expect(mails.sent).toMatchObject([{ to: 'countess@example.org', kind: 'email-confirm' }])
      expect(await own.read(self.userId)).toMatchObject({ email: 'ada@example.org' })
      const token = mails.tokenOf('email-confirm')

      expect(await own.confirmEmail(self, token)).toEqual({
        before: 'ada@example.org',
        after: 'countess@example.org',
      })

      expect(mails.sent.at(-1)).toMatchObject({
        to: 'ada@example.org',
        kind: 'email-changed',
        data: { newEmail: 'countess@example.org' },
      })
      await signIn(ADA.password, NEW_EMAIL)
      await expect(signIn()).rejects.toMatchObject({ status: 401 })
      expect(await accounts.authenticate(session.token)).toBeDefined()
      await expect(own.confirmEmail(self, token)).rejects.toMatchObject({ code: 'link_not_valid' })
    })

    test('needs the present password', async () => {
      const { own, self, mails } = await signedIn()

      const asked = own.requestEmail(self, { email: NEW_EMAIL, password: 'wrong' })

      await expect(asked).rejects.toMatchObject({ code: 'wrong_password', errors: [{ path: 'password' }] })
      expect(mails.sent).toEqual([])
    })

    test('is confirmed by nobody but who asked for it', async () => {
      const { own, self, mails, addBo } = await signedIn()
      await own.requestEmail(self, { email: NEW_EMAIL, password: ADA.password })
      const token = mails.tokenOf('email-confirm')
      const stranger = { ...self, userId: await addBo() }

      await expect(own.confirmEmail(stranger, token)).rejects.toMatchObject({ code: 'link_not_valid' })

      await own.confirmEmail(self, token) // a stranger's try does not use it up
    })

    test('that somebody else has is told only to who can read its mail', async () => {
      const { own, self, mails, addBo } = await signedIn()
      await addBo()

      await own.requestEmail(self, { email: 'bo@example.org', password: ADA.password })

      await expect(own.confirmEmail(self, mails.tokenOf('email-confirm'))).rejects.toMatchObject({
        code: 'email_taken',
        status: 409,
      })
      expect(await own.read(self.userId)).toMatchObject({ email: 'ada@example.org' })
    })

    test('makes links to the old one worthless', async () => {
      const { own, self, mails, accounts } = await signedIn()
      const visit = { address: '10.0.0.1' }
      await accounts.links.request('password-reset', { email: ADA.email, visit })
      await accounts.close()
      await own.requestEmail(self, { email: NEW_EMAIL, password: ADA.password })
      await own.confirmEmail(self, mails.tokenOf('email-confirm'))

      const reset = accounts.links.resetPassword({
        token: mails.tokenOf('password-reset'),
        password: NEW_PASSWORD,
      })

      await expect(reset).rejects.toMatchObject({ code: 'link_not_valid' })
    })
  })
})
