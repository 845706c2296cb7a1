import {
  aboveMachine,
  type EffectiveResources,
  effectiveResources,
  type Machine,
  type ProcessResources,
  type Resources,
} from '@seaworthy/runtime/resources'
import { RUNNING } from '../quotas/quota-usage.ts'
import type { Quotas } from '../quotas/quotas.ts'
import type { ReleaseSettings } from '../releases/release-settings.ts'
import { type Clock, systemClock } from '../store/clock.ts'
import type { Queryable, Store } from '../store/database.ts'
import type { AppRow } from '../store/schema.ts'
import { limitErrors } from './errors.ts'

export interface AppLimitsOptions {
  store: Store
  quotas: Pick<Quotas, 'hold'>
  /** For apps that say nothing. */
  platform: ProcessResources
  machine: Machine
  clock?: Pick<Clock, 'now'>
}

/** The `app_limits` table: what instances of an app may take, set without a deployment. New instances get it. */
export class AppLimits {
  readonly platform: ProcessResources
  readonly machine: Machine
  readonly #options: AppLimitsOptions

  constructor(options: AppLimitsOptions) {
    this.#options = options
    this.platform = options.platform
    this.machine = options.machine
  }

  /** What is set for the app itself; nothing unless somebody did. */
  async own(appId: string, db: Queryable = this.#options.store.db): Promise<Resources> {
    const row = await db
      .selectFrom('app_limits')
      .select('resources_json')
      .where('app_id', '=', appId)
      .executeTakeFirst()
    return row ? JSON.parse(row.resources_json) : {}
  }

  /** What counts for a process of the app with a release of these settings. */
  async effective(
    app: Pick<AppRow, 'id'>,
    { resources }: Pick<ReleaseSettings, 'resources'>,
    process: string,
  ): Promise<EffectiveResources> {
    const layers = { platform: this.platform, release: resources, app: await this.own(app.id) }
    return effectiveResources(layers, process)
  }

  /** What is there now. Rejects as `replace` would for what this server does not have. */
  async check(app: Pick<AppRow, 'id'>, resources: Resources): Promise<{ before: Resources }> {
    this.#refuseAboveMachine(resources)
    return { before: await this.own(app.id) }
  }

  /**
   * Sets all own limits of an app. Rejects with `limits_not_possible`, naming each field, for what this server does not
   * have, and with `quota_exceeded` for what its team or its maker may not have.
   */
  async replace(app: AppRow, resources: Resources): Promise<{ before: Resources }> {
    this.#refuseAboveMachine(resources)
    const { quotas, store } = this.#options
    return quotas.hold(app, RUNNING, async trx => {
      await store.lock(trx, `limits:${app.id}`)
      const before = await this.own(app.id, trx)
      await this.#write(trx, app.id, resources)
      return { before }
    })
  }

  #refuseAboveMachine(resources: Resources): void {
    const problems = aboveMachine(resources, this.machine)
    const [first] = problems
    if (!first) return
    const errors = problems.map(({ path, message }) => ({ path: path.join('.'), message }))
    const problem = `${first.path.join('.')}: ${first.message}`
    throw limitErrors.limits_not_possible({ problem }, { errors })
  }

  async #write(db: Queryable, appId: string, resources: Resources): Promise<void> {
    const { clock = systemClock } = this.#options
    const columns = { resources_json: JSON.stringify(resources), updated_at: clock.now() }
    await db
      .insertInto('app_limits')
      .values({ app_id: appId, ...columns })
      .onConflict(conflict => conflict.column('app_id').doUpdateSet(columns))
      .execute()
  }
}
