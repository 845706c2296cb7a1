import { AppError, type Logger } from '@seaworthy/kit'
import type { BuildLog } from '@seaworthy/telemetry'
import type { ActorReference } from '../access/actor-finder.ts'
import type { Apps } from '../apps/apps.ts'
import { envOfRelease } from '../env/env-names.ts'
import type { EnvVars } from '../env/env-vars.ts'
import type { Events } from '../events/events.ts'
import type { AppReconciler } from '../instances/app-reconciler.ts'
import type { InstanceManager, LiveInstance } from '../instances/instance-manager.ts'
import type { InstanceStarter } from '../instances/instance-starter.ts'
import { RUNNING } from '../quotas/quota-usage.ts'
import type { Quotas } from '../quotas/quotas.ts'
import type { ReleaseSettings } from '../releases/release-settings.ts'
import type { Releases } from '../releases/releases.ts'
import type { StoredGitOrigin } from '../sources/git-origin.ts'
import type { AppRow, DeploymentRow, ReleaseRow } from '../store/schema.ts'
import type { Admit } from './admission.ts'
import type { Approvals } from './approvals/approvals.ts'
import { asFailure, type BuildPhase, TOO_LATE } from './build-phase.ts'
import { type CanaryEnd, canaryReceipt } from './canary-end.ts'
import type { CanaryPhase } from './canary-phase.ts'
import { type CanaryRecord, canaryOf } from './canary-record.ts'
import { DeploymentLog } from './deployment-log.ts'
import type { DeploymentRecords } from './deployment-records.ts'
import { hasSwitched, isBeforeStart, isEnded } from './deployment-state.ts'
import { cutOffSignal, isCancelled, isCutOff, isTimeout } from './job-signal.ts'
import { countsSince, type EdgeCounts, makeReceipt, NO_COUNTS, type WatchResult } from './receipt.ts'
import { type StartPhase, wantedProcesses } from './start-phase.ts'
import type { Switcher } from './switcher.ts'
import type { Watcher } from './watcher.ts'

export interface DeployPayload {
  deploymentId: string
  /** Code to fetch, when it was not uploaded. */
  git?: StoredGitOrigin
  /** Who asked for it; missing where the platform did. Asked again when the job starts, which may be days later. */
  by?: ActorReference | undefined
}

/** The part of a job that the pipeline uses. */
export interface DeployJob {
  payload: DeployPayload
  signal: AbortSignal
  step<T>(name: string, run: () => Promise<T>): Promise<T>
}

export interface DeploymentPipelineOptions {
  records: DeploymentRecords
  apps: Apps
  releases: Releases
  envVars: EnvVars
  events: Events
  /** Rejects when the one who asked for a deployment may not have it any more. */
  admit: Admit
  /** Tells which deployments wait for somebody's word before they start. */
  approvals: Pick<Approvals, 'whyNotYet'>
  buildPhase: BuildPhase
  startPhase: StartPhase
  canaryPhase: CanaryPhase
  canaryEnd: CanaryEnd
  switcher: Switcher
  watcher: Watcher
  manager: InstanceManager
  starter: InstanceStarter
  reconciler: AppReconciler
  quotas: Pick<Quotas, 'hold'>
  deploymentLogs: BuildLog
  /** Where an app answers, for receipts and probes. */
  urlOf: (slug: string) => string
  /** How long a deployment is watched when the app does not say; the first one has nothing to return to. */
  watchMs: { deploy: number; other: number }
  log: Logger
}

interface Context {
  app: AppRow
  deployment: DeploymentRow
  release: ReleaseRow
  settings: ReleaseSettings
  log: DeploymentLog
  signal: AbortSignal
}

/**
 * Carries a deployment through its states (see `deployment-state.ts`). The job behind it may be cut off at any
 * moment and run again: each phase looks at what is recorded and goes on from there.
 */
