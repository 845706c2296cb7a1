/** Sessions of programs: a short access token and a refresh token that changes at each use, both hung on a session. */
import { createHmac } from 'node:crypto'
import { defineErrors, type Logger } from '@seaworthy/kit'
import { createApiTokenFormat, type ParsedApiToken } from '@seaworthy/kit/api-token'
import type { AuditRequest } from '../audit/audit-entry.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { FoundSession } from '../http/identify.ts'
import { type Clock, systemClock } from '../store/clock.ts'
import type { Queryable, Store, Transaction } from '../store/database.ts'
import { newId } from '../store/ids.ts'
import type { RefreshTokenRow, SessionRow } from '../store/schema.ts'
import type { Sessions } from './sessions.ts'

export interface ApiSessionsOptions {
  store: Store
  sessions: Pick<Sessions, 'isLive' | 'touch'>
  audit: Pick<AuditLog, 'append'>
  /** At least 32 random bytes as text, the same after every restart. */
  secret: string
  clock?: Pick<Clock, 'now'>
  log: Logger
}

export interface ApiTokens {
  /** `swa_…`, for `Authorization: Bearer`. */
  accessToken: string
  /** Milliseconds since 1970. */
  accessExpiresAt: number
  /** `swr_…`: good for one refresh. */
  refreshToken: string
  refreshExpiresAt: number
}

export const apiSessionErrors = defineErrors({
  refresh_refused: {
    status: 401,
    message:
      'The session is over: this refresh token is wrong, used or too old. Sign in again: seaworthy login',
  },
})

const ACCESS_MS = 15 * 60_000
const REFRESH_MS = 7 * 24 * 3_600_000
/** Two processes of one client may refresh at the same moment; the slower one is no thief. */
const GRACE_MS = 10_000

const accessFormat = createApiTokenFormat({ prefix: 'swa_' })
const refreshFormat = createApiTokenFormat({ prefix: 'swr_' })

/**
 * Every refresh token has one successor, derived from it, so that who asks twice within the grace gets the same one and
 * there is never more than one line of tokens. An older token that shows up after its grace was copied by somebody: the
 * session ends, with all its tokens (RFC 9700, 4.14.2).
 */
export class ApiSessions {
  readonly #options: ApiSessionsOptions
  readonly #clock: Pick<Clock, 'now'>

  constructor(options: ApiSessionsOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
  }

