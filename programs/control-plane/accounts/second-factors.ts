/** A second proof beside the password: a code of an authenticator app, or a recovery code. */
import { defineErrors, type KeyRing, type Logger, type SealBinding } from '@seaworthy/kit'
import type { RateLimiter } from '@seaworthy/kit/rate-limit'
import { type Clock, systemClock } from '../store/clock.ts'
import type { Queryable, Store } from '../store/database.ts'
import { newId } from '../store/ids.ts'
import type { TwoFactorRow } from '../store/schema.ts'
import { pendingFactorOf } from './begun-sign-ins.ts'
import type { PersonWithPassword } from './people.ts'
import { newRecoveryCodes, recoveryCodeHash } from './recovery-codes.ts'
import { keepShortLived, readShortLived, takeShortLived } from './short-lived-values.ts'
import type { SecondFactor } from './sign-in.ts'
import { TooManyAttempts } from './sign-in-limits.ts'
import { signInFlag } from './sign-in-time.ts'
import { newTotpSecret, stepOfCode, type TotpSetup, totpSetup } from './totp.ts'

export interface SecondFactorsOptions {
  store: Store
  keyRing: Pick<KeyRing, 'seal' | 'open'>
  /** Counts wrong codes of an account: 5 in 15 minutes. */
  limiter: Pick<RateLimiter, 'consume' | 'reset'>
  /** What the authenticator app shows above the code. */
  issuer?: string
  clock?: Pick<Clock, 'now'>
  log: Logger
}

/** One of the two. */
export interface GivenFactor {
  code?: string | undefined
  recoveryCode?: string | undefined
}

export interface SecondFactorState {
  enabled: boolean
  recoveryCodesLeft: number
}

export const secondFactorErrors = defineErrors({
  second_factor_needed: {
    status: 401,
    message: 'This account has a second factor. Give a code of the authenticator app, or a recovery code.',
  },
  wrong_code: {
    status: 401,
    message: 'The code is wrong, used already or too old. Wait for the next one and try again.',
  },
  sign_in_expired: { status: 401, message: 'The sign-in took too long. Begin again with the password.' },
  too_many_codes: {
    status: 429,
    message: 'Too many wrong codes for this account. Try again in {minutes} min.',
  },
  second_factor_on: {
    status: 409,
    message: 'The second factor is on already. Switch it off first to set up another authenticator app.',
  },
  second_factor_required: {
    status: 409,
    message: 'The platform requires a second factor of your role. It cannot be switched off.',
  },
  second_factor_off: { status: 409, message: 'The second factor is not on. Set it up first.' },
})

const PENDING_MS = 5 * 60_000
/** Two that use up recovery codes of one person at the same moment. */
const CODE_ATTEMPTS = 5

export class SecondFactors implements SecondFactor {
  readonly #options: SecondFactorsOptions
  readonly #clock: Pick<Clock, 'now'>

  constructor(options: SecondFactorsOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
  }

