import type { Logger } from '@seaworthy/kit'
import type { Actor } from '../access/actor.ts'
import { actorName } from '../access/actor.ts'
import { type CountedRedeployOptions, redeployCounted } from '../deployments/counted-redeploy.ts'
import type { DeploymentRecords } from '../deployments/deployment-records.ts'
import { isCancellable } from '../deployments/deployment-state.ts'
import type { Deployments } from '../deployments/deployments.ts'
import { envOfRelease, isSameEnv } from '../env/env-names.ts'
import type { EnvVars } from '../env/env-vars.ts'
import type { Events } from '../events/events.ts'
import type { AppLocks } from '../instances/app-locks.ts'
import type { AppReconciler } from '../instances/app-reconciler.ts'
import type { InstanceManager } from '../instances/instance-manager.ts'
import { stopWithGrace } from '../instances/stop-with-grace.ts'
import { RUNNING } from '../quotas/quota-usage.ts'
import type { Quotas } from '../quotas/quotas.ts'
import type { Releases } from '../releases/releases.ts'
import type { RoutePublisher } from '../routing/route-publisher.ts'
import type { AppRow, DeploymentRow } from '../store/schema.ts'
import type { Apps } from './apps.ts'

export interface AppPowerOptions extends CountedRedeployOptions {
  apps: Apps
  deployments: Deployments
  deploymentRecords: DeploymentRecords
  releases: Releases
  envVars: EnvVars
  manager: InstanceManager
  reconciler: AppReconciler
  locks: AppLocks
  publisher: RoutePublisher
  events: Events
  quotas: Pick<Quotas, 'hold' | 'spend' | 'requireDay'>
  log: Logger
}

/** Stops an app for as long as its people want, and starts it again as it was. No request wakes it meanwhile. */
export class AppPower {
  readonly #options: AppPowerOptions

  constructor(options: AppPowerOptions) {
    this.#options = options
  }

  /** The route says so first, then the instances end. How many of each are wanted stays as it was. */
  async stop({ app, actor }: { app: AppRow; actor: string }): Promise<AppRow> {
    const { apps, locks, publisher, reconciler, events } = this.#options
    await this.#cancelDeployments(app, actor)
    locks.preempt(app.id)
    const stopped = await locks.run(app.id, async () => {
      const row = await apps.setState(app.id, 'stopped')
      reconciler.forgiveCrashes(app.id)
      await publisher.publish()
      await stopWithGrace(this.#options, app.id)
      return row
    })
    await events.append({ appId: app.id, type: 'app:stopped', data: { actor } })
    return stopped
  }

  /**
   * With what it had; with a new release where its variables have changed meanwhile. A request that comes before the
   * first instance is healthy waits for it. Rejects with `quota_exceeded` where there is no room for it any more.
   */
  async start({ app, actor }: { app: AppRow; actor: Actor }): Promise<AppRow> {
    const { apps, publisher, reconciler, events, quotas, log } = this.#options
    const started = await quotas.hold(app, RUNNING, trx => apps.setState(app.id, 'active', trx))
    reconciler.forgiveCrashes(app.id)
    await publisher.publish()
    await events.append({ appId: app.id, type: 'app:started', data: { actor: actorName(actor) } })
    reconciler
      .reconcile(app.id)
      .catch(error => log.warn({ app: app.id, err: error }, 'could not start a stopped app'))
    if (await this.#hasNewEnv(started))
      await redeployCounted(this.#options, { app: started, actor, reason: 'env' })
    return started
  }

  async #hasNewEnv(app: AppRow): Promise<boolean> {
    const { releases, envVars } = this.#options
    const release = app.current_release_id ? await releases.getById(app.current_release_id) : undefined
    if (!release) return false
    return !isSameEnv(envOfRelease(release), await envVars.current(app))
  }

  /** What is to begin later stays: it tells by itself if the app is still stopped then. */
  async #cancelDeployments(app: AppRow, actor: string): Promise<void> {
    const { deploymentRecords, deployments, log } = this.#options
    for (const deployment of await deploymentRecords.listUnfinished(app.id)) {
      if (!isCancellable(deployment.state) || isScheduled(deployment)) continue
      await deployments.cancel({ app, number: deployment.number, actor }).catch(error => {
        log.info(
          { app: app.slug, deployment: deployment.number, err: error },
          'deployment could not be cancelled before a stop',
        )
      })
    }
  }
}

function isScheduled({ state, scheduled_at }: DeploymentRow): boolean {
  return state === 'queued' && scheduled_at !== null && scheduled_at > Date.now()
}
