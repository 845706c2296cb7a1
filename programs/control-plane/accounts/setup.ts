import { defineErrors, type Logger } from '@seaworthy/kit'
import type { Queryable, Store, Transaction } from '../store/database.ts'
import { DEFAULT_TEAM } from '../store/migrations/0002-accounts.ts'
import type { Passwords } from './passwords.ts'
import { insertPerson, type NewPersonRow, normalizeEmail } from './people.ts'
import { createSetupToken, dropSetupToken, isSetupToken, takeSetupToken } from './setup-token.ts'

export interface NewOwner {
  email: string
  password: string
  name: string
}

export const setupErrors = defineErrors({
  already_claimed: { status: 409, message: 'The platform has its owner already. Sign in instead.' },
  setup_token_wrong: {
    status: 403,
    message: 'This setup link is not valid or was replaced by a newer one. Get a new one with: seaworthy up',
  },
})

export interface SetupOptions {
  store: Store
  passwords: Passwords
  /** Mails a link that confirms the address of who claimed the platform. */
  confirm: (trx: Queryable, person: { userId: string; email: string }) => Promise<void>
  log: Logger
}

/** How a fresh platform gets its owner: by the one-time setup link, or from the settings. */
export class Setup {
  readonly #store: Store
  readonly #passwords: Passwords
  readonly #confirm: SetupOptions['confirm']
  readonly #log: Logger
  #claimed = false

  constructor({ store, passwords, confirm, log }: SetupOptions) {
    this.#store = store
    this.#passwords = passwords
    this.#confirm = confirm
    this.#log = log
  }

  async isClaimed(): Promise<boolean> {
    // An owner never goes away, so that a yes need not be asked for twice.
    if (!this.#claimed)
      this.#claimed = (await this.#store.db.selectFrom('user').select('id').limit(1).execute()).length > 0
    return this.#claimed
  }

  /** A new one-time token (the last one is then worthless); undefined once there is an owner. */
  async createToken(): Promise<string | undefined> {
    if (await this.isClaimed()) return undefined
    return createSetupToken(this.#store)
  }

  /**
   * Makes the first owner from the settings, which are believed about the address. Does nothing when there is one.
   * Rejects with `password_too_weak`.
   */
  async ensureOwner({ email, name, password }: NewOwner): Promise<void> {
    if (await this.isClaimed()) return
    const passwordHash = await this.#hash({ email, name, password })
    await this.#store.transaction(async trx => {
      if (!(await this.#isFirst(trx))) return
      await dropSetupToken(trx)
      await this.#insertOwner(trx, { email, name, passwordHash, emailVerified: true })
    })
  }

  /**
   * Makes the bearer of the token the owner, and resolves with their id; the token is burnt. Their address may be
   * mistyped, so that links go to it only once they have opened the one that confirms it.
   * Rejects with `already_claimed`, `setup_token_wrong` or `password_too_weak`, and then the token stays good.
   */
  async claim({ token, email, name, password }: NewOwner & { token: string }): Promise<string> {
    if (await this.isClaimed()) throw setupErrors.already_claimed()
    // Before the work that a password takes, which is for those with the token alone.
    if (!(await isSetupToken(this.#store.db, token))) throw setupErrors.setup_token_wrong()
    const passwordHash = await this.#hash({ email, name, password })
    return this.#store.transaction(async trx => {
      if (!(await this.#isFirst(trx))) throw setupErrors.already_claimed()
      if (!(await takeSetupToken(trx, token))) throw setupErrors.setup_token_wrong()
      const userId = await this.#insertOwner(trx, { email, name, passwordHash, emailVerified: false })
      await this.#confirm(trx, { userId, email: normalizeEmail(email) })
      return userId
    })
  }

  /** Holds back everybody else who would become the first owner at the same moment. */
  async #isFirst(trx: Transaction): Promise<boolean> {
    await this.#store.lock(trx, 'first-owner')
    return (await trx.selectFrom('user').select('id').limit(1).executeTakeFirst()) === undefined
  }

  #hash({ password, name, email }: NewOwner): Promise<string> {
    return this.#passwords.hashNew({ password, about: [name, email] })
  }

  /** Of the platform, and of the team that it has from the start. */
  async #insertOwner(trx: Transaction, owner: NewPersonRow): Promise<string> {
    const userId = await insertPerson(trx, this.#store.kind, { ...owner, platformRole: 'admin' })
    await trx
      .insertInto('team_members')
      .values({ team_id: DEFAULT_TEAM.id, user_id: userId, role: 'owner', created_at: Date.now() })
      .execute()
    this.#store.afterCommit(trx, () => this.#log.info({ user: userId }, 'owner created'))
    return userId
  }
}
