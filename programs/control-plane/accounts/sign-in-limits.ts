/** Slows guessing: five wrong passwords in 15 minutes for an account and for an address, counted by the database. */
import { AppError } from '@seaworthy/kit'
import {
  addressKey,
  createRateLimiter,
  type RateLimiter,
  type RateLimitStore,
} from '@seaworthy/kit/rate-limit'
import { passwordErrors } from './passwords.ts'
import { normalizeEmail } from './people.ts'

export interface SignInLimitsOptions {
  store: RateLimitStore
  /** In a window, for each account and for each address. 5 unless told. */
  attempts?: number
  /** 15 minutes unless told. */
  windowSeconds?: number
}

export interface Attempt {
  /** For an attempt that was right: it does not count. */
  giveBack(): Promise<void>
}

/** Too many attempts: HTTP 429 with the seconds to wait. */
export class TooManyAttempts extends AppError {
  readonly retryAfterSeconds: number

  constructor(what: string, retryAfterSeconds: number) {
    const minutes = Math.max(1, Math.ceil(retryAfterSeconds / 60))
    super('too_many_sign_ins', `${what} Try again in ${minutes} min.`, { status: 429 })
    this.retryAfterSeconds = retryAfterSeconds
  }
}

type Kind = 'sign-in' | 'registration' | 'mail-link'

const WORDS: Record<Kind, string> = {
  'sign-in': 'Too many wrong passwords for this account or from this address.',
  registration: 'Too many registrations from this address.',
  'mail-link': 'Too many mails were asked for.',
}

/**
 * The limits of what needs no sign-in. An attempt is counted before it is tried, so that of any number at once no more
 * than the limit get through; what was right is given back.
 */
export class SignInLimits {
  readonly #byAccount: Record<Kind, RateLimiter>
  readonly #byAddress: Record<Kind, RateLimiter>

  constructor({ store, attempts = 5, windowSeconds = 900 }: SignInLimitsOptions) {
    const limiter = (name: string) =>
      createRateLimiter({ name, points: attempts, windowSeconds, store, strict: true })
    const limiters = (by: string) => ({
      'sign-in': limiter(`sign-in:${by}`),
      registration: limiter(`registration:${by}`),
      'mail-link': limiter(`mail-link:${by}`),
    })
    this.#byAccount = limiters('account')
    this.#byAddress = limiters('address')
  }

  /** Rejects with TooManyAttempts. An account that does not exist is counted like any other. */
  async take(kind: Kind, { email, address }: { email?: string; address: string }): Promise<Attempt> {
    // The socket file has no addresses.
    const fromHere = { limiter: this.#byAddress[kind], key: addressKey(address || 'local') }
    // The address first: who is refused by it uses up nothing of the account.
    const taken = [fromHere]
    await take(kind, fromHere)
    if (email !== undefined) {
      const ofAccount = { limiter: this.#byAccount[kind], key: normalizeEmail(email) }
      await take(kind, ofAccount)
      taken.push(ofAccount)
    }
    return {
      giveBack: async () => void (await Promise.all(taken.map(({ limiter, key }) => limiter.giveBack(key)))),
    }
  }

  /**
   * Counts who tries to come in with a link, unless it is good. A link that got as far as its new password is: people
   * may need more than five tries until a password pleases. Rejects with TooManyAttempts as well.
   */
  async register<Result>(address: string, join: () => Promise<Result>): Promise<Result> {
    const attempt = await this.take('registration', { address })
    try {
      const joined = await join()
      await attempt.giveBack()
      return joined
    } catch (error) {
      if (passwordErrors.password_too_weak.is(error)) await attempt.giveBack()
      throw error
    }
  }
}

async function take(kind: Kind, { limiter, key }: { limiter: RateLimiter; key: string }): Promise<void> {
  const { allowed, resetMs } = await limiter.consume(key)
  if (!allowed) throw new TooManyAttempts(WORDS[kind], Math.max(1, Math.ceil(resetMs / 1000)))
}
