import { defineErrors, type Logger } from '@seaworthy/kit'
import { PasswordsBusy } from '@seaworthy/kit/password'
import type { Store } from '../store/database.ts'
import type { Passwords } from './passwords.ts'
import { exchangeHash, findWithPassword, type PersonWithPassword } from './people.ts'
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
    return this.open(person, visit)
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
    await this.#renewHash(person, password)
    return person
  }

  /** A hash of older parameters is made anew while the password is at hand. It can wait for the next sign-in. */
  async #renewHash({ userId, passwordHash }: PersonWithPassword, password: string): Promise<void> {
    const { store, passwords, log } = this.#options
    if (passwordHash === undefined || !passwords.needsRehash(passwordHash)) return
    try {
      await exchangeHash(store.db, { userId, from: passwordHash, to: await passwords.hash(password) })
    } catch (error) {
      log.warn({ user: userId, err: error }, 'password hash was not renewed')
    }
  }
}
