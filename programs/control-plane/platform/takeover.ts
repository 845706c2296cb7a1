import type { BuilderSet } from '@seaworthy/builder'
import type { Logger } from '@seaworthy/kit'
import type { RuntimeSet } from '@seaworthy/runtime'
import type { Apps } from '../apps/apps.ts'
import type { DeploymentRecords } from '../deployments/deployment-records.ts'
import { envOfRelease } from '../env/env-names.ts'
import type { EnvVars } from '../env/env-vars.ts'
import type { AppReconciler } from '../instances/app-reconciler.ts'
import { type InstanceManager, isOneOff } from '../instances/instance-manager.ts'
import type { Releases } from '../releases/releases.ts'
import type { RoutePublisher } from '../routing/route-publisher.ts'
import type { Store } from '../store/database.ts'
import type { InstanceRow } from '../store/schema.ts'

/** It never had a request, so there is little to finish. */
const UNFINISHED_GRACE_MS = 1_000

export interface TakeoverOptions {
  store: Store
  manager: InstanceManager
  deploymentRecords: Pick<DeploymentRecords, 'listUnfinished'>
  releases: Releases
  envVars: EnvVars
  apps: Apps
  runtimes: Pick<RuntimeSet, 'sweep'>
  builder: Pick<BuilderSet, 'sweep'>
  reconciler: AppReconciler
  publisher: RoutePublisher
  log: Logger
}

/** What a start does about the world it finds: takes over what runs, ends what nobody knows, starts what is missing. */
export class Takeover {
  readonly #options: TakeoverOptions

  constructor(options: TakeoverOptions) {
    this.#options = options
  }

  /** Resolves once the edge has the routes of what was taken over; missing instances are started in the background. */
  async run(): Promise<void> {
    const { manager, runtimes, builder, reconciler, publisher } = this.#options
    await manager.adoptAll(row => this.#releaseOf(row))
    await this.#endUnfinished()
    // A process whose start was never recorded, or a build that the last run left: nobody will ever ask for it.
    await runtimes.sweep(manager.live().map(live => live.row.id))
    await builder.sweep()
    reconciler.start()
    await publisher.publish()
    await this.#startMissing()
  }

  async #releaseOf(row: InstanceRow): Promise<{ version: number; secretValues: string[] }> {
    const { releases, envVars, apps } = this.#options
    const release = await releases.getById(row.release_id)
    const app = await apps.getById(row.app_id)
    if (!release || !app) return { version: 0, secretValues: [] }
    // It runs already: a secret of it that does not open must not keep the platform from starting.
    return { version: release.version, secretValues: await envVars.secretValues(app, envOfRelease(release)) }
  }

  /**
   * A start that no deployment asked for, or a drain after a scale or a sleep, that the last run did not see through:
   * nobody waits for it any more, so it would run beside the one that is started in its place, for ever.
   */
  async #endUnfinished(): Promise<void> {
    const { manager, deploymentRecords } = this.#options
    const deploying = new Set((await deploymentRecords.listUnfinished()).map(row => row.app_id))
    const unfinished = manager.live().filter(live => {
      const { state, deployment_id, app_id } = live.row
      if (isOneOff(live)) return false
      // A deployment under way may yet need what it drains, to return to it.
      return state === 'starting' ? deployment_id === null : state === 'draining' && !deploying.has(app_id)
    })
    await Promise.all(unfinished.map(live => manager.stop(live, UNFINISHED_GRACE_MS)))
  }

  async #startMissing(): Promise<void> {
    const { store, reconciler, log } = this.#options
    const active = await store.db
      .selectFrom('apps')
      .select('id')
      .where('state', '=', 'active')
      .where('deleted_at', 'is', null)
      .where('current_release_id', 'is not', null)
      .execute()
    for (const { id } of active) {
      reconciler.reconcile(id).catch(error => log.warn({ app: id, err: error }, 'could not start an app'))
    }
  }
}
