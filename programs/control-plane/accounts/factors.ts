/** The ways to sign in beside a password or a link, and what hangs on a session: put together in one place. */
import type { KeyRing, Logger } from '@seaworthy/kit'
import { createRateLimiter, type RateLimitStore } from '@seaworthy/kit/rate-limit'
import type { AuditLog } from '../audit/audit-log.ts'
import type { Mailer } from '../mail/mailer.ts'
import { type Clock, systemClock } from '../store/clock.ts'
import type { Store } from '../store/database.ts'
import type { Accounts } from './accounts.ts'
import { ApiSessions } from './api-sessions.ts'
import { DeviceLogin } from './device-login.ts'
import { FreshSignIn } from './fresh-sign-in.ts'
import { Passkeys } from './passkeys.ts'
import type { Passwords } from './passwords.ts'
import type { SecondFactorRule } from './second-factor-rule.ts'
import { SecondFactors } from './second-factors.ts'

export interface FactorsOptions {
  store: Store
  keyRing: KeyRing
  accounts: Accounts
  passwords: Passwords
  audit: Pick<AuditLog, 'append'>
  mailer: Mailer
  /** Where attempts are counted: it must outlive a restart. */
  counts: RateLimitStore
  /** At least 32 random bytes as text, the same after every restart. */
  secret: string
  dashboardUrl: string
  rule: SecondFactorRule
  clock?: Pick<Clock, 'now'>
  log: Logger
}

export interface Factors {
  rule: SecondFactorRule
  second: SecondFactors
  passkeys: Passkeys
  devices: DeviceLogin
  apiSessions: ApiSessions
  fresh: FreshSignIn
  /**
   * For somebody who lost the second factor: it is off, all their sessions end, and a mail tells them.
   * `reset` is false when there was none.
   */
  reset(person: { userId: string; email: string }): Promise<{ reset: boolean; sessionsEnded: number }>
  /** Removes what is over. */
  sweep(): Promise<void>
}

const WINDOW_SECONDS = 15 * 60
const WRONG_CODES = 5
const WRONG_USER_CODES = 10

/** From here on, `accounts` asks for a second factor where there is one. */
export function createFactors(options: FactorsOptions): Factors {
  const { store, keyRing, accounts, passwords, audit, secret, dashboardUrl, rule, log } = options
  const { clock = systemClock } = options
  const limiter = (name: string, points: number) =>
    createRateLimiter({ name, points, windowSeconds: WINDOW_SECONDS, store: options.counts, log })
  const codes = limiter('second-factor', WRONG_CODES)
  const second = new SecondFactors({ store, keyRing, limiter: codes, clock, log })
  const { sessions, limits } = accounts
  const apiSessions = new ApiSessions({ store, sessions, audit, secret, clock, log })
  const devices = new DeviceLogin({ store, limiter: limiter('user-code', WRONG_USER_CODES), clock, log })
  accounts.useSecondFactor(second)
  return {
    rule,
    second,
    passkeys: new Passkeys({ store, dashboardUrl, clock, log }),
    devices,
    apiSessions,
    fresh: new FreshSignIn({ store, passwords, limits, factors: second, clock }),
    async reset({ userId, email }) {
      const reset = await second.switchOff(userId)
      const sessionsEnded = await sessions.endAll(userId)
      const data = { at: clock.now() }
      if (reset) await options.mailer.send({ to: email, kind: 'second-factor-reset', data })
      return { reset, sessionsEnded }
    },
    async sweep() {
      await apiSessions.sweep()
      await devices.sweep()
    },
  }
}