export class DeploymentPipeline {
  readonly #options: DeploymentPipelineOptions

  constructor(options: DeploymentPipelineOptions) {
    this.#options = options
  }

  /** The handler of `deploy` jobs. Rejects only when it was cut off and should be run again. */
  async handle(job: DeployJob): Promise<void> {
    const { records, apps, deploymentLogs } = this.#options
    const deployment = await records.get(job.payload.deploymentId)
    if (isEnded(deployment.state)) return
    const app = await apps.getById(deployment.app_id)
    if (!app || app.deleted_at !== null)
      return this.#end(deployment, 'cancelled', { code: 'app_deleted', message: 'The app was deleted.' })
    const log = await DeploymentLog.open(
      deploymentLogs,
      deployment.id,
      await this.#secretsOf(app, deployment),
    )
    try {
      await this.#run(app, deployment, job, log)
    } catch (error) {
      if (isCutOff(job.signal)) throw error
      await this.#fail(deployment, error, job.signal, log)
    } finally {
      await log.close()
    }
  }

  /** Of what runs with the newest env, and of a release that keeps an older one. */
  async #secretsOf(app: AppRow, { release_id }: DeploymentRow): Promise<string[]> {
    const { envVars, releases } = this.#options
    const release = release_id ? await releases.getById(release_id) : undefined
    return envVars.secretValues(app, await envVars.current(app), ...(release ? [envOfRelease(release)] : []))
  }

  async #run(app: AppRow, deployment: DeploymentRow, job: DeployJob, log: DeploymentLog): Promise<void> {
    const { records, buildPhase } = this.#options
    if (isBeforeStart(deployment.state)) await this.#options.admit(app, deployment, job)
    const release = await buildPhase.run({ app, deployment, git: job.payload.git, log, signal: job.signal })
    const context: Context = {
      app,
      deployment: await records.get(deployment.id),
      release,
      settings: JSON.parse(release.settings_json),
      log,
      signal: job.signal,
    }
    if (await this.#waits(context, job)) return
    if (hasSwitched(context.deployment.state)) return this.#resumeAfterSwitch(context)
    if (context.deployment.state === 'canary') return this.#endCanary(context, job)
    await this.#startAndSwitch(context, job)
  }

  /** For an approval, or for the time that it was scheduled for: another job takes it up then. */
  async #waits({ app, deployment, release, log }: Context, { payload }: DeployJob): Promise<boolean> {
    if (!isBeforeStart(deployment.state)) return false
    const why = await this.#options.approvals.whyNotYet({ app, deployment, release, by: payload.by })
    if (why !== undefined) log.line(why, 'platform')
    return why !== undefined
  }

  /** Without a request the job was cut off right after the canary began: there is nothing left to do for it. */
  async #endCanary(context: Context, job: DeployJob): Promise<void> {
    const { canaryEnd } = this.#options
    const { app, deployment, log } = context
    const request = canaryOf(deployment)?.request
    if (!request) return canaryEnd.publish()
    if (request.action === 'promote') return this.#startAndSwitch(context, job)
    const message = log.redact(`The canary was ended, ${app.slug} is as it was before: ${request.reason}.`)
    log.line(message, 'platform')
    await log.close()
    await canaryEnd.abandon(deployment, {
      state: request.breach ? 'failed' : 'cancelled',
      code: request.breach ? 'canary_failed' : 'canary_aborted',
      message,
      url: this.#options.urlOf(app.slug),
      timings: log.timings,
    })
  }

  async #startAndSwitch(context: Context, job: DeployJob): Promise<void> {
    const { records, startPhase, watcher } = this.#options
    const { app, deployment, release, log } = context
    if (isBeforeStart(deployment.state)) await this.#begin(context)
    const kept = await this.#stopLeftovers(context)
    const previous = await this.#previousRelease(app.current_release_id)
    const atStart = await watcher.counts(app.id, previous)

    const canary = previous === null ? undefined : canaryOf(deployment)
    const isPromoted = canary?.since != null
    if (deployment.reason === 'deploy' && !isPromoted) await startPhase.runReleaseProcess(context)
    if (canary && !isPromoted) return this.#options.canaryPhase.begin(context)
    const started = await startPhase.startInstances(context, withoutKept(wantedProcesses(context), kept))
    const fresh = [...kept, ...started]
    job.signal.throwIfAborted()
    await records.move(deployment.id, 'switching')
    const before = await watcher.counts(app.id, previous)
    const atSwitch = await watcher.counts(app.id, `v${release.version}`)
    await log.step('switch', `Switching to v${release.version}`, async () =>
      this.#options.switcher.switchTo(await records.get(deployment.id), fresh),
    )
    if (canary) await this.#tellPromoted(context, canary)
    await this.#watch(context, fresh, { previous, before: recent(atStart, before), atSwitch })
  }

  async #tellPromoted({ app, deployment, release }: Context, { request }: CanaryRecord): Promise<void> {
    const facts = { deployment: deployment.number, release: release.version, reason: request?.reason ?? '' }
    await this.#options.events.append({ appId: app.id, type: 'canary:promoted', data: facts })
  }

  /** From here on the release has its place among what runs, if there is room for it. */
  async #begin(context: Context): Promise<void> {
    const { records, quotas } = this.#options
    const { app, deployment } = context
    await this.#endOtherCanaries(context)
    const previous = { previous_release_id: app.current_release_id }
    await quotas.hold(app, RUNNING, trx => records.move(deployment.id, 'starting', previous, trx))
    records.announce(deployment.id)
  }

  /** An app has one release on trial at most: whatever is deployed next takes its place. */
  async #endOtherCanaries({ app, deployment, log }: Context): Promise<void> {
    const { records, canaryEnd, urlOf } = this.#options
    for (const other of await records.listCanaries(app.id)) {
      log.line(`ending the canary of deployment ${other.number} first`, 'platform')
      const message = `The canary was ended, because deployment ${deployment.number} (${deployment.reason}) came after it.`
      const end = { state: 'cancelled' as const, code: 'canary_replaced', message, url: urlOf(app.slug) }
      await canaryEnd.abandon(other, end)
    }
  }

  /** Cut off after the switch: the new release serves, so it is watched again and the rest follows. */
  async #resumeAfterSwitch(context: Context): Promise<void> {
    const { manager, watcher } = this.#options
    const { deployment, release, app } = context
    const fresh = manager
      .live(app.id)
      .filter(({ row }) => row.deployment_id === deployment.id && row.state === 'healthy')
    if (deployment.state === 'draining') return this.#finish(context, fresh)
    const previous = await this.#previousRelease(deployment.previous_release_id)
    const atSwitch = await watcher.counts(app.id, `v${release.version}`)
    await this.#watch(context, fresh, { previous, before: NO_COUNTS, atSwitch })
  }

  async #watch(
    context: Context,
    fresh: readonly LiveInstance[],
    { previous, before, atSwitch }: { previous: string | null; before: EdgeCounts; atSwitch: EdgeCounts },
  ): Promise<void> {
    const { watcher, records } = this.#options
    const { app, deployment, release, settings, log, signal } = context
    const windowMs = this.#windowMs(context, previous)
    const watch = await log.step('watch', 'Watching real requests', () =>
      watcher.watch({
        appId: app.id,
        host: new URL(this.#options.urlOf(app.slug)).hostname,
        release: `v${release.version}`,
        settings,
        fresh,
        before,
        atSwitch,
        windowMs,
        signal: cutOffSignal(signal), // users have seen the release: only a rollback undoes it now
      }),
    )
    const receipt = this.#receipt(context, previous, watch)
    await records.update(deployment.id, { receipt_json: JSON.stringify(receipt) })
    if (watch.breach !== null) return this.#return(context, fresh, watch.breach)
    await records.move(deployment.id, 'draining')
    await this.#finish(context, fresh)
  }

  /** The verdict is written; errors from here on are logged and change nothing. */
  async #finish(context: Context, fresh: readonly LiveInstance[]): Promise<void> {
    const { records, events, reconciler, log: logger } = this.#options
    const { app, deployment, release, log } = context
    await log
      .step('drain', 'Draining the old release', () => this.#stopOthers(context, fresh))
      .catch(error => {
        logger.warn({ deployment: deployment.id, err: error }, 'clean-up after a deployment failed')
      })
    await log.close() // followers see the end of the row only after all of the log
    await records.move(deployment.id, 'succeeded')
    await events.append({
      appId: app.id,
      type: 'deployment:succeeded',
      data: { deployment: deployment.number, release: release.version },
    })
    reconciler.reconcile(app.id).catch(error => {
      logger.warn({ app: app.id, err: error }, 'could not reconcile after a deployment')
    })
  }

  /** The release breached its limits: the previous one serves again, the new one is drained and stopped. */
  async #return(context: Context, fresh: readonly LiveInstance[], reason: string): Promise<void> {
    const { switcher } = this.#options
    const { deployment, log, release } = context
    const current = await this.#options.records.get(deployment.id)
    await log.step('return', 'Returning to the previous release', () =>
      switcher.returnToPrevious(current, fresh),
    )
    await this.#stopOthers(context, [])
    throw current.previous_release_id
      ? problem('deployment_returned', `The app was returned to its previous release by itself: ${reason}.`)
      : problem(
          'deployment_unhealthy',
          `Release v${release.version} started but does not work: ${reason}. There is no earlier release to return to, so it was stopped.`,
        )
  }

  async #fail(
    deployment: DeploymentRow,
    error: unknown,
    signal: AbortSignal,
    log: DeploymentLog,
  ): Promise<void> {
    const { records, events, log: logger } = this.#options
    const { code, message } = isTimeout(signal) ? TOO_LATE : asFailure(error)
    const failure = { code, message: log.redact(message) }
    if (failure.code === 'internal_error')
      logger.error({ deployment: deployment.id, err: error }, 'deployment failed')
    await this.#cleanUp(deployment).catch(cause => {
      logger.warn({ deployment: deployment.id, err: cause }, 'clean-up after a failed deployment failed')
    })
    log.line(failure.message, 'platform')
    const current = await records.get(deployment.id)
    const cancelled = isCancelled(signal) && !hasSwitched(current.state) && current.state !== 'switching'
    await this.#keepReceipt(current, log)
    await log.close() // followers see the end of the row only after all of the log
    await this.#end(
      deployment,
      cancelled ? 'cancelled' : 'failed',
      cancelled ? { code: 'cancelled', message: 'Cancelled.' } : failure,
    )
    if (isOnTrial(current)) await this.#options.canaryEnd.publish()
    await events.append({
      appId: deployment.app_id,
      type: 'deployment:failed',
      data: { deployment: deployment.number, ...failure },
    })
  }

  async #end(
    deployment: DeploymentRow,
    state: 'failed' | 'cancelled',
    { code, message }: { code: string; message: string },
  ) {
    await this.#options.records.move(deployment.id, state, { error_code: code, error_message: message })
  }

  /** A deployment that never switched still tells its timings. */
  async #keepReceipt(current: DeploymentRow, log: DeploymentLog): Promise<void> {
    if (current.receipt_json !== null) return
    const app = await this.#options.apps.getById(current.app_id)
    if (!app) return
    const receipt = makeReceipt({
      url: this.#options.urlOf(app.slug),
      release: null,
      previousRelease: await this.#previousRelease(app.current_release_id),
      timings: log.timings,
      canary: canaryReceipt(
        canaryOf(current),
        'aborted',
        current.error_message ?? 'it could not be promoted',
      ),
    })
    await this.#options.records.update(current.id, { receipt_json: JSON.stringify(receipt) })
  }

  #receipt({ app, deployment, release, log }: Context, previous: string | null, watch: WatchResult) {
    const canary = canaryOf(deployment)
    return makeReceipt({
      canary: canaryReceipt(canary, 'promoted', canary?.request?.reason ?? ''),
      url: this.#options.urlOf(app.slug),
      release: `v${release.version}`,
      previousRelease: previous,
      watch,
      timings: log.timings,
    })
  }

  #windowMs({ settings, deployment }: Context, previous: string | null): number {
    if (previous === null) return 0
    if (settings.deploy.watchSeconds !== undefined) return settings.deploy.watchSeconds * 1000
    return deployment.reason === 'deploy' ? this.#options.watchMs.deploy : this.#options.watchMs.other
  }

  async #previousRelease(releaseId: string | null): Promise<string | null> {
    const release = releaseId === null ? undefined : await this.#options.releases.getById(releaseId)
    return release ? `v${release.version}` : null
  }

  /**
   * What an earlier, cut-off attempt of this deployment started but never switched to. Instances of a canary have
   * requests: they are kept, and returned.
   */
  async #stopLeftovers({ deployment }: Context): Promise<LiveInstance[]> {
    const { manager, canaryEnd } = this.#options
    const left = canaryEnd.instancesOf(deployment)
    const isCanary = canaryOf(deployment)?.since != null
    const kept = isCanary ? left.filter(({ row }) => row.state === 'healthy') : []
    await Promise.all(left.filter(live => !kept.includes(live)).map(live => manager.stop(live, 1000)))
    return kept
  }

  async #stopOthers({ app, settings }: Context, fresh: readonly LiveInstance[]): Promise<void> {
    const { manager, starter } = this.#options
    const others = manager.live(app.id).filter(live => live.row.state === 'draining' && !fresh.includes(live))
    await Promise.all(others.map(live => starter.drainAndStop(live, settings)))
  }

  /** Nothing of a failed release may be left running, and what served before has to serve. */
  async #cleanUp({ id, app_id: appId }: DeploymentRow): Promise<void> {
    const { records, apps, switcher, manager } = this.#options
    const deployment = await records.get(id)
    const app = await apps.getById(appId)
    const fresh = () => manager.live(appId).filter(({ row }) => row.deployment_id === id)
    if (isOnTrial(deployment)) await this.#options.canaryEnd.takeOut(deployment)
    const stillServes = deployment.state === 'watching' && app?.current_release_id === deployment.release_id
    if (stillServes) await switcher.returnToPrevious(deployment, fresh())
    await Promise.all(
      fresh()
        .filter(({ row }) => row.state === 'starting' || row.state === 'draining')
        .map(live => manager.stop(live, 1000)),
    )
  }
}

/** A problem of the app, not of the platform: the user may read it and mend it. */
function problem(code: string, message: string): AppError {
  return new AppError(code, message, { status: 422 })
}

/** Cut off from its share of the requests before it got all of them. */
function isOnTrial(deployment: DeploymentRow): boolean {
  const isBefore = deployment.state === 'canary' || deployment.state === 'switching'
  return isBefore && canaryOf(deployment)?.since != null
}

/** Which instances are still to be started. */
function withoutKept(wanted: readonly string[], kept: readonly LiveInstance[]): string[] {
  const here = kept.map(({ row }) => row.process)
  return wanted.filter(process => {
    const found = here.indexOf(process)
    if (found !== -1) here.splice(found, 1)
    return found === -1
  })
}

/** What the previous release did while this deployment was prepared; all it ever did when that is too little. */
function recent(atStart: EdgeCounts, now: EdgeCounts): EdgeCounts {
  const lately = countsSince(atStart, now)
  return lately.requests < 20 ? now : lately
}
