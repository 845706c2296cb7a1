import type { Logger } from '@seaworthy/kit'
import type { CandidatePassword } from '@seaworthy/kit/password'
import type { RateLimitStore } from '@seaworthy/kit/rate-limit'
import type { FoundSession } from '../http/identify.ts'
import type { Mailer } from '../mail/mailer.ts'
import { type Clock, systemClock } from '../store/clock.ts'
import type { Queryable, Store } from '../store/database.ts'
import { Background } from './background.ts'
import type { BetterAuth } from './better-auth.ts'
import { MailedLinks } from './mailed-links.ts'
import { tellOfNewDevice } from './new-sign-in.ts'
import { sweepLinks } from './one-time-links.ts'
import { OwnAccount } from './own-account.ts'
import type { Passwords } from './passwords.ts'
import { findById, insertPerson, normalizeEmail } from './people.ts'
import { Sessions, type Visit } from './sessions.ts'
import { type NewOwner, Setup } from './setup.ts'
import { type SecondFactor, type SignedIn, SignIn, signInErrors } from './sign-in.ts'
import { SignInLimits } from './sign-in-limits.ts'

export interface AccountsOptions {
  store: Store
  /** At least 32 random bytes as text, from the key ring; the same after every restart. */
  secret: string
  /** Where the dashboard answers: `http://localhost:4400`. */
  baseUrl: string
  passwords: Passwords
  mailer: Mailer
  /** 168 unless told. */
  sessionIdleHours?: number
  /** 30 unless told. */
  sessionMaxDays?: number
  /** Where attempts are counted: it must outlive a restart. */
  counts: RateLimitStore
  clock?: Pick<Clock, 'now'>
  log: Logger
}

export interface NewPerson {
  email: string
  name: string
  /** From `hashPassword`, which is slow work and has no place inside a transaction. */
  passwordHash: string
  /** Whether a mail that only they got brought them here. */
  emailVerified: boolean
}

const HOUR_MS = 60 * 60_000
const DAY_MS = 24 * HOUR_MS

/** People's accounts: how they come to be, how people sign in, and what they change about themselves. */
export class Accounts {
  readonly sessions: Sessions
  readonly limits: SignInLimits
  readonly links: MailedLinks
  readonly own: OwnAccount
  readonly #options: AccountsOptions
  readonly #setup: Setup
  readonly #signIn: SignIn
  readonly #background: Background
  #auth: Promise<BetterAuth> | undefined
  #secondFactor: SecondFactor | undefined

  constructor(options: AccountsOptions) {
    const { store, passwords, mailer, baseUrl: dashboardUrl, log, clock = systemClock } = options
    const { sessionIdleHours = 168, sessionMaxDays = 30, counts } = options
    const lives = { idleMs: sessionIdleHours * HOUR_MS, maxMs: sessionMaxDays * DAY_MS }
    const background = new Background({ log })
    const limits = new SignInLimits({ store: counts })
    const sessions = new Sessions({
      ...{ store, auth: () => this.auth(), ...lives, clock, log },
      onOpened: session =>
        background.run('tell of a new device', () =>
          tellOfNewDevice({ store, mailer, dashboardUrl }, session),
        ),
    })
    const secondFactor = () => this.#secondFactor
    const signIn = new SignIn({ store, passwords, sessions, limits, secondFactor, log })
    const shared = { store, mailer, dashboardUrl, passwords, sessions, limits }
    this.#options = options
    this.#background = background
    this.#setup = new Setup({
      ...{ store, passwords, log },
      confirm: (trx, person) => this.own.mailConfirmation(trx, person),
    })
    this.#signIn = signIn
    this.sessions = sessions
    this.limits = limits
    this.links = new MailedLinks({ ...shared, signIn, background })
    this.own = new OwnAccount(shared)
  }

  isClaimed(): Promise<boolean> {
    return this.#setup.isClaimed()
  }

  /** See `Setup.createToken`. */
  createSetupToken(): Promise<string | undefined> {
    return this.#setup.createToken()
  }

  /** See `Setup.ensureOwner`. */
  ensureOwner(owner: NewOwner): Promise<void> {
    return this.#setup.ensureOwner(owner)
  }

  /** See `Setup.claim`; rejects with TooManyAttempts as well. Signs the owner in. */
  async claim({
    from,
    userAgent,
    ...claim
  }: NewOwner & { token: string; from: string; userAgent?: string }): Promise<SignedIn> {
    const userId = await this.limits.register(from, () => this.#setup.claim(claim))
    return this.openSession(userId, { address: from, userAgent })
  }

  /** See `SignIn.byPassword`. `from` is the address that the request came from. */
  signIn(credentials: {
    email: string
    password: string
    from: string
    userAgent?: string | undefined
  }): Promise<SignedIn> {
    const { email, password, from: address, userAgent } = credentials
    return this.#signIn.byPassword({ email, password, visit: { address, userAgent } })
  }

  /** For who has proved with a factor of their own who they are. Asks for no second one. Rejects with `wrong_credentials`. */
  async openSession(userId: string, visit: Visit): Promise<SignedIn> {
    const person = await findById(this.#options.store.db, userId)
    // Suspended or deleted between the steps of a sign-in.
    if (!person) throw signInErrors.wrong_credentials()
    const session = await this.sessions.open(userId, visit)
    return { ...session, person: { userId, email: person.email, name: person.name } }
  }

  /** The session of a token, or undefined. */
  authenticate(token: string): Promise<FoundSession | undefined> {
    return this.sessions.authenticate(token)
  }

  /** The hash of a new password. Rejects with `password_too_weak`, which has every reason. */
  hashPassword(candidate: CandidatePassword): Promise<string> {
    return this.#options.passwords.hashNew(candidate)
  }

  /**
   * For invitations: nobody registers by themselves. An address that is not confirmed is sent the link that does it.
   * Resolves with the id. Rejects with `email_taken`.
   */
  async createPerson(person: NewPerson, trx?: Queryable): Promise<string> {
    const { store } = this.#options
    if (!trx) return store.transaction(own => this.createPerson(person, own))
    const userId = await insertPerson(trx, store.kind, person)
    const subject = { userId, email: normalizeEmail(person.email) }
    if (!person.emailVerified) await this.own.mailConfirmation(trx, subject)
    return userId
  }

  /** What is asked for between a password or a link and the session. */
  useSecondFactor(secondFactor: SecondFactor): void {
    this.#secondFactor = secondFactor
  }

  /** better-auth, loaded when it is first needed. */
  auth(): Promise<BetterAuth> {
    this.#auth ??= this.#createAuth()
    return this.#auth
  }

  /** Removes sessions and one-time values that are over. Resolves with how many there were. */
  async sweep(): Promise<number> {
    const { store, clock = systemClock } = this.#options
    return (await this.sessions.sweep()) + (await sweepLinks(store.db, clock.now()))
  }

  /** Finishes what runs in the background. */
  async close(): Promise<void> {
    await this.#background.settled()
    this.#options.passwords.close()
  }

  async #createAuth(): Promise<BetterAuth> {
    const { createBetterAuth } = await import('./better-auth.ts')
    const { store, secret, baseUrl, passwords, sessionMaxDays = 30 } = this.#options
    return createBetterAuth({ store, secret, baseUrl, passwords, sessionMaxMs: sessionMaxDays * DAY_MS })
  }
}
