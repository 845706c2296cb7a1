import type { UserActor } from '../access/actor.ts'
import type { Passwords } from '../accounts/passwords.ts'
import { findById } from '../accounts/people.ts'
import type { SignInLimits } from '../accounts/sign-in-limits.ts'
import { millisecondsOf } from '../accounts/sign-in-time.ts'
import { type Clock, systemClock } from '../store/clock.ts'
import type { Store } from '../store/database.ts'
import { personErrors } from './errors.ts'

export interface PersonProofOptions {
  store: Store
  passwords: Passwords
  limits: SignInLimits
  clock?: Pick<Clock, 'now'>
}

/** How long after a sign-in it is believed that the person is still there. */
const FRESH_MS = 15 * 60_000

/** For what cannot be undone: a session that somebody left open, or stole, is not enough. */
export class PersonProof {
  readonly #options: PersonProofOptions
  readonly #clock: Pick<Clock, 'now'>

  constructor(options: PersonProofOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
  }

  /**
   * Resolves when the person has given their password, or has signed in a moment ago.
   * Rejects with `proof_needed`, `wrong_password` or TooManyAttempts.
   */
  async require(
    actor: UserActor,
    { password, address }: { password?: string; address: string },
  ): Promise<void> {
    if (password !== undefined) return this.#check(actor, password, address)
    if (!(await this.#isFresh(actor.sessionId))) throw personErrors.proof_needed()
  }

  async #check({ userId, email }: UserActor, password: string, address: string): Promise<void> {
    const { store, passwords, limits } = this.#options
    const attempt = await limits.take('sign-in', { email, address })
    const person = await findById(store.db, userId)
    if (!(await passwords.verify(person?.passwordHash, password))) throw personErrors.wrong_password()
    await attempt.giveBack()
  }

  async #isFresh(sessionId: string): Promise<boolean> {
    const session = await this.#options.store.db
      .selectFrom('session')
      .select(['createdAt', 'confirmedAt'])
      .where('id', '=', sessionId)
      .executeTakeFirst()
    if (!session) return false
    const provedAt = Math.max(millisecondsOf(session.createdAt), session.confirmedAt ?? 0)
    return this.#clock.now() - provedAt <= FRESH_MS
  }
}
