import { type Clock, systemClock } from '../store/clock.ts'
import type { Queryable, Store } from '../store/database.ts'
import { newId } from '../store/ids.ts'
import { fetchPage, type Page, type PageRequest } from '../store/paging.ts'
import type { ApiTokenRow, Scope } from '../store/schema.ts'
import { tokenErrors } from './errors.ts'
import { API_TOKEN_FORMAT } from './token-format.ts'
import { tokenState } from './token-state.ts'

export interface NewToken {
  userId: string
  name: string
  scopes: readonly Scope[]
  /** Null: whatever its person may. */
  appIds: readonly string[] | null
  teamId: string | null
  /** Null: it never expires. */
  expiresInDays: number | null
}

/** A token with its secret, which is known only now. */
export interface MadeToken {
  secret: string
  row: ApiTokenRow
}

/** Whose tokens a list shows: of a person, limited to a team, or all. */
export type TokensOf = { userId: string } | { teamId: string } | 'everybody'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
/** So that nobody makes a new one for each build; ended ones do not count. */
export const MAX_TOKENS_PER_PERSON = 100

/** The `api_tokens` table. Only hashes are kept: who reads the database gets in with none of them. */
export class Tokens {
  readonly #store: Store
  readonly #clock: Pick<Clock, 'now'>

  constructor({ store, clock = systemClock }: { store: Store; clock?: Pick<Clock, 'now'> }) {
    this.#store = store
    this.#clock = clock
  }

  /** Rejects with `too_many_tokens`. */
  async create(token: NewToken, trx: Queryable): Promise<MadeToken> {
    await this.#store.lock(trx, `tokens:${token.userId}`)
    if ((await this.#countActive(token.userId, trx)) >= MAX_TOKENS_PER_PERSON)
      throw tokenErrors.too_many_tokens({ max: MAX_TOKENS_PER_PERSON })
    const { secret, hash, hint } = newSecret()
    const row = this.#newRow(token, { hash, hint })
    await trx.insertInto('api_tokens').values(row).execute()
    return { secret, row }
  }

  /**
   * A new secret for the same token. The one before works on for `overlapHours` at most, and never beyond its own end.
   * Rejects with `token_ended`.
   */
  async rotate(
    row: ApiTokenRow,
    { overlapHours, expiresInDays }: { overlapHours: number; expiresInDays: number | null },
    trx: Queryable,
  ): Promise<MadeToken> {
    const now = this.#clock.now()
    const { secret, hash, hint } = newSecret()
    const overlapEnd = now + overlapHours * HOUR_MS
    const changed = await trx
      .updateTable('api_tokens')
      .set({
        token_hash: hash,
        hint,
        previous_hash: row.token_hash,
        previous_until: row.expires_at === null ? overlapEnd : Math.min(overlapEnd, row.expires_at),
        expires_at: expiryOf(expiresInDays, now),
        warned_at: now,
      })
      .where('id', '=', row.id)
      // Somebody may have rotated or revoked it since it was read.
      .where('token_hash', '=', row.token_hash)
      .where('revoked_at', 'is', null)
      .where(eb => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]))
      .returningAll()
      .executeTakeFirst()
    if (!changed) throw tokenErrors.token_ended({ token: row.name, state: endedState(row, now) })
    return { secret, row: changed }
  }

  /** At once, for the one before a rotation too. A token that is revoked already stays as it is. */
  async revoke(id: string, trx: Queryable): Promise<ApiTokenRow> {
    await trx
      .updateTable('api_tokens')
      .set({ revoked_at: this.#clock.now(), previous_hash: null, previous_until: null })
      .where('id', '=', id)
      .where('revoked_at', 'is', null)
      .execute()
    return trx.selectFrom('api_tokens').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
  }

  get(id: string): Promise<ApiTokenRow | undefined> {
    return this.#store.db.selectFrom('api_tokens').selectAll().where('id', '=', id).executeTakeFirst()
  }

  /** Newest first unless told. */
  list(
    of: TokensOf,
    { order = 'desc', ...page }: PageRequest & { order?: 'asc' | 'desc' } = {},
  ): Promise<Page<ApiTokenRow>> {
    let query = this.#store.db.selectFrom('api_tokens')
    if (of !== 'everybody')
      query = 'userId' in of ? query.where('user_id', '=', of.userId) : query.where('team_id', '=', of.teamId)
    return fetchPage(query.selectAll().orderBy('created_at', order).orderBy('id', order), page)
  }

  async #countActive(userId: string, trx: Queryable): Promise<number> {
    const { count } = await trx
      .selectFrom('api_tokens')
      .select(eb => eb.fn.countAll<number>().as('count'))
      .where('user_id', '=', userId)
      .where('revoked_at', 'is', null)
      .where(eb => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', this.#clock.now())]))
      .executeTakeFirstOrThrow()
    return count
  }

  #newRow(token: NewToken, { hash, hint }: { hash: string; hint: string }): ApiTokenRow {
    const now = this.#clock.now()
    return {
      id: newId('tok'),
      user_id: token.userId,
      team_id: token.teamId,
      name: token.name,
      token_hash: hash,
      hint,
      scopes_json: JSON.stringify(token.scopes),
      app_ids_json: token.appIds === null ? null : JSON.stringify(token.appIds),
      created_at: now,
      expires_at: expiryOf(token.expiresInDays, now),
      last_used_at: null,
      last_used_from: null,
      previous_hash: null,
      previous_until: null,
      revoked_at: null,
      warned_at: now,
    }
  }
}

function newSecret(): { secret: string; hash: string; hint: string } {
  const secret = API_TOKEN_FORMAT.make()
  return { secret, ...API_TOKEN_FORMAT.parse(secret)! }
}

function expiryOf(days: number | null, now: number): number | null {
  return days === null ? null : now + days * DAY_MS
}

/** Another rotation at the same moment looks like this too. */
function endedState(row: ApiTokenRow, now: number): string {
  const state = tokenState(row, now)
  return state === 'active' ? 'changed by somebody else at this moment' : state
}
