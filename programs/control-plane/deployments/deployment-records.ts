import { EventEmitter } from 'node:events'
import { AppError } from '@seaworthy/kit'
import type { Store, Transaction } from '../store/database.ts'
import { newId } from '../store/ids.ts'
import { fetchPage, type Page } from '../store/paging.ts'
import type { DeploymentRow, DeploymentState } from '../store/schema.ts'
import { type CanaryRecord, canaryOf } from './canary-record.ts'
import { canMove, isEnded } from './deployment-state.ts'

export type NewDeployment = Pick<
  DeploymentRow,
  'app_id' | 'reason' | 'build_id' | 'release_id' | 'scheduled_at' | 'created_by'
> &
  Partial<Pick<DeploymentRow, 'canary_json'>>

/** The `deployments` table. Every change of state goes through `move`, which holds the table of transitions. */
export class DeploymentRecords {
  readonly #store: Store
  readonly #changes = new EventEmitter().setMaxListeners(0)

  constructor({ store }: { store: Store }) {
    this.#store = store
  }

  /** Numbered from 1 for each app. Called in the transaction that also enqueues the job. */
  async create(fields: NewDeployment, trx: Transaction): Promise<DeploymentRow> {
    await this.#store.lock(trx, `app:${fields.app_id}`)
    const last = await trx
      .selectFrom('deployments')
      .select(eb => eb.fn.max('number').as('number'))
      .where('app_id', '=', fields.app_id)
      .executeTakeFirst()
    const row: DeploymentRow = {
      canary_json: null,
      ...fields,
      id: newId('dep'),
      number: Number(last?.number ?? 0) + 1,
      state: 'queued',
      previous_release_id: null,
      job_id: null,
      error_code: null,
      error_message: null,
      receipt_json: null,
      created_at: Date.now(),
      started_at: null,
      switched_at: null,
      finished_at: null,
    }
    await trx.insertInto('deployments').values(row).execute()
    return row
  }

  async get(id: string): Promise<DeploymentRow> {
    const row = await this.#store.db
      .selectFrom('deployments')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst()
    if (!row) throw new AppError('deployment_not_found', 'There is no such deployment.', { status: 404 })
    return row
  }

  getByNumber(appId: string, number: number): Promise<DeploymentRow | undefined> {
    return this.#store.db
      .selectFrom('deployments')
      .selectAll()
      .where('app_id', '=', appId)
      .where('number', '=', number)
      .executeTakeFirst()
  }

  list(
    appId: string,
    {
      order,
      state,
      ...page
    }: { page: number; limit: number; order: 'asc' | 'desc'; state?: DeploymentState | undefined },
  ): Promise<Page<DeploymentRow>> {
    const all = this.#store.db.selectFrom('deployments').where('app_id', '=', appId)
    const wanted = state === undefined ? all : all.where('state', '=', state)
    return fetchPage(wanted.selectAll().orderBy('number', order), page)
  }

  /** Deployments that get a share of the requests now, of one app or of all. */
  listCanaries(appId?: string): Promise<DeploymentRow[]> {
    const all = this.#store.db.selectFrom('deployments').selectAll().where('state', '=', 'canary')
    const own = appId === undefined ? all : all.where('app_id', '=', appId)
    return own.orderBy('number').limit(1000).execute()
  }

  /**
   * Changes what a canary keeps, with nobody else doing so meanwhile. Undefined for a deployment that is no canary now:
   * nothing is changed then.
   */
  async changeCanary(
    id: string,
    change: (record: CanaryRecord) => CanaryRecord,
    trx?: Transaction,
  ): Promise<CanaryRecord | undefined> {
    if (!trx) return this.#store.transaction(own => this.changeCanary(id, change, own))
    await this.#store.lock(trx, `canary:${id}`)
    const row = await trx
      .selectFrom('deployments')
      .select(['state', 'canary_json'])
      .where('id', '=', id)
      .executeTakeFirst()
    const record = row?.state === 'canary' ? canaryOf(row) : undefined
    if (!record) return undefined
    const changed = change(record)
    await this.update(id, { canary_json: JSON.stringify(changed) }, trx)
    return changed
  }

  /** Deployments that have not ended, oldest first. */
  listUnfinished(appId?: string): Promise<DeploymentRow[]> {
    let query = this.#store.db
      .selectFrom('deployments')
      .selectAll()
      .where('state', 'not in', ['succeeded', 'failed', 'cancelled'])
      .orderBy('created_at')
      .limit(1000)
    if (appId !== undefined) query = query.where('app_id', '=', appId)
    return query.execute()
  }

  async update(
    id: string,
    changes: Partial<Omit<DeploymentRow, 'id' | 'state'>>,
    trx?: Transaction,
  ): Promise<void> {
    await (trx ?? this.#store.db).updateTable('deployments').set(changes).where('id', '=', id).execute()
    if (!trx) this.#changes.emit(id)
  }

  /**
   * Moves to another state, with the times that belong to it. Being there already is not an error, so that a
   * resumed job may say it again. Rejects with `deployment_state_conflict` when the table forbids the move.
   */
  async move(
    id: string,
    to: DeploymentState,
    changes: Partial<Omit<DeploymentRow, 'id' | 'state'>> = {},
    trx?: Transaction,
  ): Promise<void> {
    const db = trx ?? this.#store.db
    const { state } = await db
      .selectFrom('deployments')
      .select('state')
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    if (state === to) return
    if (!canMove(state, to)) {
      throw new AppError('deployment_state_conflict', `A deployment that is ${state} cannot become ${to}.`, {
        status: 409,
      })
    }
    const now = Date.now()
    const result = await db
      .updateTable('deployments')
      .set({
        ...changes,
        state: to,
        ...(to === 'starting' ? { started_at: now } : {}),
        ...(to === 'watching' ? { switched_at: now } : {}),
        ...(isEnded(to) ? { finished_at: now } : {}),
      })
      .where('id', '=', id)
      .where('state', '=', state)
      .executeTakeFirst()
    if (Number(result.numUpdatedRows) === 0) return this.move(id, to, changes, trx)
    if (!trx) this.#changes.emit(id)
  }

  /** Tells followers of a change that was made inside a transaction. */
  announce(id: string): void {
    this.#changes.emit(id)
  }

  /** Calls back after each change of the deployment, until the returned function is called. */
  onChange(id: string, listener: () => void): () => void {
    this.#changes.on(id, listener)
    return () => this.#changes.off(id, listener)
  }
}
