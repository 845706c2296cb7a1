import type { Logger } from '@seaworthy/kit'
import type { FoundSession } from '../http/identify.ts'
import type { Clock } from '../store/clock.ts'
import type { Queryable, Store } from '../store/database.ts'
import { fetchPage, type Page, type PageRequest } from '../store/paging.ts'
import type { SessionRow } from '../store/schema.ts'
import { dropBegunSignIns } from './begun-sign-ins.ts'
import type { BetterAuth } from './better-auth.ts'
import { millisecondsOf, signInTime } from './sign-in-time.ts'
import { tokenHash } from './token-hash.ts'

export interface SessionsOptions {
  store: Store
  /** Loads better-auth, which makes sessions; looking one up does without it. */
  auth: () => Promise<BetterAuth>
  /** How long a session lives without being used. */
  idleMs: number
  /** How long it lives however much it is used. */
  maxMs: number
  clock: Pick<Clock, 'now'>
  /** Hears of each session that was opened. */
  onOpened?: (session: { userId: string; sessionId: string; visit: Visit }) => void
  log: Logger
}

/** Where somebody comes from, as far as the request tells. */
export interface Visit {
  address: string
  userAgent?: string | undefined
}

export interface OpenedSession {
  sessionId: string
  /** Told this once; the database has its hash. */
  token: string
  /** Milliseconds since 1970. */
  expiresAt: number
}

export type LiveSession = Pick<SessionRow, 'id' | 'ipAddress' | 'userAgent'> & {
  createdAt: number
  lastUsedAt: number
  expiresAt: number
}

type SessionTimes = Pick<SessionRow, 'createdAt' | 'updatedAt' | 'expiresAt'>

/** A session that is used all the time is written once a minute, not at each request. */
const TOUCH_EVERY_MS = 60_000
const MAX_USER_AGENT_CHARS = 300

/**
 * Sessions of people. A session ends when it is ended, when it was not used for `idleMs`, when `maxMs` are over, and
 * with its person. Every request asks the database, so that an ended one opens nothing.
 */
export class Sessions {
  readonly #options: SessionsOptions

  constructor(options: SessionsOptions) {
    this.#options = options
  }

  async open(userId: string, visit: Visit): Promise<OpenedSession> {
    const { address, userAgent } = visit
    const { internalAdapter } = await (await this.#options.auth()).$context
    const facts = { ipAddress: address, userAgent: userAgent?.slice(0, MAX_USER_AGENT_CHARS) ?? null }
    const { id, token, expiresAt } = await internalAdapter.createSession(userId, false, facts, true)
    this.#options.onOpened?.({ userId, sessionId: id, visit })
    return { sessionId: id, token, expiresAt: millisecondsOf(expiresAt) }
  }

  /** The live session of a token, which counts as used. */
  async authenticate(token: string): Promise<FoundSession | undefined> {
    const row = await this.#db
      .selectFrom('session')
      .select(['id', 'userId', 'expiresAt', 'createdAt', 'updatedAt'])
      .where('token', '=', tokenHash(token))
      .executeTakeFirst()
    if (!row || !this.isLive(row)) return undefined
    await this.touch(row)
    return { sessionId: row.id, userId: row.userId, expiresAt: this.#endOf(row) }
  }

  /** For credentials that hang on a session: it must live, and is used by their use. */
  isLive(row: SessionTimes): boolean {
    const now = this.#options.clock.now()
    return this.#endOf(row) > now && millisecondsOf(row.updatedAt) + this.#options.idleMs > now
  }

  /** Whether a session lives, without counting as a use of it. */
  async lives(sessionId: string): Promise<boolean> {
    const row = await this.#db
      .selectFrom('session')
      .select(['expiresAt', 'createdAt', 'updatedAt'])
      .where('id', '=', sessionId)
      .executeTakeFirst()
    return row !== undefined && this.isLive(row)
  }

  /** Writes down that a session is used. A database that cannot take it now is no reason to refuse the request. */
  async touch({ id, updatedAt }: Pick<SessionRow, 'id' | 'updatedAt'>): Promise<void> {
    const { clock, log } = this.#options
    const before = millisecondsOf(updatedAt)
    if (clock.now() - before < TOUCH_EVERY_MS) return
    await this.#db
      .updateTable('session')
      .set({ updatedAt: signInTime(clock.now()) })
      .where('id', '=', id)
      // Of many requests at once one writes.
      .where('updatedAt', '=', signInTime(before))
      .execute()
      .catch(error => log.warn({ session: id, err: error }, 'use of a session was not written down'))
  }

  /** Those that live, the last used first. */
  async list(userId: string, page: PageRequest): Promise<Page<LiveSession>> {
    const { items, total } = await fetchPage(
      this.#db
        .selectFrom('session')
        .select(['id', 'ipAddress', 'userAgent', 'createdAt', 'updatedAt', 'expiresAt'])
        .where('userId', '=', userId)
        .where('expiresAt', '>', signInTime(this.#options.clock.now()))
        .where('createdAt', '>', signInTime(this.#options.clock.now() - this.#options.maxMs))
        .where('updatedAt', '>', signInTime(this.#options.clock.now() - this.#options.idleMs))
        .orderBy('updatedAt', 'desc')
        .orderBy('id'),
      page,
    )
    return { total, items: items.map(row => this.#liveSession(row)) }
  }

  /** False when there is no such session of this person. */
  async end(userId: string, sessionId: string): Promise<boolean> {
    const { numDeletedRows } = await this.#db
      .deleteFrom('session')
      .where('userId', '=', userId)
      .where('id', '=', sessionId)
      .executeTakeFirst()
    return numDeletedRows > 0n
  }

  /** Ends a person's sessions, but for one if told, and what was about to become one. Resolves with how many there were. */
  async endAll(
    userId: string,
    { except }: { except?: string | undefined } = {},
    db: Queryable = this.#db,
  ): Promise<number> {
    await dropBegunSignIns(db, userId)
    let query = db.deleteFrom('session').where('userId', '=', userId)
    if (except !== undefined) query = query.where('id', '!=', except)
    return Number((await query.executeTakeFirst()).numDeletedRows)
  }

  /** Removes those that are over. Resolves with how many there were. */
  async sweep(): Promise<number> {
    const { clock, idleMs, maxMs } = this.#options
    const now = clock.now()
    const { numDeletedRows } = await this.#db
      .deleteFrom('session')
      .where(eb =>
        eb.or([
          eb('expiresAt', '<=', signInTime(now)),
          eb('createdAt', '<=', signInTime(now - maxMs)),
          eb('updatedAt', '<=', signInTime(now - idleMs)),
        ]),
      )
      .executeTakeFirst()
    return Number(numDeletedRows)
  }

  get #db(): Queryable {
    return this.#options.store.db
  }

  /** A shorter life that was set meanwhile holds for older sessions too. */
  #endOf({ expiresAt, createdAt }: Pick<SessionRow, 'expiresAt' | 'createdAt'>): number {
    return Math.min(millisecondsOf(expiresAt), millisecondsOf(createdAt) + this.#options.maxMs)
  }

  #liveSession(row: Omit<LiveSession, 'createdAt' | 'lastUsedAt' | 'expiresAt'> & SessionTimes): LiveSession {
    const { id, ipAddress, userAgent, createdAt, updatedAt } = row
    const times = { createdAt: millisecondsOf(createdAt), lastUsedAt: millisecondsOf(updatedAt) }
    return { id, ipAddress, userAgent, ...times, expiresAt: this.#endOf(row) }
  }
}
