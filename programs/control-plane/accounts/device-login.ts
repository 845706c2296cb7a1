/** Signing a program in from a browser (RFC 8628): the program shows a code, a person approves it in the dashboard. */
import { randomBytes } from 'node:crypto'
import { defineErrors, type Logger } from '@seaworthy/kit'
import type { RateLimiter } from '@seaworthy/kit/rate-limit'
import { type Clock, systemClock } from '../store/clock.ts'
import type { Queryable, Store } from '../store/database.ts'
import { newId } from '../store/ids.ts'
import type { DeviceCodeRow } from '../store/schema.ts'
import type { Visit } from './sessions.ts'
import { TooManyAttempts } from './sign-in-limits.ts'
import { millisecondsOf, signInTime } from './sign-in-time.ts'
import { tokenHash } from './token-hash.ts'
import { displayedUserCode, newUserCode, normalizeUserCode } from './user-code.ts'

export interface DeviceLoginOptions {
  store: Store
  /** Counts codes that do not exist, for each person and address: 10 in 15 minutes. */
  limiter: Pick<RateLimiter, 'consume' | 'giveBack'>
  clock?: Pick<Clock, 'now'>
  log: Logger
}

export interface StartedDeviceLogin {
  /** For the program alone. */
  deviceCode: string
  /** For the person: `WDJB-MJHT`. */
  userCode: string
  /** Milliseconds since 1970. */
  expiresAt: number
  intervalSeconds: number
}

/** Who asks to be let in, as shown to the person who decides. */
export interface AskingDevice {
  userCode: string
  address: string | null
  userAgent: string | null
  expiresAt: number
}

/** The codes of RFC 8628, 3.5. */
export const deviceLoginErrors = defineErrors({
  authorization_pending: {
    status: 400,
    message: 'Nobody has approved the code yet. Ask again after the interval.',
  },
  slow_down: {
    status: 400,
    message: 'Asked again too early: wait five seconds longer between two questions.',
  },
  access_denied: { status: 401, message: 'The sign-in was denied in the dashboard.' },
  expired_token: { status: 401, message: 'The code is too old, or was used. Begin again: seaworthy login' },
  user_code_unknown: {
    status: 404,
    message: 'There is no such code, or it is too old. Compare it with what the device shows.',
  },
})

const LIFETIME_MS = 10 * 60_000
const INTERVAL_MS = 5_000
const SLOWER_MS = 5_000 // RFC 8628, 3.5
/** Clocks and networks are not exact: a poll a little early is none too early. */
const EARLY_MS = 500

export class DeviceLogin {
  readonly #options: DeviceLoginOptions
  readonly #clock: Pick<Clock, 'now'>

  constructor(options: DeviceLoginOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
  }

  async start({ address, userAgent }: Visit): Promise<StartedDeviceLogin> {
    const deviceCode = randomBytes(32).toString('base64url')
    const userCode = newUserCode()
    const expiresAt = this.#clock.now() + LIFETIME_MS
    await this.#db
      .insertInto('deviceCode')
      .values({
        ...{ id: newId('dvc'), deviceCode: tokenHash(deviceCode), userCode, userId: null },
        ...{ expiresAt: signInTime(expiresAt), status: 'pending', lastPolledAt: null },
        ...{ pollingInterval: INTERVAL_MS, clientId: 'cli', scope: null },
        ...{ address, userAgent: userAgent?.slice(0, 300) ?? null },
      })
      .execute()
    return {
      deviceCode,
      userCode: displayedUserCode(userCode),
      expiresAt,
      intervalSeconds: INTERVAL_MS / 1000,
    }
  }

  /**
   * What the program asks again and again. Resolves once, with the person who approved. Rejects with
   * `authorization_pending`, `slow_down`, `access_denied` or `expired_token`.
   */
  async poll(deviceCode: string): Promise<{ userId: string }> {
    const hash = tokenHash(deviceCode)
    const row = await this.#db
      .selectFrom('deviceCode')
      .selectAll()
      .where('deviceCode', '=', hash)
      .executeTakeFirst()
    if (!row || this.#isOver(row)) throw deviceLoginErrors.expired_token()
    if (row.status === 'pending') throw await this.#notYet(row)
    const { numDeletedRows } = await this.#db
      .deleteFrom('deviceCode')
      .where('id', '=', row.id)
      .executeTakeFirst()
    if (row.status === 'denied') throw deviceLoginErrors.access_denied()
    if (numDeletedRows !== 1n || row.userId === null) throw deviceLoginErrors.expired_token()
    return { userId: row.userId }
  }

  /** Rejects with `user_code_unknown` or TooManyAttempts. `by` is who looks: their account and address. */
  async find(userCode: string, by: string): Promise<AskingDevice> {
    const row = await this.#pending(userCode, by)
    const { address, userAgent } = row
    return {
      userCode: displayedUserCode(row.userCode),
      address,
      userAgent,
      expiresAt: millisecondsOf(row.expiresAt),
    }
  }

  /** For exactly one decision. Rejects as `find`. */
  async decide(
    userCode: string,
    { userId, by, decision }: { userId: string; by: string; decision: 'approved' | 'denied' },
  ): Promise<AskingDevice> {
    const device = await this.find(userCode, by)
    const { numUpdatedRows } = await this.#db
      .updateTable('deviceCode')
      .set({ status: decision, userId })
      .where('userCode', '=', normalizeUserCode(userCode)!)
      .where('status', '=', 'pending')
      .executeTakeFirst()
    if (numUpdatedRows !== 1n) throw deviceLoginErrors.user_code_unknown()
    this.#options.log.info({ user: userId, decision }, 'sign-in of a device decided')
    return device
  }

  /** Removes what is too old. Resolves with how many there were. */
  async sweep(): Promise<number> {
    const { numDeletedRows } = await this.#db
      .deleteFrom('deviceCode')
      .where('expiresAt', '<=', signInTime(this.#clock.now()))
      .executeTakeFirst()
    return Number(numDeletedRows)
  }

  get #db(): Queryable {
    return this.#options.store.db
  }

  async #pending(text: string, by: string): Promise<DeviceCodeRow> {
    const { allowed, resetMs } = await this.#options.limiter.consume(by)
    if (!allowed) throw new TooManyAttempts('wrong codes', Math.ceil(resetMs / 1000))
    const code = normalizeUserCode(text)
    const row = code && (await this.#rowByUserCode(code))
    if (!row || this.#isOver(row)) throw deviceLoginErrors.user_code_unknown()
    await this.#options.limiter.giveBack(by)
    return row
  }

  #rowByUserCode(code: string): Promise<DeviceCodeRow | undefined> {
    return this.#db
      .selectFrom('deviceCode')
      .selectAll()
      .where('userCode', '=', code)
      .where('status', '=', 'pending')
      .executeTakeFirst()
  }

  /** A program that asks too often has to wait longer from then on. */
  async #notYet(row: DeviceCodeRow): Promise<Error> {
    const now = this.#clock.now()
    const interval = row.pollingInterval ?? INTERVAL_MS
    const isEarly = row.lastPolledAt !== null && now - millisecondsOf(row.lastPolledAt) < interval - EARLY_MS
    await this.#db
      .updateTable('deviceCode')
      .set({ lastPolledAt: signInTime(now), pollingInterval: isEarly ? interval + SLOWER_MS : interval })
      .where('id', '=', row.id)
      .execute()
    return isEarly ? deviceLoginErrors.slow_down() : deviceLoginErrors.authorization_pending()
  }

  #isOver({ expiresAt }: DeviceCodeRow): boolean {
    return millisecondsOf(expiresAt) <= this.#clock.now()
  }
}
