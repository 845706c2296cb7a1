import { defineErrors, type Logger } from '@seaworthy/kit'
import { PasswordsBusy } from '@seaworthy/kit/password'
import type { Store } from '../store/database.ts'
import type { Passwords } from './passwords.ts'
import { exchangeHash, findById, findWithPassword, type PersonWithPassword } from './people.ts'
import type { OpenedSession, Sessions, Visit } from './sessions.ts'
import type { SignInLimits } from './sign-in-limits.ts'

export interface SignedIn extends OpenedSession {
  person: { userId: string; email: string; name: string }
}

/** What comes between the first proof (password, link) and the session. */
export interface SecondFactor {
  /**
   * Resolves when this person may have a session now. Otherwise throws what the client is to be told, with all that it
   * needs for the next step.
   */
  demand(person: PersonWithPassword, visit: Visit): Promise<void>
}

export interface SignInOptions {
  store: Store
  passwords: Passwords
  sessions: Sessions
  limits: SignInLimits
  secondFactor: () => SecondFactor | undefined
  log: Logger
}

export const signInErrors = defineErrors({
  wrong_credentials: { status: 401, message: 'E-mail address or password are wrong.' },
})

/** Sign-in by password. What it answers, and what that costs, is the same for a wrong password and for nobody. */
export class SignIn {
  readonly #options: SignInOptions

  constructor(options: SignInOptions) {
    this.#options = options
  }

  /** Rejects with `wrong_credentials`, TooManyAttempts, PasswordsBusy, or what the second factor demands. */
  async byPassword({
    email,
    password,
    visit,
  }: {
    email: string
    password: string
    visit: Visit
  }): Promise<SignedIn> {
    const attempt = await this.#options.limits.take('sign-in', { email, address: visit.address })
    const person = await this.#check(email, password).catch(async error => {
      // Not checked, so not counted.
      if (error instanceof PasswordsBusy) await attempt.giveBack()
      throw error
    })
    await attempt.giveBack()
    const signedIn = await this.open(person, visit)
    await this.#requireSamePassword(person, signedIn)
    return signedIn
  }

  /** For somebody who has proved who they are. Rejects with what the second factor demands. */
  async open(person: PersonWithPassword, visit: Visit): Promise<SignedIn> {
    const { sessions, secondFactor, log } = this.#options
    await secondFactor()?.demand(person, visit)
    const session = await sessions.open(person.userId, visit)
    log.info({ user: person.userId, session: session.sessionId }, 'signed in')
    const { userId, email, name } = person
    return { ...session, person: { userId, email, name } }
  }

  /** One look-up and one verification, whether or not there is such a person. */
  async #check(email: string, password: string): Promise<PersonWithPassword> {
    const { store, passwords } = this.#options
    const person = await findWithPassword(store.db, email)
    const isRight = await passwords.verify(person?.passwordHash, password)
    // The log and the audit trail may know whose account it was; the answer does not tell.
    if (!person || !isRight) throw signInErrors.wrong_credentials({}, { details: { userId: person?.userId } })
    return { ...person, passwordHash: await this.#renewHash(person, password) }
  }

  /**
   * Checking takes a while. A password that is replaced meanwhile ends every session that there is by then; this one,
   * which came by the old password, must not come after that.
   */
  async #requireSamePassword(
    { passwordHash }: PersonWithPassword,
    { person, sessionId }: SignedIn,
  ): Promise<void> {
    const { store, sessions } = this.#options
    const now = await findById(store.db, person.userId)
    if (now?.passwordHash === passwordHash) return
    await sessions.end(person.userId, sessionId)
    throw signInErrors.wrong_credentials({}, { details: { userId: person.userId } })
  }

  /**
   * A hash of older parameters is made anew while the password is at hand; resolves with the one that is kept from now
   * on. It can wait for the next sign-in.
   */
  async #renewHash(
    { userId, passwordHash }: PersonWithPassword,
    password: string,
  ): Promise<string | undefined> {
    const { store, passwords, log } = this.#options
    if (passwordHash === undefined || !passwords.needsRehash(passwordHash)) return passwordHash
    try {
      const renewed = await passwords.hash(password)
      const exchanged = await exchangeHash(store.db, { userId, from: passwordHash, to: renewed })
      return exchanged ? renewed : passwordHash
    } catch (error) {
      log.warn({ user: userId, err: error }, 'password hash was not renewed')
      return passwordHash
    }
  }
}
