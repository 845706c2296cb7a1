import { generateKeyPairSync } from 'node:crypto'
import { silentLogger } from '@seaworthy/kit'
import { describe, expect, test } from 'vitest'
import type { Store } from '../store/database.ts'
import { forEachStore } from '../store/for-each-store.ts'
import { Passkeys } from './passkeys.ts'
import { type AuthenticatorLies, TestAuthenticator } from './test-authenticator.ts'
import { addPerson, TestClock } from './test-people.ts'

const ORIGIN = 'https://panel.example.org'
const EVIL = 'https://panel.example.org.evil.example'
const REFUSED = { code: 'passkey_refused', status: 401 }
const NOT_ADDED = { code: 'passkey_not_added', status: 400 }

const REGISTRATION_LIES: Record<string, AuthenticatorLies> = {
  'another origin': { origin: EVIL },
  'the same host without TLS': { origin: 'http://panel.example.org' },
  'another relying party': { rpId: 'evil.example' },
  'another challenge': { challenge: 'AAAA' },
  'a person who was not verified': { userVerified: false },
}

const SIGN_IN_LIES: Record<string, AuthenticatorLies> = {
  'another origin': { origin: EVIL },
  'another relying party': { rpId: 'evil.example' },
  'another challenge': { challenge: 'AAAA' },
  'a person who was not verified': { userVerified: false },
  'another key': { key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey },
  'the handle of somebody else': { userHandle: 'usr_other' },
  'a counter that went back': { counter: 1 },
  'a counter that stood still': { counter: 5 },
}

const NO_ANSWERS = [
  {},
  { id: 'x' },
  { response: { clientDataJSON: '!!', authenticatorData: '', signature: 'AA', userHandle: 'AA' } },
]

