import { ApiError, createClient, type TokenSource } from '@seaworthy/api/client'
import { loadProfile, type Profile, saveProfile } from './profile.ts'

/** Renewed so long before its end, so that no request finds it expired on its way. */
const MARGIN_MS = 60_000

/**
 * The tokens of a profile, which several commands may use at once. Before a refresh the profile is read again: another
 * command may have been first. Two that still meet get the same refresh token from the platform, so that it does not
 * matter which of them writes it last.
 */
export class ProfileTokens implements TokenSource {
  readonly #env: NodeJS.ProcessEnv
  #profile: Profile
  #renewing: Promise<string | undefined> | undefined

  constructor({ env, profile }: { env: NodeJS.ProcessEnv; profile: Profile }) {
    this.#env = env
    this.#profile = profile
  }

  async current(): Promise<string | undefined> {
    const { token, expiresAt } = this.#profile
    const isFresh = expiresAt === undefined || Date.parse(expiresAt) - Date.now() > MARGIN_MS
    return isFresh ? token : ((await this.renew(token)) ?? token)
  }

  /** Requests of one command that are refused at once wait for one refresh. */
  async renew(refused: string): Promise<string | undefined> {
    this.#renewing ??= this.#renew(refused).finally(() => {
      this.#renewing = undefined
    })
    return this.#renewing
  }

  async #renew(refused: string): Promise<string | undefined> {
    const kept = await loadProfile(this.#env)
    if (kept?.url !== this.#profile.url) return undefined
    this.#profile = kept
    if (kept.token !== refused) return kept.token
    if (kept.refreshToken === undefined) return undefined
    return this.#refresh(kept, kept.refreshToken)
  }

  /** Undefined when the session is over. */
  async #refresh(kept: Profile, refreshToken: string): Promise<string | undefined> {
    const client = createClient({ baseUrl: kept.url })
    try {
      const tokens = await client.call('session.refresh', { body: { refreshToken } })
      const { token, expiresAt } = tokens
      this.#profile = { ...kept, token, expiresAt, refreshToken: tokens.refreshToken }
      await saveProfile(this.#env, this.#profile)
      return token
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return undefined
      throw error
    } finally {
      client.close()
    }
  }
}
