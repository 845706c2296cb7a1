import type { Logger } from '@seaworthy/kit'
import type { AppLocks } from '../instances/app-locks.ts'
import type { AppReconciler } from '../instances/app-reconciler.ts'
import { type InstanceManager, isOneOff, type LiveInstance } from '../instances/instance-manager.ts'
import type { RoutePublisher } from '../routing/route-publisher.ts'
import type { Store } from '../store/database.ts'
import type { AppState, DeploymentRow, InstanceState } from '../store/schema.ts'
import type { DeploymentRecords } from './deployment-records.ts'

export interface SwitcherOptions {
  store: Store
  records: DeploymentRecords
  manager: InstanceManager
  locks: AppLocks
  publisher: RoutePublisher
  reconciler: AppReconciler
  log: Logger
}

/**
 * The one act that changes what users see: in one transaction the app names another release, its new instances
 * become healthy and its old ones drain; then every worker of the edge has the table that says so. The way back
 * is the same act with the roles exchanged, while the old instances still run.
 */
export class Switcher {
  readonly #options: SwitcherOptions

  constructor(options: SwitcherOptions) {
    this.#options = options
  }

  /** Idempotent: a resumed deployment may switch again. */
  async switchTo(deployment: DeploymentRow, fresh: readonly LiveInstance[]): Promise<void> {
    const { locks, reconciler, log } = this.#options
    locks.preempt(deployment.app_id)
    await locks.run(deployment.app_id, async () => {
      reconciler.forgiveCrashes(deployment.app_id)
      const stale = this.#others(deployment.app_id, fresh)
      await this.#exchange(deployment, {
        releaseId: deployment.release_id!,
        healthy: fresh,
        draining: stale,
        to: 'watching',
      })
      log.info({ deployment: deployment.id, instances: fresh.length }, 'switched')
    })
  }

  /**
   * Puts the previous release back. Its instances were draining but still run; missing ones are started again.
   * An app whose first release failed has nothing to return to: it is left without a release.
   */
  async returnToPrevious(deployment: DeploymentRow, fresh: readonly LiveInstance[]): Promise<void> {
    const { locks, reconciler, log } = this.#options
    const { previous_release_id: previous } = deployment
    locks.preempt(deployment.app_id)
    await locks.run(deployment.app_id, async () => {
      reconciler.forgiveCrashes(deployment.app_id)
      const old = this.#others(deployment.app_id, fresh).filter(live => live.row.release_id === previous)
      const failed = this.#options.manager
        .live(deployment.app_id)
        .filter(live => isLasting(live) && !old.includes(live))
      await this.#exchange(deployment, { releaseId: previous, healthy: old, draining: failed })
      log.warn({ deployment: deployment.id }, 'returned to the previous release')
    })
    await reconciler.reconcile(deployment.app_id)
  }

  async #exchange(
    deployment: DeploymentRow,
    change: {
      releaseId: string | null
      healthy: readonly LiveInstance[]
      draining: readonly LiveInstance[]
      to?: 'watching'
    },
  ): Promise<void> {
    const { store, records, publisher } = this.#options
    const now = Date.now()
    await store.transaction(async trx => {
      await trx
        .updateTable('apps')
        .set({
          current_release_id: change.releaseId,
          state: 'active' satisfies AppState,
          updated_at: now,
          last_request_at: now,
        })
        .where('id', '=', deployment.app_id)
        .where('deleted_at', 'is', null)
        .execute()
      for (const [state, instances] of [
        ['healthy', change.healthy],
        ['draining', change.draining],
      ] as const) {
        for (const live of instances) {
          await trx
            .updateTable('instances')
            .set(rowChanges(live, state, now))
            .where('id', '=', live.row.id)
            .execute()
        }
      }
      if (change.to) await records.move(deployment.id, change.to, {}, trx)
    })
    for (const live of change.healthy) live.row = { ...live.row, ...rowChanges(live, 'healthy', now) }
    for (const live of change.draining) live.row = { ...live.row, ...rowChanges(live, 'draining', now) }
    records.announce(deployment.id)
    await publisher.publish()
  }

  #others(appId: string, than: readonly LiveInstance[]): LiveInstance[] {
    return this.#options.manager.live(appId).filter(live => isLasting(live) && !than.includes(live))
  }
}

function rowChanges(live: LiveInstance, state: InstanceState, now: number) {
  return { state, healthy_at: state === 'healthy' ? (live.row.healthy_at ?? now) : live.row.healthy_at }
}

/** One-off runs and migrations are no part of what serves. */
function isLasting(live: LiveInstance): boolean {
  return !live.stopping && !isOneOff(live)
}