  /** Throws `second_factor_needed`, whose members have the token for the next step, for who has a second factor. */
  async demand({
    userId,
    twoFactorEnabled,
  }: Pick<PersonWithPassword, 'userId' | 'twoFactorEnabled'>): Promise<void> {
    if (!twoFactorEnabled) return
    const pending = await keepShortLived(this.#db, {
      ceremony: 'second-factor',
      value: pendingFactorOf(userId),
      now: this.#clock.now(),
      lifetimeMs: PENDING_MS,
    })
    const expiresAt = new Date(pending.expiresAt).toISOString()
    throw secondFactorErrors.second_factor_needed({}, { members: { pendingToken: pending.token, expiresAt } })
  }

  /**
   * The other half of a sign-in. Resolves with the person, once for each pending token. Rejects with
   * `sign_in_expired`, `wrong_code` or TooManyAttempts.
   */
  async finishPending(pendingToken: string, given: GivenFactor): Promise<string> {
    const pending = { ceremony: 'second-factor' as const, token: pendingToken, now: this.#clock.now() }
    const found = await readShortLived<{ userId: string }>(this.#db, pending)
    if (!found) throw secondFactorErrors.sign_in_expired()
    await this.check(found.userId, given)
    if (!(await takeShortLived(this.#db, pending))) throw secondFactorErrors.sign_in_expired()
    return found.userId
  }

  /** Resolves for a right code, which is used up by that. Rejects with `wrong_code` or TooManyAttempts. */
  async check(userId: string, { code, recoveryCode }: GivenFactor): Promise<void> {
    await this.#countAttempt(userId)
    const row = await this.#row(userId)
    const isRight =
      row?.verified &&
      ((code !== undefined && (await this.#useCode(row, code))) ||
        (recoveryCode !== undefined && (await this.#useRecoveryCode(userId, recoveryCode))))
    if (!isRight) throw secondFactorErrors.wrong_code({}, { details: { userId } })
    await this.#options.limiter.reset(userId)
  }

  async state(userId: string): Promise<SecondFactorState> {
    const row = await this.#row(userId)
    if (!row?.verified) return { enabled: false, recoveryCodesLeft: 0 }
    return { enabled: true, recoveryCodesLeft: codesIn(row).length }
  }

  /** A new secret, which counts for nothing until `confirm`; one that was not confirmed is replaced. */
  async start({ userId, email }: { userId: string; email: string }): Promise<TotpSetup & { qr: string }> {
    const secret = newTotpSecret()
    const sealed = JSON.stringify(this.#options.keyRing.seal(secret, secondFactorBinding(userId)))
    await this.#options.store.transaction(trx => this.#keepUnconfirmed(trx, userId, sealed))
    const setup = await totpSetup(secret, { issuer: this.#options.issuer ?? 'Seaworthy', account: email })
    const { renderSVG } = await import('uqr')
    return { ...setup, qr: renderSVG(setup.uri) }
  }

  /** The first code switches the second factor on. Resolves with the recovery codes, which nobody can read again. */
  async confirm(userId: string, code: string): Promise<string[]> {
    await this.#countAttempt(userId)
    const row = await this.#row(userId)
    if (row?.verified) throw secondFactorErrors.second_factor_on()
    if (!row || !(await this.#useCode(row, code))) throw secondFactorErrors.wrong_code()
    await this.#options.limiter.reset(userId)
    const codes = newRecoveryCodes()
    await this.#options.store.transaction(trx => this.#switchOn(trx, row, codes))
    this.#options.log.info({ user: userId }, 'second factor switched on')
    return codes
  }

  /** Ten new recovery codes; those before are worthless. */
  async renewRecoveryCodes(userId: string): Promise<string[]> {
    const codes = newRecoveryCodes()
    const { numUpdatedRows } = await this.#db
      .updateTable('twoFactor')
      .set({ backupCodes: hashesOf(userId, codes) })
      .where('userId', '=', userId)
      .where('verified', '=', signInFlag(this.#options.store.kind, true))
      .executeTakeFirst()
    if (numUpdatedRows === 0n) throw secondFactorErrors.second_factor_off()
    return codes
  }

  /** False when there was none. The caller has made sure that this may be. */
  async switchOff(userId: string): Promise<boolean> {
    const removed = await this.#options.store.transaction(async trx => {
      await this.#setFlag(trx, userId, false)
      return trx.deleteFrom('twoFactor').where('userId', '=', userId).executeTakeFirst()
    })
    await this.#options.limiter.reset(userId)
    if (removed.numDeletedRows > 0n) this.#options.log.info({ user: userId }, 'second factor switched off')
    return removed.numDeletedRows > 0n
  }

  get #db(): Queryable {
    return this.#options.store.db
  }

  #row(userId: string, db = this.#db): Promise<TwoFactorRow | undefined> {
    return db.selectFrom('twoFactor').selectAll().where('userId', '=', userId).executeTakeFirst()
  }

  /** Before anything is compared, so that of any number at once no more than the limit are. */
  async #countAttempt(userId: string): Promise<void> {
    const { allowed, resetMs } = await this.#options.limiter.consume(userId)
    if (!allowed) throw new TooManyAttempts('wrong codes for this account', Math.ceil(resetMs / 1000))
  }

  /** A code is good once: its step must be newer than any that was used (RFC 6238, 5.2). */
  async #useCode(row: TwoFactorRow, code: string): Promise<boolean> {
    const secret = this.#options.keyRing.open(JSON.parse(row.secret), secondFactorBinding(row.userId))
    const step = await stepOfCode(secret, code.replace(/\s/g, ''), this.#clock.now())
    if (step === undefined) return false
    const { numUpdatedRows } = await this.#db
      .updateTable('twoFactor')
      .set({ lastStep: step })
      .where('id', '=', row.id)
      .where(eb => eb.or([eb('lastStep', 'is', null), eb('lastStep', '<', step)]))
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  async #useRecoveryCode(userId: string, code: string): Promise<boolean> {
    const hash = recoveryCodeHash(userId, code)
    for (let attempt = 0; attempt < CODE_ATTEMPTS; attempt++) {
      const row = await this.#row(userId)
      if (!row || !codesIn(row).includes(hash)) return false
      const left = codesIn(row).filter(kept => kept !== hash)
      const { numUpdatedRows } = await this.#db
        .updateTable('twoFactor')
        .set({ backupCodes: JSON.stringify(left) })
        .where('id', '=', row.id)
        .where('backupCodes', '=', row.backupCodes)
        .executeTakeFirst()
      if (numUpdatedRows === 1n) return true
    }
    return false
  }

  async #keepUnconfirmed(trx: Queryable, userId: string, secret: string): Promise<void> {
    if ((await this.#row(userId, trx))?.verified) throw secondFactorErrors.second_factor_on()
    const fresh = { secret, backupCodes: '[]', lastStep: null }
    await trx
      .insertInto('twoFactor')
      .values({
        ...{ id: newId('2fa'), userId, ...fresh, verified: signInFlag(this.#options.store.kind, false) },
        ...{ failedVerificationCount: null, lockedUntil: null },
      })
      .onConflict(conflict =>
        conflict
          .column('userId')
          .doUpdateSet(fresh)
          .where('twoFactor.verified', '=', signInFlag(this.#options.store.kind, false)),
      )
      .execute()
  }

  async #switchOn(trx: Queryable, row: TwoFactorRow, codes: readonly string[]): Promise<void> {
    const verified = signInFlag(this.#options.store.kind, true)
    const { numUpdatedRows } = await trx
      .updateTable('twoFactor')
      .set({ verified, backupCodes: hashesOf(row.userId, codes) })
      .where('id', '=', row.id)
      // Not another secret that was begun in the meantime.
      .where('secret', '=', row.secret)
      .executeTakeFirst()
    if (numUpdatedRows === 0n) throw secondFactorErrors.wrong_code()
    await this.#setFlag(trx, row.userId, true)
  }

  async #setFlag(trx: Queryable, userId: string, on: boolean): Promise<void> {
    const twoFactorEnabled = signInFlag(this.#options.store.kind, on)
    await trx.updateTable('user').set({ twoFactorEnabled }).where('id', '=', userId).execute()
  }
}

/** What a secret is sealed for; a key rotation needs it too. */
export function secondFactorBinding(userId: string): SealBinding {
  return { purpose: 'second-factor', context: `user:${userId}` }
}

function hashesOf(userId: string, codes: readonly string[]): string {
  return JSON.stringify(codes.map(code => recoveryCodeHash(userId, code)))
}

function codesIn({ backupCodes }: TwoFactorRow): string[] {
  return JSON.parse(backupCodes)
}
