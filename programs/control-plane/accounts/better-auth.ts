/**
 * better-auth over the store. Loading it costs tens of megabytes, so this module is imported only when somebody
 * signs in; requests of those who are signed in, and the platform's own command line, never need it.
 */
import { kyselyAdapter } from '@better-auth/kysely-adapter'
import { betterAuth } from 'better-auth/minimal'
import { bearer } from 'better-auth/plugins/bearer'
import type { BetterAuthOptions as BetterAuthSettings } from 'better-auth/types'
import type { Store } from '../store/database.ts'
import { withHashedTokens } from './hashed-adapter.ts'
import type { Passwords } from './passwords.ts'

export interface BetterAuthOptions {
  store: Store
  /** At least 32 random bytes as text; signs cookies and seals what second factors keep. */
  secret: string
  /** Fixed by settings, never taken from a request. */
  baseUrl: string
  /** Longest life of a session. */
  sessionMaxMs: number
  passwords: Passwords
}

export type BetterAuth = ReturnType<typeof createBetterAuth>

export function createBetterAuth({ store, secret, baseUrl, sessionMaxMs, passwords }: BetterAuthOptions) {
  const adapter = kyselyAdapter(store.db, { type: store.kind === 'sqlite' ? 'sqlite' : 'postgres' })
  return betterAuth({
    baseURL: baseUrl,
    trustedOrigins: [baseUrl],
    secret,
    database: (options: BetterAuthSettings) => withHashedTokens(adapter(options)),
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      // Our own policy judges new passwords, before better-auth sees them.
      minPasswordLength: 1,
      maxPasswordLength: 1_000,
      password: {
        hash: password => passwords.hash(password),
        verify: ({ hash, password }) => passwords.verify(hash, password),
      },
    },
    // The idle time-out is kept by our own look-up of sessions; see `sessions.ts`.
    session: { expiresIn: Math.floor(sessionMaxMs / 1000), disableSessionRefresh: true },
    plugins: [bearer()],
    // Our own limiter and log stand in front; nothing is reported to anybody.
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { disabled: true },
  })
}
