import type { AppError, Logger } from '@seaworthy/kit'
import { type InstanceExit, nextRestart, type Restart } from '@seaworthy/runtime'
import type { Apps } from '../apps/apps.ts'
import type { Events } from '../events/events.ts'
import type { EndReports } from '../limits/end-reports.ts'
import type { EndCause, Replacement } from '../limits/end-sentence.ts'
import type { ReleaseSettings } from '../releases/release-settings.ts'
import type { Releases } from '../releases/releases.ts'
import type { RoutePublisher } from '../routing/route-publisher.ts'
import type { AppRow, DeploymentRow, InstanceRow, ReleaseRow } from '../store/schema.ts'
import type { AppLocks } from './app-locks.ts'
import { type InstanceManager, isOneOff, type LiveInstance } from './instance-manager.ts'
import { lastingProcesses, planInstances, wantedCount } from './instance-plan.ts'
import type { InstanceStarter } from './instance-starter.ts'

export interface AppReconcilerOptions {
  apps: Apps
  releases: Releases
  manager: InstanceManager
  starter: InstanceStarter
  locks: AppLocks
  publisher: RoutePublisher
  events: Events
  /** Told of each end that was not a plain stop. */
  ends: Pick<EndReports, 'report'>
  /** Deployments that have a share of the app's requests. */
  canariesOf: (appId: string) => Promise<readonly Pick<DeploymentRow, 'id'>[]>
  /** When to start again after these crashes, or whether to give up. */
  restartPolicy?: (crashes: readonly number[], now: number) => Restart
  log: Logger
}

/** For an instance that did harm until now. */
const LIMIT_GRACE_MS = 1_000

/**
 * Keeps what runs equal to what is wanted: after a start of the control plane, a crash, a scale, a wake-up or a
 * sleep. Crashed instances come back with back-off; a crash loop is stopped and said.
 */
export class AppReconciler {
  readonly #options: AppReconcilerOptions
  /** Crash times by app, in milliseconds since 1970. */
  readonly #crashes = new Map<string, number[]>()
  readonly #stoppedAfterCrashes = new Map<string, string>()
  readonly #timers = new Map<string, NodeJS.Timeout>()
  #closed = false

  constructor(options: AppReconcilerOptions) {
    this.#options = options
  }

  start(): void {
    this.#options.manager.onUnexpectedExit((live, exit) => this.#crashed(live, exit))
  }

  close(): void {
    this.#closed = true
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
  }

  /** Why an app is kept down after a crash loop, if it is. */
  stoppedReason(appId: string): string | undefined {
    return this.#stoppedAfterCrashes.get(appId)
  }

