import { type MaintenanceSettings, type TrafficSettings, trafficOf } from '@seaworthy/routes/settings'
import { mayKeepOut } from '../deployments/probe-place.ts'
import { type Clock, systemClock } from '../store/clock.ts'
import type { Queryable, Store, Transaction } from '../store/database.ts'
import type { AppRow } from '../store/schema.ts'
import { trafficErrors } from './errors.ts'

/** What an app's own settings say. */
export interface OwnTraffic {
  /** 0: nobody has said anything yet. */
  version: number
  settings: TrafficSettings
  /** Null while the app is open. */
  maintenance: MaintenanceSettings | null
}

const NOTHING: OwnTraffic = { version: 0, settings: {}, maintenance: null }

/** The `app_traffic` table. Whoever changes it publishes the routes afterwards. */
export class AppTraffic {
  readonly #store: Store
  readonly #clock: Pick<Clock, 'now'>

  constructor({ store, clock = systemClock }: { store: Store; clock?: Pick<Clock, 'now'> }) {
    this.#store = store
    this.#clock = clock
  }

  async own(appId: string, db: Queryable = this.#store.db): Promise<OwnTraffic> {
    const row = await db.selectFrom('app_traffic').selectAll().where('app_id', '=', appId).executeTakeFirst()
    if (!row) return NOTHING
    return {
      version: Number(row.version),
      settings: JSON.parse(row.settings_json),
      maintenance: row.maintenance_json === null ? null : JSON.parse(row.maintenance_json),
    }
  }

  /** What counts for a release of the app with these settings. */
  async effective(app: Pick<AppRow, 'id'>, release: TrafficSettings): Promise<TrafficSettings> {
    return { ...trafficOf(release), ...(await this.own(app.id)).settings }
  }

  /** Whether rules of the edge may answer in the app's place. */
  async mayKeepOut(appId: string, release: TrafficSettings): Promise<boolean> {
    const { settings, maintenance } = await this.own(appId)
    return maintenance !== null || mayKeepOut({ ...trafficOf(release), ...settings })
  }

  /**
   * Changes what is there, with nobody else doing so meanwhile. Rejects with `traffic_changed` when `baseVersion` is
   * not the present one.
   */
  async change(
    app: Pick<AppRow, 'id' | 'slug'>,
    change: (present: OwnTraffic) => Pick<OwnTraffic, 'settings' | 'maintenance'>,
    { baseVersion }: { baseVersion?: number | undefined } = {},
  ): Promise<{ before: OwnTraffic; after: OwnTraffic }> {
    return this.#store.transaction(async trx => {
      await this.#store.lock(trx, `traffic:${app.id}`)
      const before = await this.own(app.id, trx)
      if (baseVersion !== undefined && baseVersion !== before.version)
        throw trafficErrors.traffic_changed({ slug: app.slug, version: before.version })
      const after = { ...change(before), version: before.version + 1 }
      await this.#write(app.id, after, trx)
      return { before, after }
    })
  }

  async #write(
    appId: string,
    { version, settings, maintenance }: OwnTraffic,
    trx: Transaction,
  ): Promise<void> {
    const columns = {
      version,
      settings_json: JSON.stringify(settings),
      maintenance_json: maintenance && JSON.stringify(maintenance),
      updated_at: this.#clock.now(),
    }
    await trx
      .insertInto('app_traffic')
      .values({ app_id: appId, ...columns })
      .onConflict(conflict => conflict.column('app_id').doUpdateSet(columns))
      .execute()
  }
}
