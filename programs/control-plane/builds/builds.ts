import { defineErrors } from '@seaworthy/kit'
import { type Clock, systemClock } from '../store/clock.ts'
import type { Queryable, Store } from '../store/database.ts'
import { newId } from '../store/ids.ts'
import { fetchPage, type Page, type PageRequest } from '../store/paging.ts'
import type { BuildRow, BuildState } from '../store/schema.ts'
import { isBuildFinished, statesBefore } from './build-state.ts'

/** A line of `steps_json`. Times in milliseconds since 1970. */
export interface BuildStep {
  name: string
  state: 'running' | 'succeeded' | 'failed' | 'cached'
  startedAt: number
  finishedAt: number | null
}

const errors = defineErrors({
  build_not_found: { status: 404, message: 'There is no build {build}.' },
  build_state_conflict: { status: 409, message: 'Build {number} is {state} and cannot become {wanted}.' },
})

/** The `builds` table, numbered from 1 without gaps for each app. */
export class Builds {
  readonly #store: Store
  readonly #clock: Pick<Clock, 'now'>

  constructor({ store, clock = systemClock }: { store: Store; clock?: Pick<Clock, 'now'> }) {
    this.#store = store
    this.#clock = clock
  }

  async create({ appId, sourceId }: { appId: string; sourceId: string }, trx?: Queryable): Promise<BuildRow> {
    if (!trx) return this.#store.transaction(own => this.create({ appId, sourceId }, own))
    await this.#store.lock(trx, `app:${appId}`)
    const row: BuildRow = {
      id: newId('bld'),
      app_id: appId,
      number: (await this.#lastNumber(appId, trx)) + 1,
      source_id: sourceId,
      state: 'queued',
      artifact_digest: null,
      result_json: null,
      steps_json: '[]',
      error_code: null,
      error_message: null,
      created_at: this.#clock.now(),
      started_at: null,
      finished_at: null,
      waiting_for: null,
      peak_memory_bytes: null,
    }
    await trx.insertInto('builds').values(row).execute()
    return row
  }

  get(id: string, trx?: Queryable): Promise<BuildRow | undefined> {
    return (trx ?? this.#store.db).selectFrom('builds').selectAll().where('id', '=', id).executeTakeFirst()
  }

  getByNumber(appId: string, number: number): Promise<BuildRow | undefined> {
    return this.#of(appId).selectAll().where('number', '=', number).executeTakeFirst()
  }

  /** Newest first unless told. */
  async list(
    appId: string,
    { order = 'desc', ...page }: PageRequest & { order?: 'asc' | 'desc' } = {},
  ): Promise<Page<BuildRow>> {
    return fetchPage(this.#of(appId).selectAll().orderBy('number', order), page)
  }

  /** Why a build does not start yet, in a sentence. */
  async recordWait(id: string, reason: string): Promise<void> {
    const changes = { waiting_for: reason }
    await this.#store.db
      .updateTable('builds')
      .set(changes)
      .where('id', '=', id)
      .where('state', '=', 'queued')
      .execute()
  }

  /** The most memory that its commands had at once, in bytes; undefined where nobody could tell. */
  async recordPeak(id: string, peakBytes: number | undefined): Promise<void> {
    if (peakBytes === undefined) return
    await this.#store.db
      .updateTable('builds')
      .set({ peak_memory_bytes: Math.round(peakBytes) })
      .where('id', '=', id)
      .execute()
  }

  /** Also for a build that was cut off while it ran: its steps begin anew. Rejects with `build_state_conflict`. */
  async start(id: string, trx?: Queryable): Promise<BuildRow> {
    const changes = { steps_json: '[]', started_at: this.#clock.now(), waiting_for: null }
    return this.#move(id, 'running', changes, trx)
  }

  /** Rejects with `build_state_conflict` unless it runs. */
  succeed(
    id: string,
    { artifactDigest, result }: { artifactDigest: string; result: object },
    trx?: Queryable,
  ): Promise<BuildRow> {
    const changes = { artifact_digest: artifactDigest, result_json: JSON.stringify(result) }
    return this.#move(id, 'succeeded', { ...changes, error_code: null, error_message: null }, trx)
  }

  /** As failed, or as cancelled when somebody asked for its end. Rejects with `build_state_conflict` when it has ended. */
  fail(
    id: string,
    { cancelled = false, code, message }: { cancelled?: boolean; code: string; message: string },
    trx?: Queryable,
  ): Promise<BuildRow> {
    return this.#move(
      id,
      cancelled ? 'cancelled' : 'failed',
      { error_code: code, error_message: message, waiting_for: null },
      trx,
    )
  }

  /** Cancels a build that has not begun; leaves any other alone. */
  async cancelQueued(id: string, trx?: Queryable): Promise<void> {
    await (trx ?? this.#store.db)
      .updateTable('builds')
      .set({
        state: 'cancelled',
        error_code: 'cancelled',
        error_message: 'Cancelled.',
        finished_at: this.#clock.now(),
      })
      .where('id', '=', id)
      .where('state', '=', 'queued')
      .execute()
  }

  async recordSteps(id: string, steps: readonly BuildStep[], trx?: Queryable): Promise<void> {
    await (trx ?? this.#store.db)
      .updateTable('builds')
      .set({ steps_json: JSON.stringify(steps) })
      .where('id', '=', id)
      .execute()
  }

  /** One statement decides, so that of two callers one wins. Being there already is not an error for a resumed job. */
  async #move(id: string, to: BuildState, changes: Partial<BuildRow>, trx?: Queryable): Promise<BuildRow> {
    const finished_at = isBuildFinished(to) ? this.#clock.now() : null
    const from = to === 'running' ? [...statesBefore(to), to] : statesBefore(to)
    const moved = await (trx ?? this.#store.db)
      .updateTable('builds')
      .set({ ...changes, state: to, finished_at })
      .where('id', '=', id)
      .where('state', 'in', from)
      .returningAll()
      .executeTakeFirst()
    return moved ?? this.#unmoved(id, to, trx)
  }

  async #unmoved(id: string, wanted: BuildState, trx?: Queryable): Promise<BuildRow> {
    const row = await this.get(id, trx)
    if (!row) throw errors.build_not_found({ build: id })
    if (row.state === wanted) return row
    throw errors.build_state_conflict({ number: row.number, state: row.state, wanted })
  }

  async #lastNumber(appId: string, trx: Queryable): Promise<number> {
    const last = await this.#of(appId, trx)
      .select(eb => eb.fn.max('number').as('number'))
      .executeTakeFirst()
    return Number(last?.number ?? 0)
  }

  #of(appId: string, trx?: Queryable) {
    return (trx ?? this.#store.db).selectFrom('builds').where('app_id', '=', appId)
  }
}
