import type { Logger } from '@seaworthy/kit'
import type { LogStore } from '@seaworthy/telemetry'
import type { DeploymentRecords } from '../deployments/deployment-records.ts'
import { isEnded } from '../deployments/deployment-state.ts'
import type { Deployments } from '../deployments/deployments.ts'
import type { Events } from '../events/events.ts'
import type { AppLocks } from '../instances/app-locks.ts'
import type { AppReconciler } from '../instances/app-reconciler.ts'
import type { InstanceManager } from '../instances/instance-manager.ts'
import { stopWithGrace } from '../instances/stop-with-grace.ts'
import type { JobLedger } from '../jobs/job-ledger.ts'
import { RUNNING } from '../quotas/quota-usage.ts'
import type { Quotas } from '../quotas/quotas.ts'
import type { Releases } from '../releases/releases.ts'
import type { RoutePublisher } from '../routing/route-publisher.ts'
import type { AppRow } from '../store/schema.ts'
import type { Apps } from './apps.ts'

export interface AppRemovalOptions {
  apps: Apps
  deployments: Deployments
  deploymentRecords: DeploymentRecords
  manager: InstanceManager
  releases: Pick<Releases, 'getById'>
  reconciler: AppReconciler
  locks: AppLocks
  publisher: RoutePublisher
  logs: LogStore
  events: Events
  quotas: Pick<Quotas, 'hold'>
  jobs: Pick<JobLedger, 'enqueue'>
  log: Logger
}

/** Puts an app into the trash, takes it out again, and empties what lay there for its seven days. */
export class AppRemoval {
  readonly #options: AppRemovalOptions

  constructor(options: AppRemovalOptions) {
    this.#options = options
  }

  /** The route goes first, then the instances; everything else is kept until the trash is emptied. */
  async remove({ app, actor }: { app: AppRow; actor: string }): Promise<void> {
    const { apps, locks, publisher, reconciler, events } = this.#options
    await this.#cancelDeployments(app, actor)
    locks.preempt(app.id)
    await locks.run(app.id, async () => {
      await apps.moveToTrash(app.id)
      reconciler.forgiveCrashes(app.id)
      await publisher.publish()
      await stopWithGrace(this.#options, app.id)
    })
    await events.append({ appId: app.id, type: 'app:deleted', data: { slug: app.slug, actor } })
  }

  /** Back under its old slug, with its current release started again. */
  async restore({ appId, actor }: { appId: string; actor: string }): Promise<AppRow> {
    const { apps, publisher, reconciler, events, quotas, log } = this.#options
    const trashed = await apps.getById(appId)
    const app = trashed
      ? await quotas.hold(trashed, ['apps', ...RUNNING], trx => apps.restore(appId, trx))
      : await apps.restore(appId)
    await publisher.publish()
    await events.append({ appId, type: 'app:restored', data: { actor } })
    reconciler
      .reconcile(appId)
      .catch(error => log.warn({ app: appId, err: error }, 'could not start a restored app'))
    return app
  }

  /** For good, before its time: the sweep that is asked for removes it with all of its data. */
  async empty({ appId, actor }: { appId: string; actor: string }): Promise<void> {
    const { apps, events, jobs } = this.#options
    const app = await apps.getById(appId)
    if (!app) return
    await apps.endTrashTime(app)
    await events.append({ appId, type: 'app:purged', data: { slug: app.slug, actor } })
    await jobs.enqueue({ kind: 'sweep', payload: {}, dedupeKey: 'sweep' })
  }

  /** Forgets apps whose time in the trash is over, and returns their ids. Their releases no longer hold artifacts then. */
  async purgeDue(now: number): Promise<string[]> {
    const purged = await this.#options.apps.purgeDue(now)
    for (const app of purged) await this.#options.logs.drop(app.id)
    return purged.map(app => app.id)
  }

  async #cancelDeployments(app: AppRow, actor: string): Promise<void> {
    const { deploymentRecords, deployments, log } = this.#options
    for (const { number, state } of await deploymentRecords.listUnfinished(app.id)) {
      if (isEnded(state)) continue
      await deployments.cancel({ app, number, actor }).catch(error => {
        log.info(
          { app: app.slug, deployment: number, err: error },
          'deployment could not be cancelled before a removal',
        )
      })
    }
  }
}
