import type { Apps } from '../apps/apps.ts'
import type { Events } from '../events/events.ts'
import type { AppReconciler } from '../instances/app-reconciler.ts'
import type { LiveInstance } from '../instances/instance-manager.ts'
import type { Releases } from '../releases/releases.ts'
import type { RoutePublisher } from '../routing/route-publisher.ts'
import type { Store } from '../store/database.ts'
import type { AppRow, DeploymentRow } from '../store/schema.ts'
import { type CanaryRecord, canaryOf, defaultHeader } from './canary-record.ts'
import type { DeploymentRecords } from './deployment-records.ts'
import { type StartPhase, type StartPhaseRequest, wantedProcesses } from './start-phase.ts'
import type { Watcher } from './watcher.ts'

export interface CanaryPhaseOptions {
  store: Store
  records: DeploymentRecords
  apps: Apps
  releases: Releases
  startPhase: StartPhase
  publisher: Pick<RoutePublisher, 'publish'>
  reconciler: AppReconciler
  events: Events
  watcher: Pick<Watcher, 'counts'>
  /** Processes that get requests: `web`, and those that a path of the app leads to. */
  answering: (request: Pick<StartPhaseRequest, 'app' | 'settings'>) => Promise<readonly string[]>
}

/**
 * Begins the time in which a release gets a share of the requests. Until its end no job runs for it: the instances and
 * the table of the edge are all there is, so that a kill of the control plane changes nothing.
 */
export class CanaryPhase {
  readonly #options: CanaryPhaseOptions

  constructor(options: CanaryPhaseOptions) {
    this.#options = options
  }

  /** Resolves once every worker of the edge gives the new release its share. */
  async begin(request: StartPhaseRequest): Promise<void> {
    const { startPhase, events, answering, releases } = this.#options
    const { app, deployment, release, log } = request
    const plan = canaryOf(deployment)!
    const stable = app.current_release_id ? await releases.getById(app.current_release_id) : undefined
    const sides = { canary: `v${release.version}`, stable: stable ? `v${stable.version}` : null }
    const header = plan.header ?? defaultHeader(release.version)
    const fresh = await startPhase.startInstances(
      request,
      canaryProcesses(request, plan, await answering(request)),
    )
    request.signal.throwIfAborted()
    const record = { ...plan, header, last: await this.#totals(app.id, sides) }
    await log.step('canary', `Giving v${release.version} ${record.percent} % of the requests`, () =>
      this.#enter(app, deployment, fresh, record),
    )
    log.line(canaryNote(app, release.version, record), 'platform')
    await events.append({
      appId: app.id,
      type: 'canary:started',
      data: { deployment: deployment.number, release: release.version, percent: record.percent },
    })
  }

  /** Counted from here on. An edge that cannot be asked is asked at the first look. */
  async #totals(
    appId: string,
    sides: { canary: string; stable: string | null },
  ): Promise<CanaryRecord['last']> {
    const { watcher } = this.#options
    const read = async () => ({
      canary: await watcher.counts(appId, sides.canary),
      stable: await watcher.counts(appId, sides.stable),
    })
    return read().catch(() => null)
  }

  async #enter(
    app: AppRow,
    { id }: DeploymentRow,
    fresh: readonly LiveInstance[],
    record: CanaryRecord,
  ): Promise<void> {
    const { store, records, apps, reconciler, publisher } = this.#options
    const now = Date.now()
    const healthy = { state: 'healthy' as const, healthy_at: now }
    await store.transaction(async trx => {
      for (const { row } of fresh)
        await trx.updateTable('instances').set(healthy).where('id', '=', row.id).execute()
      await records.move(id, 'canary', { canary_json: JSON.stringify({ ...record, since: now }) }, trx)
    })
    for (const live of fresh) live.row = { ...live.row, ...healthy }
    // An app with a canary never sleeps; where it did, the release that serves the rest has to be there for it.
    if (app.state === 'asleep') {
      await apps.setState(app.id, 'active')
      await reconciler.reconcile(app.id)
    }
    await publisher.publish()
    records.announce(id) // followers hear of a canary that has its share
  }
}

/** Only what answers requests: a worker on trial would take work away from the one that is known to do it. */
function canaryProcesses(
  request: StartPhaseRequest,
  { percent }: CanaryRecord,
  answering: readonly string[],
): string[] {
  const byProcess = Map.groupBy(
    wantedProcesses(request).filter(process => answering.includes(process)),
    process => process,
  )
  return [...byProcess.values()].flatMap(all =>
    all.slice(0, Math.max(1, Math.ceil((all.length * percent) / 100))),
  )
}

function canaryNote(
  { slug }: AppRow,
  version: number,
  { header, promoteAfterMinutes }: CanaryRecord,
): string {
  const look = `To get it for sure, send the header "${header?.name}: ${header?.value || 'anything'}".`
  const next =
    promoteAfterMinutes === null
      ? 'It stays a canary until you say so, unless it fails more requests than it may'
      : `It takes over after ${promoteAfterMinutes} minutes, unless it fails more requests than it may`
  return `${look} ${next}: seaworthy promote --app ${slug}, or seaworthy abort --app ${slug} (v${version} is gone then).`
}
