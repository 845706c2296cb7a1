import { defineErrors, type Logger } from '@seaworthy/kit'
import type { Store, Transaction } from '../store/database.ts'
import { DEFAULT_TEAM } from '../store/migrations/0002-accounts.ts'
import type { Passwords } from './passwords.ts'
import { insertPerson } from './people.ts'
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

/** How a fresh platform gets its owner: by the one-time setup link, or from the settings. */
export class Setup {
  readonly #store: Store
  readonly #passwords: Passwords
  readonly #log: Logger
  #claimed = false

  constructor({ store, passwords, log }: { store: Store; passwords: Passwords; log: Logger }) {
    this.#store = store
    this.#passwords = passwords
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

  /** Makes the first owner from the settings. Does nothing when there is one. Rejects with `password_too_weak`. */
  async ensureOwner(owner: NewOwner): Promise<void> {
    if (await this.isClaimed()) return
    const hash = await this.#hash(owner)
    await this.#store.transaction(async trx => {
      await dropSetupToken(trx)
      await this.#insertOwner(trx, owner, hash)
    })
  }

  /**
   * Makes the bearer of the token the owner; the token is burnt.
   * Rejects with `already_claimed`, `setup_token_wrong` or `password_too_weak`, and then the token stays good.
   */
  async claim({ token, ...owner }: NewOwner & { token: string }): Promise<void> {
    if (await this.isClaimed()) throw setupErrors.already_claimed()
    // Before the work that a password takes, which is for those with the token alone.
    if (!(await isSetupToken(this.#store.db, token))) throw setupErrors.setup_token_wrong()
    const hash = await this.#hash(owner)
    await this.#store.transaction(async trx => {
      if (!(await takeSetupToken(trx, token))) throw setupErrors.setup_token_wrong()
      await this.#insertOwner(trx, owner, hash)
    })
  }

  #hash({ password, name, email }: NewOwner): Promise<string> {
    return this.#passwords.hashNew({ password, about: [name, email] })
  }

  /** Of the platform, and of the team that it has from the start. */
  async #insertOwner(trx: Transaction, { email, name }: NewOwner, passwordHash: string): Promise<void> {
    const owner = { email, name, passwordHash, emailVerified: true, platformRole: 'admin' as const }
    const userId = await insertPerson(trx, this.#store.kind, owner)
    await trx
      .insertInto('team_members')
      .values({ team_id: DEFAULT_TEAM.id, user_id: userId, role: 'owner', created_at: Date.now() })
      .execute()
    this.#store.afterCommit(trx, () => this.#log.info({ user: userId }, 'owner created'))
  }
}
