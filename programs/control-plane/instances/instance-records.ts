/** The `instances` table: what was started, and enough of it to find it again after a restart. */
import type { Store, Transaction } from '../store/database.ts'
import { newId } from '../store/ids.ts'
import type { InstanceRow, InstanceState } from '../store/schema.ts'

/** States in which a process or image may still run. */
export const LIVE_STATES: readonly InstanceState[] = ['starting', 'healthy', 'unhealthy', 'draining']

/** Ended instances that are kept for "what happened?", for each app. */
const KEPT_ENDED_PER_APP = 200

export class InstanceRecords {
  readonly #store: Store

  constructor({ store }: { store: Store }) {
    this.#store = store
  }

  async create(
    fields: Pick<InstanceRow, 'app_id' | 'release_id' | 'deployment_id' | 'process' | 'runtime'>,
  ): Promise<InstanceRow> {
    const row: InstanceRow = {
      ...fields,
      id: newId('ins'),
      state: 'starting',
      handle_json: 'null',
      port: null,
      created_at: Date.now(),
      healthy_at: null,
      stopped_at: null,
      exit_json: null,
      limits_json: null,
    }
    await this.#store.db.insertInto('instances').values(row).execute()
    return row
  }

  async update(id: string, changes: Partial<InstanceRow>, trx?: Transaction): Promise<void> {
    await (trx ?? this.#store.db).updateTable('instances').set(changes).where('id', '=', id).execute()
  }

  get(id: string): Promise<InstanceRow | undefined> {
    return this.#store.db.selectFrom('instances').selectAll().where('id', '=', id).executeTakeFirst()
  }

  /** Everything that may still run, oldest first. Bounded by what runs. */
  listLive(): Promise<InstanceRow[]> {
    return this.#store.db
      .selectFrom('instances')
      .selectAll()
      .where('state', 'in', LIVE_STATES)
      .orderBy('created_at')
      .orderBy('id')
      .execute()
  }

  /** An app's instances, newest first. */
  listByApp(appId: string, limit = 100): Promise<InstanceRow[]> {
    return this.#store.db
      .selectFrom('instances')
      .selectAll()
      .where('app_id', '=', appId)
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit)
      .execute()
  }

  /** What a deployment started, oldest first. */
  listByDeployment(deploymentId: string): Promise<InstanceRow[]> {
    return this.#store.db
      .selectFrom('instances')
      .selectAll()
      .where('deployment_id', '=', deploymentId)
      .orderBy('created_at')
      .orderBy('id')
      .limit(1000)
      .execute()
  }

  /** Forgets the oldest ended instances of an app beyond the kept number. */
  async forgetOld(appId: string): Promise<void> {
    const old = await this.#store.db
      .selectFrom('instances')
      .select('id')
      .where('app_id', '=', appId)
      .where('state', 'in', ['stopped', 'crashed'])
      .orderBy('created_at', 'desc')
      .offset(KEPT_ENDED_PER_APP)
      .limit(1000)
      .execute()
    if (old.length === 0) return
    await this.#store.db
      .deleteFrom('instances')
      .where(
        'id',
        'in',
        old.map(row => row.id),
      )
      .execute()
  }
}
