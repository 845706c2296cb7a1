import { defineErrors, type Logger } from '@seaworthy/kit'
import { Semaphore } from '../deployments/semaphore.ts'
import type { FoundSession } from '../http/identify.ts'
import type { Store } from '../store/database.ts'
import { DEFAULT_TEAM } from '../store/migrations/0002-accounts.ts'
import type { BetterAuth } from './better-auth.ts'
import { createSetupToken, dropSetupToken, giveBackSetupToken, takeSetupToken } from './setup-token.ts'
import { SignInLimiter } from './sign-in-limiter.ts'

export interface AccountsOptions {
  store: Store
  /** At least 32 random bytes as text, from the key ring; the same after every restart. */
  secret: string
  /** Where the dashboard answers: `http://localhost:4400`. */
  baseUrl: string
  sessionDays?: number
  limiter?: SignInLimiter
  log: Logger
}

export interface SignedIn {
  token: string
  /** Milliseconds since 1970. */
  expiresAt: number
  person: { userId: string; email: string; name: string }
}

export interface NewOwner {
  email: string
  password: string
  name: string
}

export const accountErrors = defineErrors({
  already_claimed: { status: 409, message: 'The platform has its owner already. Sign in instead.' },
  setup_token_wrong: {
    status: 403,
    message: 'This setup link is not valid or was replaced by a newer one. Get a new one with: seaworthy up',
  },
  wrong_credentials: { status: 401, message: 'E-mail address or password are wrong.' },
})

/** A password check takes tens of megabytes for a moment. */
const CHECKS_AT_ONCE = 2
const NEVER = new AbortController().signal

/** People's accounts and sessions. */
export class Accounts {
  readonly #options: AccountsOptions
  readonly #limiter: SignInLimiter
  readonly #checks = new Semaphore(CHECKS_AT_ONCE)
  #auth: Promise<BetterAuth> | undefined
  #claimed = false

  constructor(options: AccountsOptions) {
    this.#options = options
    this.#limiter = options.limiter ?? new SignInLimiter()
  }

  async isClaimed(): Promise<boolean> {
    // An owner never goes away, so that a yes need not be asked for twice.
    if (!this.#claimed)
      this.#claimed =
        (await this.#options.store.db.selectFrom('user').select('id').limit(1).execute()).length > 0
    return this.#claimed
  }

  /** A new one-time token (the last one is then worthless); undefined once there is an owner. */
  async createSetupToken(): Promise<string | undefined> {
    if (await this.isClaimed()) return undefined
    return createSetupToken(this.#options.store)
  }

  /** Makes the first owner from the settings. Does nothing when there is an owner. */
  async ensureOwner(owner: NewOwner): Promise<void> {
    if (await this.isClaimed()) return
    await this.#createOwner(owner)
    await dropSetupToken(this.#options.store)
  }

  /** Rejects with `already_claimed` or `setup_token_wrong`. The token is burnt. */
  async claim({ token, ...owner }: NewOwner & { token: string }): Promise<SignedIn> {
    if (await this.isClaimed()) throw accountErrors.already_claimed()
    if (!(await takeSetupToken(this.#options.store, token))) throw accountErrors.setup_token_wrong()
    try {
      await this.#createOwner(owner)
    } catch (error) {
      if (!(await this.isClaimed())) await giveBackSetupToken(this.#options.store, token)
      throw error
    }
    return this.#openSession(owner)
  }

  /** Rejects with `wrong_credentials` or `too_many_sign_ins`; never tells whether the account exists. */
  async signIn(credentials: { email: string; password: string; from: string }): Promise<SignedIn> {
    const keys = [`account:${credentials.email.toLowerCase()}`, `from:${credentials.from}`]
    this.#limiter.check(keys)
    const done = await this.#checks.acquire(NEVER)
    try {
      // Again, since those who guess many at once were all let in by the first look.
      this.#limiter.check(keys)
      const session = await this.#openSession(credentials)
      this.#limiter.succeeded(keys)
      return session
    } catch (error) {
      if (accountErrors.wrong_credentials.is(error)) this.#limiter.failed(keys)
      throw error
    } finally {
      done()
    }
  }

  /** The session of a token, or undefined. Asks the database each time: an ended session opens nothing. */
  async authenticate(token: string): Promise<FoundSession | undefined> {
    const row = await this.#options.store.db
      .selectFrom('session')
      .select(['id', 'userId', 'expiresAt'])
      .where('token', '=', token)
      .executeTakeFirst()
    if (!row) return undefined
    const expiresAt = new Date(row.expiresAt).getTime()
    return expiresAt > Date.now() ? { sessionId: row.id, userId: row.userId, expiresAt } : undefined
  }

  async signOut(sessionId: string): Promise<void> {
    await this.#options.store.db.deleteFrom('session').where('id', '=', sessionId).execute()
  }

  async #createOwner({ email, password, name }: NewOwner): Promise<void> {
    const { internalAdapter, password: passwords } = await (await this.#load()).$context
    const hash = await passwords.hash(password)
    const user = await internalAdapter.createUser({ email, name, emailVerified: true })
    const account = { userId: user.id, accountId: user.id, providerId: 'credential', password: hash }
    try {
      await internalAdapter.linkAccount(account)
      await this.#makeOwner(user.id)
    } catch (error) {
      await internalAdapter.deleteUser(user.id)
      throw error
    }
    this.#options.log.info({ email }, 'owner created')
  }

  /** Of the platform, and of the team that it has from the start. */
  async #makeOwner(userId: string): Promise<void> {
    await this.#options.store.transaction(async trx => {
      await trx.updateTable('user').set({ platformRole: 'admin' }).where('id', '=', userId).execute()
      const member = {
        team_id: DEFAULT_TEAM.id,
        user_id: userId,
        role: 'owner' as const,
        created_at: Date.now(),
      }
      await trx.insertInto('team_members').values(member).execute()
    })
  }

  async #openSession({ email, password }: { email: string; password: string }): Promise<SignedIn> {
    const auth = await this.#load()
    try {
      const { token, user } = await auth.api.signInEmail({ body: { email, password } })
      const session = await this.authenticate(token)
      if (!session) throw new Error('A session that was just opened could not be read.')
      const person = { userId: user.id, email: user.email, name: user.name }
      return { token, person, expiresAt: session.expiresAt }
    } catch (cause) {
      if (isRefusal(cause)) throw accountErrors.wrong_credentials({}, { cause })
      throw cause
    }
  }

  #load(): Promise<BetterAuth> {
    this.#auth ??= this.#createAuth()
    return this.#auth
  }

  async #createAuth(): Promise<BetterAuth> {
    const { createBetterAuth } = await import('./better-auth.ts')
    const { store, secret, baseUrl, sessionDays = 30 } = this.#options
    return createBetterAuth({ store, secret, baseUrl, sessionDays })
  }
}

/** better-auth throws an APIError with a status for what its caller did wrong. */
function isRefusal(error: unknown): boolean {
  const { statusCode } = error as { statusCode?: unknown }
  return typeof statusCode === 'number' && statusCode < 500
}