await forEachStore(({ openStore }) => {
  describe('adding a passkey', () => {
    test('asks for one that can be found without a name and checks its person', async () => {
      const { passkeys, ada } = await people(await openStore())

      const { options } = await passkeys.beginRegistration(ada)

      expect(options).toMatchObject({
        rp: { id: 'panel.example.org', name: 'Seaworthy' },
        user: { name: 'ada@example.org', id: Buffer.from(ada.userId).toString('base64url') },
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        attestation: 'none',
      })
    })

    test('keeps its name, and does not offer to add it twice', async () => {
      const { passkeys, ada } = await people(await openStore())
      const device = new TestAuthenticator({ origin: ORIGIN })

      await add(passkeys, ada, device, 'Work laptop')

      expect(await passkeys.list(ada.userId)).toEqual([
        { id: expect.any(String), name: 'Work laptop', createdAt: expect.any(Number), synced: false },
      ])
      const { options } = await passkeys.beginRegistration(ada)
      expect(options.excludeCredentials).toMatchObject([{ id: device.id }])
    })

    test('refuses what no honest device would answer', async () => {
      const { passkeys, ada } = await people(await openStore())
      const device = new TestAuthenticator({ origin: ORIGIN })

      for (const [what, lies] of Object.entries(REGISTRATION_LIES))
        await expect(add(passkeys, ada, device, 'Lies', lies), what).rejects.toMatchObject(NOT_ADDED)

      expect(await passkeys.list(ada.userId)).toEqual([])
      await expect(add(passkeys, ada, device)).resolves.toMatchObject({ name: 'Key' })
    })

    test('works once for each ceremony, for its own person, in time', async () => {
      const { passkeys, ada, eve, clock } = await people(await openStore())
      const device = new TestAuthenticator({ origin: ORIGIN })
      const begin = async () => {
        const { ceremony, options } = await passkeys.beginRegistration(ada)
        return { ceremony, name: 'x', response: device.register(options.challenge) }
      }
      const [first, second, late] = [await begin(), await begin(), await begin()]

      await passkeys.finishRegistration({ ...first, userId: ada.userId })

      const again = passkeys.finishRegistration({ ...first, userId: ada.userId })
      await expect(again).rejects.toMatchObject(NOT_ADDED)
      const foreign = passkeys.finishRegistration({ ...second, userId: eve.userId })
      await expect(foreign).rejects.toMatchObject(NOT_ADDED)
      clock.pass(5 * 60_000)
      await expect(passkeys.finishRegistration({ ...late, userId: ada.userId })).rejects.toMatchObject(
        NOT_ADDED,
      )
    })

    test('refuses one that somebody has already', async () => {
      const { passkeys, ada, eve } = await people(await openStore())
      const device = new TestAuthenticator({ origin: ORIGIN })
      await add(passkeys, ada, device)

      await expect(add(passkeys, eve, device)).rejects.toMatchObject({ code: 'passkey_known', status: 409 })
    })

    test('stops at twenty', async () => {
      const { passkeys, ada } = await people(await openStore())
      for (let n = 0; n < 20; n++) await add(passkeys, ada, new TestAuthenticator({ origin: ORIGIN }))

      await expect(passkeys.beginRegistration(ada)).rejects.toMatchObject({ code: 'passkeys_full' })
    })
  })

  describe('signing in with a passkey', () => {
    test('needs no name, and works again and again', async () => {
      const { passkeys, ada } = await people(await openStore())
      const device = new TestAuthenticator({ origin: ORIGIN })
      await add(passkeys, ada, device)

      for (let n = 0; n < 3; n++) expect(await signIn(passkeys, ada, device)).toMatchObject(ada)
    })

    test('after a name takes only a passkey of that account, and tells nobody whether there is one', async () => {
      const { passkeys, ada, eve } = await people(await openStore())
      const device = new TestAuthenticator({ origin: ORIGIN })
      await add(passkeys, ada, device)

      const asked = [ada.email, eve.email, 'nobody@example.org']
      const begun = await Promise.all(asked.map(email => passkeys.beginSignIn(email)))

      for (const { options } of begun)
        expect({ ...options, challenge: '' }).toEqual({ ...begun[0]!.options, challenge: '' })
      expect(await signIn(passkeys, ada, device, {}, ' ADA@example.org')).toMatchObject(ada)
      await expect(signIn(passkeys, ada, device, {}, eve.email)).rejects.toMatchObject(REFUSED)
    })

    test('refuses what no honest device would answer', async () => {
      const { passkeys, ada } = await people(await openStore())
      const device = new TestAuthenticator({ origin: ORIGIN })
      await add(passkeys, ada, device)
      device.counter = 4
      await signIn(passkeys, ada, device)

      for (const [what, lies] of Object.entries(SIGN_IN_LIES))
        await expect(signIn(passkeys, ada, device, lies), what).rejects.toMatchObject(REFUSED)

      expect(await signIn(passkeys, ada, device)).toMatchObject(ada)
    })

    test('refuses a passkey that nobody added, and one that was removed', async () => {
      const { passkeys, ada, eve } = await people(await openStore())
      const device = new TestAuthenticator({ origin: ORIGIN })
      const { id } = await add(passkeys, ada, device)

      await expect(passkeys.remove(eve.userId, id)).rejects.toMatchObject({ code: 'passkey_not_found' })
      await passkeys.remove(ada.userId, id)

      await expect(signIn(passkeys, ada, device)).rejects.toMatchObject(REFUSED)
      const stranger = new TestAuthenticator({ origin: ORIGIN })
      await expect(signIn(passkeys, ada, stranger)).rejects.toMatchObject(REFUSED)
    })

    test('refuses an answer that was recorded, and one that came too late', async () => {
      const { passkeys, ada, clock } = await people(await openStore())
      const device = new TestAuthenticator({ origin: ORIGIN })
      await add(passkeys, ada, device)
      const { ceremony, options } = await passkeys.beginSignIn()
      const recorded = device.authenticate(options.challenge, ada.userId)
      await passkeys.finishSignIn(ceremony, recorded)

      await expect(passkeys.finishSignIn(ceremony, recorded)).rejects.toMatchObject(REFUSED)
      const other = await passkeys.beginSignIn()
      await expect(passkeys.finishSignIn(other.ceremony, recorded)).rejects.toMatchObject(REFUSED)
      const late = await passkeys.beginSignIn()
      clock.pass(5 * 60_000)
      const answer = device.authenticate(late.options.challenge, ada.userId)
      await expect(passkeys.finishSignIn(late.ceremony, answer)).rejects.toMatchObject(REFUSED)
    })

    test('refuses a ceremony that was begun to add a passkey', async () => {
      const { passkeys, ada } = await people(await openStore())
      const device = new TestAuthenticator({ origin: ORIGIN })
      await add(passkeys, ada, device)
      const { ceremony, options } = await passkeys.beginRegistration(ada)

      const answer = device.authenticate(options.challenge, ada.userId)

      await expect(passkeys.finishSignIn(ceremony, answer)).rejects.toMatchObject(REFUSED)
    })

    test('refuses somebody who is suspended', async () => {
      const { passkeys, ada, store } = await people(await openStore())
      const device = new TestAuthenticator({ origin: ORIGIN })
      await add(passkeys, ada, device)

      await store.db.updateTable('user').set({ suspendedAt: 1 }).where('id', '=', ada.userId).execute()

      await expect(signIn(passkeys, ada, device)).rejects.toMatchObject(REFUSED)
    })

    test('refuses what is no answer at all', async () => {
      const { passkeys, ada } = await people(await openStore())
      const device = new TestAuthenticator({ origin: ORIGIN })
      await add(passkeys, ada, device)

      for (const answer of NO_ANSWERS) {
        const { ceremony } = await passkeys.beginSignIn()
        const given = { id: device.id, rawId: device.id, type: 'public-key', response: {}, ...answer }
        await expect(passkeys.finishSignIn(ceremony, given as never)).rejects.toMatchObject(REFUSED)
      }
    })
  })
})

interface TestPerson {
  userId: string
  email: string
  name: string
}

async function people(store: Store) {
  const clock = new TestClock()
  const passkeys = new Passkeys({ store, dashboardUrl: `${ORIGIN}/`, clock, log: silentLogger })
  const person = async (email: string) => ({ userId: await addPerson(store, email), email, name: 'Ada' })
  return {
    store,
    passkeys,
    clock,
    ada: await person('ada@example.org'),
    eve: await person('eve@example.org'),
  }
}

async function add(
  passkeys: Passkeys,
  person: TestPerson,
  device: TestAuthenticator,
  name = 'Key',
  lies: AuthenticatorLies = {},
) {
  const { ceremony, options } = await passkeys.beginRegistration(person)
  const response = device.register(options.challenge, lies)
  return passkeys.finishRegistration({ userId: person.userId, ceremony, name, response })
}

async function signIn(
  passkeys: Passkeys,
  { userId }: TestPerson,
  device: TestAuthenticator,
  lies: AuthenticatorLies = {},
  email?: string,
) {
  const { ceremony, options } = await passkeys.beginSignIn(email)
  return passkeys.finishSignIn(ceremony, device.authenticate(options.challenge, userId, lies))
}
