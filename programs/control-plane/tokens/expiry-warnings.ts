import type { Logger } from '@seaworthy/kit'
import type { Mailer } from '../mail/mailer.ts'
import { type Clock, systemClock } from '../store/clock.ts'
import type { Store } from '../store/database.ts'
import type { ApiTokenRow } from '../store/schema.ts'
import { isWarningDue, warningHorizon } from './token-state.ts'

export interface ExpiryWarningsOptions {
  store: Store
  mailer: Mailer
  /** Where the dashboard answers: `http://localhost:4400`. */
  dashboardUrl: string
  lookEveryMs?: number
  clock?: Pick<Clock, 'now'>
  log: Logger
}

const HOUR_MS = 3_600_000

type WarnedToken = ApiTokenRow & { email: string }

/** Mails people before their API tokens expire, so that no pipeline stops over night. */
export class ExpiryWarnings {
  readonly #options: ExpiryWarningsOptions
  readonly #clock: Pick<Clock, 'now'>
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> = Promise.resolve()

  constructor(options: ExpiryWarningsOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
  }

  start(): void {
    this.#lookSoon()
    this.#timer = setInterval(() => this.#lookSoon(), this.#options.lookEveryMs ?? HOUR_MS)
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#looking
  }

  /** Queues the mails that are due; each once, also when several control planes look at the same moment. */
  async look(): Promise<void> {
    const now = this.#clock.now()
    for (const token of await this.#ending(now)) if (isWarningDue(token, now)) await this.#warn(token, now)
  }

  #lookSoon(): void {
    this.#looking = this.#looking
      .then(() => this.look())
      .catch(error => this.#options.log.warn({ err: error }, 'looking for expiring tokens failed; next hour'))
  }

  /** Those of people who may still sign in. */
  #ending(now: number): Promise<WarnedToken[]> {
    return this.#options.store.db
      .selectFrom('api_tokens')
      .innerJoin('user', 'user.id', 'api_tokens.user_id')
      .selectAll('api_tokens')
      .select('user.email')
      .where('api_tokens.expires_at', '>', now)
      .where('api_tokens.expires_at', '<=', warningHorizon(now))
      .where('api_tokens.revoked_at', 'is', null)
      .where('user.suspendedAt', 'is', null)
      .execute()
  }

  async #warn(token: WarnedToken, now: number): Promise<void> {
    const { store, mailer, dashboardUrl } = this.#options
    const url = new URL('/account/tokens', dashboardUrl).href
    const data = { token: token.name, expiresAt: token.expires_at!, url }
    await store.transaction(async trx => {
      const { numUpdatedRows } = await trx
        .updateTable('api_tokens')
        .set({ warned_at: now })
        .where('id', '=', token.id)
        .where('warned_at', token.warned_at === null ? 'is' : '=', token.warned_at)
        .executeTakeFirst()
      if (numUpdatedRows > 0n) await mailer.send({ to: token.email, kind: 'token-expiring', data }, trx)
    })
  }
}
