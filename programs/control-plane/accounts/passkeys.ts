/** Passkeys (WebAuthn Level 3): a key pair on the person's device, unlocked there by finger, face or PIN. */
import { defineErrors, type Logger } from '@seaworthy/kit'
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
  VerifiedRegistrationResponse,
} from '@simplewebauthn/server'
import { type Clock, systemClock } from '../store/clock.ts'
import type { Queryable, Store } from '../store/database.ts'
import { newId } from '../store/ids.ts'
import type { PasskeyRow } from '../store/schema.ts'
import { findById, normalizeEmail, type PersonWithPassword } from './people.ts'
import { keepShortLived, takeShortLived } from './short-lived-values.ts'
import { millisecondsOf, signInFlag, signInTime } from './sign-in-time.ts'

export interface PasskeysOptions {
  store: Store
  /** Where the dashboard answers: `https://panel.example.org`. From settings, never from a request. */
  dashboardUrl: string
  clock?: Pick<Clock, 'now'>
  log: Logger
}

export interface Passkey {
  id: string
  name: string
  /** Milliseconds since 1970. */
  createdAt: number
  /** Whether it is kept in more than one place, such as a password manager. */
  synced: boolean
}

/** What a browser is given; its answer comes back with the same `ceremony`. */
export interface BegunCeremony<Options> {
  ceremony: string
  options: Options
}

export const passkeyErrors = defineErrors({
  passkey_refused: {
    status: 401,
    message:
      'This passkey does not open an account here, or the attempt took too long. Try again, or sign in another way.',
  },
  passkey_not_added: {
    status: 400,
    message:
      'The passkey was not added: the answer of the device does not fit, or it took too long. Try again.',
  },
  passkey_known: { status: 409, message: 'This passkey is in use already. Sign in with it instead.' },
  passkeys_full: { status: 409, message: 'An account has at most {max} passkeys. Remove one first.' },
  passkey_not_found: { status: 404, message: 'You have no such passkey. See the list of your passkeys.' },
})

const CEREMONY_MS = 5 * 60_000
const MAX_PASSKEYS = 20

/**
 * Only discoverable passkeys are made, so that signing in needs no name and tells nothing about who has an account. The
 * device must have checked its person each time: such a sign-in is two factors by itself.
 */
export class Passkeys {
  readonly #options: PasskeysOptions
  readonly #clock: Pick<Clock, 'now'>

  constructor(options: PasskeysOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
  }