  /** A new release, a restart or a new scale deserves a fresh start. */
  forgiveCrashes(appId: string): void {
    this.#crashes.delete(appId)
    this.#stoppedAfterCrashes.delete(appId)
    clearTimeout(this.#timers.get(appId))
    this.#timers.delete(appId)
  }

  /**
   * Starts and stops what is needed and publishes the routes. Resolves when the app runs as wanted.
   * Rejects when an instance could not be brought to health; the crash policy then decides about the next try.
   */
  reconcile(appId: string): Promise<void> {
    return this.#options.locks.run(appId, preempted => this.#reconcile(appId, preempted))
  }

  /**
   * Puts a fresh instance in the place of one that serves, without dropping a request: the new one is healthy before
   * the old one is taken out. Does nothing for one that is on its way out already. Rejects, with the old one in its
   * place, when no new one could be brought to health.
   */
  replace(live: LiveInstance, replacement: Replacement): Promise<void> {
    return this.#options.locks.run(live.row.app_id, signal => this.#replace(live, replacement, signal))
  }

  /** Ends an instance that took more than it may, at once. What becomes of its process is as after a crash. */
  async endForLimit(live: LiveInstance, cause: EndCause): Promise<void> {
    if (live.stopping) return
    await this.#options.manager.stop(live, LIMIT_GRACE_MS)
    const { sentence, reason } = await this.#options.ends.report(live.row, cause)
    if (isOneOff(live)) return
    const { id: instance, process, app_id: appId } = live.row
    await this.#options.events.append({
      appId,
      type: 'instance:crashed',
      data: { instance, process, exit: null, reason, sentence },
    })
    await this.#options.publisher.publish()
    if (!(await this.#isOnTrial(live.row)) && live.row.healthy_at !== null) this.#noteCrash(appId, sentence)
  }

  async #replace(live: LiveInstance, replacement: Replacement, signal: AbortSignal): Promise<void> {
    const { apps, releases, manager, starter, publisher, events, ends } = this.#options
    const app = await apps.getById(live.row.app_id)
    if (this.#closed || app?.state !== 'active' || !this.#serving(app).includes(live)) return
    const release = await releases.getById(live.row.release_id)
    if (!release) return
    const settings: ReleaseSettings = JSON.parse(release.settings_json)
    const { process } = live.row
    const request = { app, release, settings, process, deploymentId: live.row.deployment_id }
    const fresh = await starter.startHealthy({ ...request, successes: 1, signal })
    await manager.setState(fresh, 'healthy')
    await manager.setState(live, 'draining')
    await publisher.publish()
    await starter.drainAndStop(live, settings)
    const { reason, sentence } = await ends.report(live.row, { replaced: replacement })
    const data = { instance: live.row.id, by: fresh.row.id, process, reason, sentence }
    await events.append({ appId: app.id, type: 'instance:replaced', data })
  }

  async #reconcile(appId: string, signal: AbortSignal): Promise<void> {
    if (this.#closed || this.#stoppedAfterCrashes.has(appId)) return
    const { apps, releases, manager, publisher } = this.#options
    const app = await apps.getById(appId)
    if (!app?.current_release_id) return
    const release = await releases.getById(app.current_release_id)
    if (!release) return
    const settings: ReleaseSettings = JSON.parse(release.settings_json)

    const plan = planInstances({
      processes: settings.processes,
      scale: JSON.parse(app.scale_json),
      running: this.#serving(app).map(live => ({ id: live.row.id, process: live.row.process })),
      awake: app.state === 'active',
    })
    const surplus = plan.stop.flatMap(id => manager.get(id) ?? [])
    try {
      await this.#startMissing({ app, release, settings }, plan.start, signal)
    } finally {
      for (const live of surplus) await manager.setState(live, 'draining')
      if (plan.start.length + surplus.length > 0) await publisher.publish()
      await Promise.all(surplus.map(live => this.#options.starter.drainAndStop(live, settings)))
    }
  }

  async #startMissing(
    context: { app: AppRow; release: ReleaseRow; settings: ReleaseSettings },
    processes: readonly string[],
    signal: AbortSignal,
  ): Promise<void> {
    const { starter, manager } = this.#options
    const results = await Promise.allSettled(
      processes.map(async process => {
        const live = await starter.startHealthy({
          ...context,
          process,
          deploymentId: null,
          successes: 1,
          signal,
        })
        await manager.setState(live, 'healthy')
      }),
    )
    const failed = results.find(result => result.status === 'rejected')
    if (failed && !signal.aborted) {
      this.#noteCrash(context.app.id, (failed.reason as AppError).message)
      throw failed.reason
    }
  }

  /** Running instances of the release that serves: neither of a deployment still starting, nor on their way out. */
  #serving(app: AppRow): LiveInstance[] {
    return this.#options.manager
      .live(app.id)
      .filter(({ row }) => row.release_id === app.current_release_id)
      .filter(live => !isOneOff(live))
      .filter(({ row, stopping }) => !stopping && (row.state === 'healthy' || row.state === 'unhealthy'))
  }

  #crashed(live: LiveInstance, exit: InstanceExit): void {
    const { row } = live
    if (isOneOff(live) && exit.code === 0) return
    const { publisher, log } = this.#options
    this.#tellCrash(live, exit)
      .then(() => publisher.publish())
      .catch(error => log.error({ err: error }, 'could not publish routes after a crash'))
    // Whoever waits for a starting instance deals with its end; a server that was started anew is no crash.
    if (isOneOff(live) || row.healthy_at === null || exit.endedWithHost) return
    this.#isOnTrial(row)
      .then(onTrial => {
        if (!onTrial) this.#noteCrash(row.app_id, `process ${row.process} ended by itself`)
      })
      .catch(error => log.error({ err: error }, 'could not restart after a crash'))
  }

  async #tellCrash(live: LiveInstance, exit: InstanceExit): Promise<void> {
    const { id: instance, app_id: appId, process, healthy_at } = live.row
    const { reason, sentence } = await this.#options.ends.report(live.row, { exit })
    if (isOneOff(live) || healthy_at === null || exit.endedWithHost) return
    const data = { instance, process, exit, reason, sentence }
    await this.#options.events.append({ appId, type: 'instance:crashed', data })
  }

  /** A canary that crashes is ended by who watches it; what serves is as well as before. */
  async #isOnTrial({ app_id, deployment_id }: InstanceRow): Promise<boolean> {
    if (deployment_id === null) return false
    return (await this.#options.canariesOf(app_id)).some(({ id }) => id === deployment_id)
  }

  #noteCrash(appId: string, what: string): void {
    // What ends while a restart is due already is started by it: many instances that end together crashed once.
    if (this.#closed || this.#timers.has(appId)) return
    const crashes = [...(this.#crashes.get(appId) ?? []), Date.now()].slice(-20)
    this.#crashes.set(appId, crashes)
    const { restartPolicy = nextRestart } = this.#options
    const next = restartPolicy(crashes, Date.now())
    if (next.kind === 'stop') {
      this.#stopAfterCrashes(appId, `${what}; ${next.reason}`)
      return
    }
    const timer = setTimeout(() => {
      this.#timers.delete(appId)
      this.reconcile(appId).catch(error => {
        this.#options.log.warn({ app: appId, err: error }, 'restart after a crash failed')
      })
    }, next.delayMs)
    this.#timers.set(appId, timer)
  }

  #stopAfterCrashes(appId: string, reason: string): void {
    this.#stoppedAfterCrashes.set(appId, reason)
    const { events, publisher, log } = this.#options
    log.error({ app: appId, reason }, 'app stopped after a crash loop')
    events
      .append({ appId, type: 'app:crash-looping', data: { reason } })
      .then(() => publisher.publish())
      .catch(error => log.error({ err: error }, 'could not publish routes after a crash loop'))
  }
}

/** Instances wanted of all processes but `web`. */
export function otherProcessCount(settings: ReleaseSettings, scale: Record<string, number>): number {
  return lastingProcesses(settings.processes)
    .filter(process => process !== 'web')
    .reduce((sum, process) => sum + wantedCount(scale, process), 0)
}
