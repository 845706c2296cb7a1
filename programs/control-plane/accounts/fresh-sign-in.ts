/** Sensitive acts need somebody who is there now: a session alone may have been found open, or stolen. */
import { defineErrors } from '@seaworthy/kit'
import type { Actor, UserActor } from '../access/actor.ts'
import { type Clock, systemClock } from '../store/clock.ts'
import type { Store } from '../store/database.ts'
import type { Passwords } from './passwords.ts'
import { findById, type PersonWithPassword } from './people.ts'
import type { GivenFactor, SecondFactors } from './second-factors.ts'
import type { SignInLimits } from './sign-in-limits.ts'
import { millisecondsOf } from './sign-in-time.ts'

export interface FreshSignInOptions {
  store: Store
  passwords: Pick<Passwords, 'verify'>
  limits: Pick<SignInLimits, 'take'>
  factors: Pick<SecondFactors, 'check'>
  clock?: Pick<Clock, 'now'>
}

/** A code where the account has a second factor, else the password. */
export interface GivenProof extends GivenFactor {
  password?: string | undefined
}

export const freshSignInErrors = defineErrors({
  fresh_sign_in_needed: {
    status: 403,
    message:
      'This needs a sign-in of the last 15 minutes. Confirm that it is you: seaworthy account confirm, or the dashboard.',
  },
  proof_wrong: { status: 403, message: 'That is not right. Give {wanted}.' },
})

const FRESH_MS = 15 * 60_000

export class FreshSignIn {
  readonly #options: FreshSignInOptions
  readonly #clock: Pick<Clock, 'now'>

  constructor(options: FreshSignInOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
  }

  /** For the handler of an endpoint: rejects with `fresh_sign_in_needed`. The machine's own administrator is let through. */
  async require({ actor }: { actor: Actor }): Promise<void> {
    if (actor.kind === 'local') return
    const provedAt = actor.kind === 'user' ? await this.#provedAt(actor.sessionId) : undefined
    if (provedAt === undefined || this.#clock.now() - provedAt >= FRESH_MS)
      throw freshSignInErrors.fresh_sign_in_needed()
  }

  /** The session counts as fresh from now on. Rejects with `proof_wrong`, or that there were too many. */
  async confirm(actor: UserActor, proof: GivenProof, address: string): Promise<void> {
    await this.prove(actor.userId, proof, address)
    await this.#options.store.db
      .updateTable('session')
      .set({ confirmedAt: this.#clock.now() })
      .where('id', '=', actor.sessionId)
      .execute()
  }

  /** Rejects with `proof_wrong`, or that there were too many. */
  async prove(userId: string, proof: GivenProof, address: string): Promise<void> {
    const person = await findById(this.#options.store.db, userId)
    if (!person) throw freshSignInErrors.fresh_sign_in_needed()
    if (person.twoFactorEnabled) return this.#proveByCode(userId, proof)
    await this.provePassword(person, proof.password, address)
  }

  /** Rejects with `proof_wrong`; also for who has no password, who has to sign in again instead. */
  async provePassword(
    { email, passwordHash }: PersonWithPassword,
    password: string | undefined,
    address: string,
  ): Promise<void> {
    const { limits, passwords } = this.#options
    if (password === undefined) throw freshSignInErrors.proof_wrong({ wanted: 'your password' })
    const attempt = await limits.take('sign-in', { email, address })
    if (!(await passwords.verify(passwordHash, password)))
      throw freshSignInErrors.proof_wrong({ wanted: 'your password' })
    await attempt.giveBack()
  }

  async #proveByCode(userId: string, { code, recoveryCode }: GivenFactor): Promise<void> {
    const wanted = 'a code of your authenticator app, or a recovery code'
    if (code === undefined && recoveryCode === undefined) throw freshSignInErrors.proof_wrong({ wanted })
    await this.#options.factors.check(userId, { code, recoveryCode }).catch(cause => {
      throw (cause as { status?: number }).status === 401
        ? freshSignInErrors.proof_wrong({ wanted }, { cause })
        : cause
    })
  }

  async #provedAt(sessionId: string): Promise<number | undefined> {
    const row = await this.#options.store.db
      .selectFrom('session')
      .select(['createdAt', 'confirmedAt'])
      .where('id', '=', sessionId)
      .executeTakeFirst()
    return row && Math.max(millisecondsOf(row.createdAt), row.confirmedAt ?? 0)
  }
}