  /** Rejects with `passkeys_full`. */
  async beginRegistration({
    userId,
    email,
    name,
  }: {
    userId: string
    email: string
    name: string
  }): Promise<BegunCeremony<PublicKeyCredentialCreationOptionsJSON>> {
    const known = await this.#rowsOf(userId)
    if (known.length >= MAX_PASSKEYS) throw passkeyErrors.passkeys_full({ max: MAX_PASSKEYS })
    const { generateRegistrationOptions } = await webauthn()
    const options = await generateRegistrationOptions({
      rpName: 'Seaworthy',
      rpID: this.#rpId,
      userID: new TextEncoder().encode(userId),
      userName: email,
      userDisplayName: name,
      attestationType: 'none',
      excludeCredentials: known.map(row => ({ id: row.credentialID })),
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    })
    const { challenge } = options
    return { ceremony: await this.#keep('passkey-registration', { challenge, userId }), options }
  }

  /** Rejects with `passkey_not_added` or `passkey_known`. */
  async finishRegistration({
    userId,
    ceremony,
    name,
    response,
  }: {
    userId: string
    ceremony: string
    name: string
    response: RegistrationResponseJSON
  }): Promise<Passkey> {
    const begun = await this.#take<{ challenge: string; userId: string }>('passkey-registration', ceremony)
    if (begun?.userId !== userId) throw passkeyErrors.passkey_not_added()
    const verified = await this.#verifyRegistration(response, begun.challenge)
    const row = this.#newRow(userId, name, verified, response)
    const { numInsertedOrUpdatedRows } = await this.#db
      .insertInto('passkey')
      .values(row)
      .onConflict(conflict => conflict.column('credentialID').doNothing())
      .executeTakeFirst()
    if (numInsertedOrUpdatedRows !== 1n) throw passkeyErrors.passkey_known()
    this.#options.log.info({ user: userId, passkey: row.id }, 'passkey added')
    return passkeyOf(row)
  }

  /** The same for everybody; with an e-mail address, only a passkey of that account is taken afterwards. */
  async beginSignIn(email?: string): Promise<BegunCeremony<PublicKeyCredentialRequestOptionsJSON>> {
    const { generateAuthenticationOptions } = await webauthn()
    const options = await generateAuthenticationOptions({ rpID: this.#rpId, userVerification: 'required' })
    const expected = {
      challenge: options.challenge,
      email: email === undefined ? null : normalizeEmail(email),
    }
    return { ceremony: await this.#keep('passkey-sign-in', expected), options }
  }

  /** Resolves with the person. Rejects with `passkey_refused`, whatever the reason. Good for one try. */
  async finishSignIn(ceremony: string, response: AuthenticationResponseJSON): Promise<PersonWithPassword> {
    const begun = await this.#take<{ challenge: string; email: string | null }>('passkey-sign-in', ceremony)
    const row = begun && (await this.#rowByCredential(response.id))
    const person = row && (await findById(this.#db, row.userId))
    if (!person || !isMeant(person, response, begun.email)) throw passkeyErrors.passkey_refused()
    const counter = await this.#verifySignIn(row, response, begun.challenge)
    if (!(await this.#count(row, counter))) throw passkeyErrors.passkey_refused()
    return person
  }

  async list(userId: string): Promise<Passkey[]> {
    return (await this.#rowsOf(userId)).map(passkeyOf)
  }

  /** Rejects with `passkey_not_found`, also for a passkey of somebody else. Resolves with what was removed. */
  async remove(userId: string, id: string): Promise<Passkey> {
    const row = await this.#db
      .deleteFrom('passkey')
      .where('userId', '=', userId)
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirst()
    if (!row) throw passkeyErrors.passkey_not_found()
    this.#options.log.info({ user: userId, passkey: id }, 'passkey removed')
    return passkeyOf(row)
  }

  get #db(): Queryable {
    return this.#options.store.db
  }

  /** A passkey belongs to a host name; localhost is one, an IP address is none (WebAuthn, 5.1.2). */
  get #rpId(): string {
    return new URL(this.#options.dashboardUrl).hostname
  }

  get #expected() {
    const { origin } = new URL(this.#options.dashboardUrl)
    return { expectedOrigin: origin, expectedRPID: this.#rpId, requireUserVerification: true }
  }

  async #keep(ceremony: 'passkey-registration' | 'passkey-sign-in', value: object): Promise<string> {
    const now = this.#clock.now()
    return (await keepShortLived(this.#db, { ceremony, value, now, lifetimeMs: CEREMONY_MS })).token
  }

  #take<Value>(
    ceremony: 'passkey-registration' | 'passkey-sign-in',
    token: string,
  ): Promise<Value | undefined> {
    return takeShortLived<Value>(this.#db, { ceremony, token, now: this.#clock.now() })
  }

  async #verifyRegistration(
    response: RegistrationResponseJSON,
    expectedChallenge: string,
  ): Promise<Verified> {
    const { verifyRegistrationResponse } = await webauthn()
    try {
      const { registrationInfo } = await verifyRegistrationResponse({
        response,
        expectedChallenge,
        ...this.#expected,
      })
      if (registrationInfo) return registrationInfo
    } catch (cause) {
      throw passkeyErrors.passkey_not_added({}, { cause })
    }
    throw passkeyErrors.passkey_not_added()
  }

  /** Resolves with the new counter, which must have grown, unless the device counts nothing (WebAuthn, 6.1.1). */
  async #verifySignIn(
    row: PasskeyRow,
    response: AuthenticationResponseJSON,
    expectedChallenge: string,
  ): Promise<number> {
    const { verifyAuthenticationResponse } = await webauthn()
    const publicKey = new Uint8Array(Buffer.from(row.publicKey, 'base64url'))
    const credential = { id: row.credentialID, publicKey, counter: row.counter }
    try {
      const options = { response, expectedChallenge, credential, ...this.#expected }
      const { verified, authenticationInfo } = await verifyAuthenticationResponse(options)
      if (verified) return authenticationInfo.newCounter
    } catch (cause) {
      this.#options.log.warn(
        { user: row.userId, passkey: row.id, reason: (cause as Error).message },
        'passkey refused',
      )
      throw passkeyErrors.passkey_refused({}, { cause })
    }
    throw passkeyErrors.passkey_refused()
  }

  /** False when somebody signed in with the same passkey meanwhile and its counter no longer is the one we compared. */
  async #count({ id, counter }: PasskeyRow, newCounter: number): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable('passkey')
      .set({ counter: newCounter })
      .where('id', '=', id)
      .where('counter', '=', counter)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  #newRow(
    userId: string,
    name: string,
    { credential, credentialDeviceType, credentialBackedUp, aaguid }: Verified,
    { response }: RegistrationResponseJSON,
  ): PasskeyRow {
    return {
      id: newId('psk'),
      userId,
      name,
      credentialID: credential.id,
      publicKey: Buffer.from(credential.publicKey).toString('base64url'),
      counter: credential.counter,
      deviceType: credentialDeviceType,
      backedUp: signInFlag(this.#options.store.kind, credentialBackedUp),
      transports: response.transports?.join(',') ?? null,
      createdAt: signInTime(this.#clock.now()),
      aaguid,
    }
  }

  #rowsOf(userId: string): Promise<PasskeyRow[]> {
    return this.#db.selectFrom('passkey').selectAll().where('userId', '=', userId).orderBy('id').execute()
  }

  #rowByCredential(credentialId: string): Promise<PasskeyRow | undefined> {
    return this.#db
      .selectFrom('passkey')
      .selectAll()
      .where('credentialID', '=', credentialId)
      .executeTakeFirst()
  }
}

type Verified = NonNullable<VerifiedRegistrationResponse['registrationInfo']>

/** The device tells which account it unlocked: that must be the one of the passkey, and the one that was asked for. */
function isMeant(
  { userId, email }: PersonWithPassword,
  { response }: AuthenticationResponseJSON,
  expectedEmail: string | null,
): boolean {
  const handle = response.userHandle && Buffer.from(response.userHandle, 'base64url').toString()
  return handle === userId && (expectedEmail === null || expectedEmail === normalizeEmail(email))
}

function passkeyOf({ id, name, createdAt, backedUp }: PasskeyRow): Passkey {
  return {
    id,
    name: name ?? '',
    createdAt: createdAt ? millisecondsOf(createdAt) : 0,
    synced: Boolean(backedUp),
  }
}

/** Some megabytes that only who uses passkeys pays. */
function webauthn() {
  return import('@simplewebauthn/server')
}
