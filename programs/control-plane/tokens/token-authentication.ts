import type { Logger } from '@seaworthy/kit'
import type { FoundApiToken } from '../http/identify.ts'
import { type Clock, systemClock } from '../store/clock.ts'
import type { Store } from '../store/database.ts'
import type { ApiTokenRow } from '../store/schema.ts'
import { API_TOKEN_FORMAT } from './token-format.ts'
import { isOpenedBy } from './token-state.ts'

/** How exact "last used" is: more often it is not written. */
const LAST_USE_EVERY_MS = 60_000

/** Finds the token that a request carries. Asked anew for each request: a revoked token opens nothing more. */
export class TokenAuthentication {
  readonly #store: Store
  readonly #clock: Pick<Clock, 'now'>
  readonly #log: Logger
  /** Tokens whose last use is being written: requests come in crowds. */
  readonly #noting = new Set<string>()

  constructor({
    store,
    clock = systemClock,
    log,
  }: { store: Store; clock?: Pick<Clock, 'now'>; log: Logger }) {
    this.#store = store
    this.#clock = clock
    this.#log = log
  }

  /**
   * Undefined for a token that is malformed, unknown, expired, revoked or replaced; the caller answers all alike.
   * What its person may do is not asked here.
   */
  async authenticate(token: string, { address }: { address: string }): Promise<FoundApiToken | undefined> {
    const parsed = API_TOKEN_FORMAT.parse(token)
    if (!parsed) return undefined
    const row = await this.#find(parsed.hash)
    if (!row || !isOpenedBy(row, parsed.hash, this.#clock.now())) return undefined
    await this.#noteUse(row, address)
    return foundToken(row)
  }

  #find(hash: string): Promise<ApiTokenRow | undefined> {
    return this.#store.db
      .selectFrom('api_tokens')
      .selectAll()
      .where(eb => eb.or([eb('token_hash', '=', hash), eb('previous_hash', '=', hash)]))
      .executeTakeFirst()
  }

  /** A full disk must not lock out who comes to free it. */
  async #noteUse({ id, last_used_at }: ApiTokenRow, address: string): Promise<void> {
    const now = this.#clock.now()
    if (this.#noting.has(id) || (last_used_at !== null && now - last_used_at < LAST_USE_EVERY_MS)) return
    this.#noting.add(id)
    try {
      await this.#store.db
        .updateTable('api_tokens')
        .set({ last_used_at: now, last_used_from: address })
        .where('id', '=', id)
        .execute()
    } catch (error) {
      this.#log.warn({ err: error, token: id }, 'last use of a token not written')
    } finally {
      this.#noting.delete(id)
    }
  }
}

function foundToken(row: ApiTokenRow): FoundApiToken {
  return {
    tokenId: row.id,
    tokenName: row.name,
    userId: row.user_id,
    scopes: JSON.parse(row.scopes_json),
    appIds: row.app_ids_json === null ? null : JSON.parse(row.app_ids_json),
    teamId: row.team_id,
  }
}