  /** The first tokens of a session, which from then on is used by them alone. */
  async issue(sessionId: string): Promise<ApiTokens> {
    const refreshToken = refreshFormat.make()
    return this.#options.store.transaction(async trx => {
      await trx.updateTable('session').set({ client: 'cli' }).where('id', '=', sessionId).execute()
      const row = await this.#insertRefresh(trx, newId('rft'), sessionId, refreshToken)
      return this.#withAccess(trx, sessionId, { refreshToken, refreshExpiresAt: row.expires_at })
    })
  }

  /** Rejects with `refresh_refused`. Tells the audit log of a token that was used before. */
  async refresh(refreshToken: string, request?: AuditRequest): Promise<ApiTokens> {
    const parsed = refreshFormat.parse(refreshToken)
    if (!parsed) throw apiSessionErrors.refresh_refused()
    const outcome = await this.#options.store.transaction(trx =>
      this.#refreshWithin(trx, refreshToken, parsed, request),
    )
    if (outcome === 'refused') throw apiSessionErrors.refresh_refused()
    return outcome
  }

  /** The session of an access token, or undefined. Asks the database each time: what has ended opens nothing. */
  async authenticate(accessToken: string): Promise<FoundSession | undefined> {
    const hash = accessFormat.parse(accessToken)?.hash
    if (hash === undefined) return undefined
    const row = await this.#options.store.db
      .selectFrom('access_tokens')
      .innerJoin('session', 'session.id', 'access_tokens.session_id')
      .select(['session.id', 'session.userId', 'session.expiresAt', 'session.createdAt', 'session.updatedAt'])
      .select('access_tokens.expires_at')
      .where('access_tokens.token_hash', '=', hash)
      .executeTakeFirst()
    if (!row || row.expires_at <= this.#clock.now() || !this.#options.sessions.isLive(row)) return undefined
    await this.#options.sessions.touch(row)
    return { sessionId: row.id, userId: row.userId, expiresAt: row.expires_at }
  }

  /** Removes tokens that are too old to open anything. Resolves with how many there were. */
  async sweep(): Promise<number> {
    const { db } = this.#options.store
    const now = this.#clock.now()
    const access = await db.deleteFrom('access_tokens').where('expires_at', '<=', now).executeTakeFirst()
    const refresh = await db.deleteFrom('refresh_tokens').where('expires_at', '<=', now).executeTakeFirst()
    return Number(access.numDeletedRows + refresh.numDeletedRows)
  }

  async #refreshWithin(
    trx: Transaction,
    token: string,
    { hash }: ParsedApiToken,
    request: AuditRequest | undefined,
  ): Promise<ApiTokens | 'refused'> {
    const row = await findRefresh(trx, hash)
    if (!row || !this.#isUsable(row)) return 'refused'
    const id = newId('rft')
    if (row.used_at === null && (await this.#useUp(trx, row, id))) {
      const refreshToken = this.#successorOf(token)
      const next = await this.#insertRefresh(trx, id, row.session_id, refreshToken)
      return this.#withAccess(trx, row.session_id, { refreshToken, refreshExpiresAt: next.expires_at })
    }
    return this.#refreshAgain(trx, token, hash, request)
  }

  /** The token was used before, perhaps a moment ago by another process of the same client. */
  async #refreshAgain(
    trx: Transaction,
    token: string,
    hash: string,
    request: AuditRequest | undefined,
  ): Promise<ApiTokens | 'refused'> {
    const row = await findRefresh(trx, hash)
    if (!row || row.used_at === null) return 'refused'
    if (this.#clock.now() - row.used_at > GRACE_MS) {
      await this.#endCopied(trx, row, request)
      return 'refused'
    }
    const refreshToken = this.#successorOf(token)
    const next = await findRefresh(trx, refreshFormat.parse(refreshToken)!.hash)
    if (!next) return 'refused'
    return this.#withAccess(trx, row.session_id, { refreshToken, refreshExpiresAt: next.expires_at })
  }

  #isUsable(row: RefreshRow): boolean {
    return (
      row.expires_at > this.#clock.now() && row.suspendedAt === null && this.#options.sessions.isLive(row)
    )
  }

  /** False for who came second. */
  async #useUp(trx: Transaction, { id }: RefreshRow, successorId: string): Promise<boolean> {
    const { numUpdatedRows } = await trx
      .updateTable('refresh_tokens')
      .set({ used_at: this.#clock.now(), replaced_by: successorId })
      .where('id', '=', id)
      .where('used_at', 'is', null)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  /** Without our secret nobody gets from one token to the next. */
  #successorOf(token: string): string {
    return refreshFormat.make(createHmac('sha256', this.#options.secret).update(`refresh ${token}`).digest())
  }

  async #insertRefresh(
    trx: Transaction,
    id: string,
    sessionId: string,
    token: string,
  ): Promise<RefreshTokenRow> {
    const now = this.#clock.now()
    const row = {
      id,
      session_id: sessionId,
      token_hash: refreshFormat.parse(token)!.hash,
      created_at: now,
      expires_at: now + REFRESH_MS,
      used_at: null,
      replaced_by: null,
    }
    await trx.insertInto('refresh_tokens').values(row).execute()
    return row
  }

  async #withAccess(
    trx: Transaction,
    sessionId: string,
    refresh: Pick<ApiTokens, 'refreshToken' | 'refreshExpiresAt'>,
  ): Promise<ApiTokens> {
    const accessToken = accessFormat.make()
    const now = this.#clock.now()
    const times = { created_at: now, expires_at: now + ACCESS_MS }
    const token_hash = accessFormat.parse(accessToken)!.hash
    await trx
      .insertInto('access_tokens')
      .values({ token_hash, session_id: sessionId, ...times })
      .execute()
    return { accessToken, accessExpiresAt: times.expires_at, ...refresh }
  }

  async #endCopied(trx: Transaction, row: RefreshRow, request: AuditRequest | undefined): Promise<void> {
    const { audit, log } = this.#options
    await trx.deleteFrom('session').where('id', '=', row.session_id).execute()
    log.warn(
      { session: row.session_id, user: row.userId },
      'session ended: an old refresh token was used again',
    )
    await audit.append(
      {
        actor: { kind: 'platform' },
        request,
        action: 'session:delete',
        target: { kind: 'session', id: row.session_id },
        after: { reason: 'an old refresh token was used again', user: row.userId },
      },
      trx,
    )
  }
}

type RefreshRow = RefreshTokenRow &
  Pick<SessionRow, 'userId' | 'expiresAt' | 'createdAt' | 'updatedAt'> & {
    suspendedAt: number | null
  }

function findRefresh(db: Queryable, hash: string): Promise<RefreshRow | undefined> {
  return db
    .selectFrom('refresh_tokens')
    .innerJoin('session', 'session.id', 'refresh_tokens.session_id')
    .innerJoin('user', 'user.id', 'session.userId')
    .selectAll('refresh_tokens')
    .select(['session.userId', 'session.expiresAt', 'session.createdAt', 'session.updatedAt'])
    .select('user.suspendedAt')
    .where('refresh_tokens.token_hash', '=', hash)
    .executeTakeFirst()
}
