import { createHash } from 'node:crypto'
import { defineErrors, type Logger } from '@seaworthy/kit'
import type { Kysely } from 'kysely'
import { Semaphore } from '../deployments/semaphore.ts'
import type { Actor } from '../http/policy.ts'
import type { Store } from '../store/database.ts'
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

export type OwnerActor = Extract<Actor, { kind: 'owner' }>

export interface SignedIn {
  token: string
  /** Milliseconds since 1970. */
  expiresAt: number
  owner: OwnerActor
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

/** How long a session that was found valid is believed without asking the database again. */
const BELIEVE_MS = 10_000
const MAX_BELIEVED = 1_000
/** A password check takes tens of megabytes for a moment. */
const CHECKS_AT_ONCE = 2
const NEVER = new AbortController().signal

/** The owner's account and sessions. One owner for now; teams come on top of this. */
export class Accounts {
  readonly #options: AccountsOptions
  readonly #limiter: SignInLimiter
  readonly #checks = new Semaphore(CHECKS_AT_ONCE)
  readonly #believed = new Map<string, { owner: OwnerActor; until: number }>()
  #auth: Promise<BetterAuth> | undefined
  #claimed = false

  constructor(options: AccountsOptions) {
    this.#options = options
    this.#limiter = options.limiter ?? new SignInLimiter()
  }

  async isClaimed(): Promise<boolean> {
    // An owner never goes away, so that a yes need not be asked for twice.
    if (!this.#claimed)
      this.#claimed = (await this.#users().selectFrom('user').select('id').limit(1).execute()).length > 0
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

  /** The owner of a session, or undefined. */
  async authenticate(token: string): Promise<OwnerActor | undefined> {
    const key = hashOf(token)
    const believed = this.#believed.get(key)
    if (believed && believed.until > Date.now()) return believed.owner
    this.#believed.delete(key)
    const owner = await this.#readSession(token)
    if (owner) this.#believe(key, owner)
    return owner
  }

  async signOut(token: string): Promise<void> {
    this.#believed.delete(hashOf(token))
    const { internalAdapter } = await (await this.#load()).$context
    await internalAdapter.deleteSession(token)
  }

  async #createOwner({ email, password, name }: NewOwner): Promise<void> {
    const { internalAdapter, password: passwords } = await (await this.#load()).$context
    const hash = await passwords.hash(password)
    const user = await internalAdapter.createUser({ email, name, emailVerified: true })
    const account = { userId: user.id, accountId: user.id, providerId: 'credential', password: hash }
    await internalAdapter.linkAccount(account).catch(async error => {
      await internalAdapter.deleteUser(user.id)
      throw error
    })
    this.#options.log.info({ email }, 'owner created')
  }

  async #openSession({ email, password }: { email: string; password: string }): Promise<SignedIn> {
    const auth = await this.#load()
    try {
      const { token } = await auth.api.signInEmail({ body: { email, password } })
      const owner = await this.#readSession(token)
      if (!owner) throw new Error('A session that was just opened could not be read.')
      return { token, owner, expiresAt: owner.expiresAt }
    } catch (cause) {
      if (isRefusal(cause)) throw accountErrors.wrong_credentials({}, { cause })
      throw cause
    }
  }

  async #readSession(token: string): Promise<OwnerActor | undefined> {
    // Anything else cannot be one of our tokens, and need not load what checks them.
    if (!/^[\w-]{16,128}$/.test(token)) return undefined
    const auth = await this.#load()
    const found = await auth.api.getSession({ headers: new Headers({ authorization: `Bearer ${token}` }) })
    if (!found) return undefined
    const { user, session } = found
    const expiresAt = new Date(session.expiresAt).getTime()
    return { kind: 'owner', userId: user.id, email: user.email, name: user.name, expiresAt, token }
  }

  #believe(key: string, owner: OwnerActor): void {
    if (this.#believed.size >= MAX_BELIEVED) this.#believed.clear()
    this.#believed.set(key, { owner, until: Math.min(Date.now() + BELIEVE_MS, owner.expiresAt) })
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

  /** better-auth's tables, which the typed schema of the store leaves to it. */
  #users(): Kysely<{ user: { id: string } }> {
    return this.#options.store.db as unknown as Kysely<{ user: { id: string } }>
  }
}

/** better-auth throws an APIError with a status for what its caller did wrong. */
function isRefusal(error: unknown): boolean {
  const { statusCode } = error as { statusCode?: unknown }
  return typeof statusCode === 'number' && statusCode < 500
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64')
}
