import { EventEmitter } from 'node:events'
import { mayShowApp } from '../access/narrow-apps.ts'
import type { VisibleApps } from '../access/visible-apps.ts'
import { type Clock, systemClock } from '../store/clock.ts'
import type { Queryable, Store } from '../store/database.ts'
import { newId } from '../store/ids.ts'
import { fetchPage, type Page, type PageRequest } from '../store/paging.ts'
import type { EventRow } from '../store/schema.ts'
import type { NewEvent } from './event-types.ts'

export interface EventFilter extends PageRequest {
  appId?: string
  type?: string
  /** All when missing. */
  visible?: VisibleApps
  /** Any of these. */
  types?: readonly string[]
  /** Milliseconds since 1970, inclusive. */
  since?: number
  order?: 'asc' | 'desc'
}

/** The `events` table: what happened, append-only. What is kept here outlives the app that it happened to. */
export class Events {
  readonly #store: Store
  readonly #clock: Pick<Clock, 'now'>
  readonly #listeners = new EventEmitter().setMaxListeners(0)

  constructor({ store, clock = systemClock }: { store: Store; clock?: Pick<Clock, 'now'> }) {
    this.#store = store
    this.#clock = clock
  }

  /** Subscribers hear of it once it is committed. */
  async append(event: NewEvent, trx?: Queryable): Promise<EventRow> {
    const row: EventRow = {
      id: newId('evt'),
      app_id: event.appId,
      type: event.type,
      data_json: JSON.stringify(event.data),
      created_at: this.#clock.now(),
    }
    await (trx ?? this.#store.db).insertInto('events').values(row).execute()
    this.#store.afterCommit(trx, () => this.#listeners.emit('event', row))
    return row
  }

  /** Newest first unless told. */
  async list({
    appId,
    type,
    visible = 'all',
    types,
    since,
    order = 'desc',
    ...page
  }: EventFilter = {}): Promise<Page<EventRow>> {
    let query = this.#store.db.selectFrom('events')
    if (visible !== 'all') query = query.where(mayShowApp(visible, 'events.app_id'))
    if (appId !== undefined) query = query.where('app_id', '=', appId)
    if (type !== undefined) query = query.where('type', '=', type)
    if (types !== undefined && types.length > 0) query = query.where('type', 'in', types)
    if (since !== undefined) query = query.where('created_at', '>=', since)
    return fetchPage(query.selectAll().orderBy('created_at', order).orderBy('id', order), page)
  }

  /** Forgets events older than `before` (milliseconds since 1970), at most 10,000 at a time. Returns how many. */
  async prune(before: number): Promise<number> {
    const old = this.#store.db
      .selectFrom('events')
      .select('id')
      .where('created_at', '<', before)
      .orderBy('created_at')
      .limit(10_000)
    const { numDeletedRows } = await this.#store.db
      .deleteFrom('events')
      .where('id', 'in', old)
      .executeTakeFirst()
    return Number(numDeletedRows)
  }

  /** Calls back with each event of this process, until the returned function is called. */
  subscribe(listener: (event: EventRow) => void): () => void {
    this.#listeners.on('event', listener)
    return () => this.#listeners.off('event', listener)
  }
}
