/**
 * better-auth over the store. Loading it costs tens of megabytes, so this module is imported only when somebody
 * signs in over TCP; a platform that is used from its own command line never pays for it.
 */
import { kyselyAdapter } from '@better-auth/kysely-adapter'
import { betterAuth } from 'better-auth/minimal'
import { bearer } from 'better-auth/plugins/bearer'
import type { Store } from '../store/database.ts'

export interface BetterAuthOptions {
  store: Store
  /** At least 32 random bytes as text; signs session tokens. */
  secret: string
  /** Fixed by settings, never taken from a request. */
  baseUrl: string
  sessionDays: number
}

export type BetterAuth = ReturnType<typeof createBetterAuth>

const DAY_SECONDS = 24 * 60 * 60

export function createBetterAuth({ store, secret, baseUrl, sessionDays }: BetterAuthOptions) {
  return betterAuth({
    baseURL: baseUrl,
    secret,
    database: kyselyAdapter(store.db, { type: store.kind === 'sqlite' ? 'sqlite' : 'postgres' }),
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 10, maxPasswordLength: 128 },
    session: { expiresIn: sessionDays * DAY_SECONDS, updateAge: DAY_SECONDS },
    plugins: [bearer()],
    // Our own limiter and log stand in front; nothing is reported to anybody.
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { disabled: true },
  })
}
