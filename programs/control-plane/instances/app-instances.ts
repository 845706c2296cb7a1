import { AppError } from '@seaworthy/kit'
import { quoteCommandLine } from '@seaworthy/sandbox'
import type { LogStore } from '@seaworthy/telemetry'
import type { Apps } from '../apps/apps.ts'
import type { Events } from '../events/events.ts'
import { RUNNING } from '../quotas/quota-usage.ts'
import type { Quotas } from '../quotas/quotas.ts'
import type { ReleaseSettings } from '../releases/release-settings.ts'
import type { Releases } from '../releases/releases.ts'
import type { AppRow, InstanceRow, ReleaseRow } from '../store/schema.ts'
import type { AppReconciler } from './app-reconciler.ts'
import type { InstanceManager, LiveInstance } from './instance-manager.ts'
import { lastingProcesses, wantedCount } from './instance-plan.ts'
import type { InstanceRecords } from './instance-records.ts'

const MAX_INSTANCES_PER_PROCESS = 50
const RUN_STOP_GRACE_MS = 2000

export type RunEvent =
  | { type: 'log'; stream: 'stdout' | 'stderr'; text: string }
  | { type: 'exit'; code: number | null }

export interface AppInstancesOptions {
  apps: Apps
  releases: Releases
  manager: InstanceManager
  records: InstanceRecords
  reconciler: AppReconciler
  logs: LogStore
  events: Events
  quotas: Pick<Quotas, 'hold'>
}

/** What a user does with the instances of an app: look, scale, run a command. */
export class AppInstances {
  readonly #options: AppInstancesOptions

  constructor(options: AppInstancesOptions) {
    this.#options = options
  }

  list(appId: string): Promise<InstanceRow[]> {
    return this.#options.records.listByApp(appId)
  }

  /** Resolves once as many instances run as were asked for. Returns the wanted count of every process. */
  async scale({
    app,
    scale,
    actor,
  }: {
    app: AppRow
    scale: Record<string, number>
    actor: string
  }): Promise<Record<string, number>> {
    const { apps, reconciler, events, quotas } = this.#options
    const { settings } = await this.#current(app)
    const known = lastingProcesses(settings.processes)
    for (const [process, count] of Object.entries(scale)) refuseScale(app, known, process, count)
    const wanted = { ...(JSON.parse(app.scale_json) as Record<string, number>), ...scale }
    await quotas.hold(app, RUNNING, trx => apps.update(app.id, { scale_json: JSON.stringify(wanted) }, trx))
    await events.append({ appId: app.id, type: 'app:scaled', data: { scale: wanted, actor } })
    reconciler.forgiveCrashes(app.id)
    await reconciler.reconcile(app.id)
    return Object.fromEntries(known.map(process => [process, wantedCount(wanted, process)]))
  }

  /** Runs one command with the release, the env and the limits of the app. Ends it when the signal aborts. */
  async *run({
    app,
    argv,
    signal,
  }: {
    app: AppRow
    argv: string[]
    signal: AbortSignal
  }): AsyncGenerator<RunEvent> {
    const { manager, logs } = this.#options
    const { release, settings } = await this.#current(app)
    const command = quoteCommandLine(argv)
    const live = await manager.start({ app, release, settings, process: 'run', command, deploymentId: null })
    const ended = new AbortController()
    live.closed.then(() => ended.abort())
    let cursor: string | undefined
    try {
      const query = { appId: app.id, instanceId: live.row.id }
      for await (const line of logs.follow(query, AbortSignal.any([ended.signal, signal]))) {
        cursor = line.cursor
        yield { type: 'log', stream: line.stream, text: line.text }
      }
      if (signal.aborted) return
      for (const line of await logs.query({ ...query, after: cursor, limit: 10_000 })) {
        yield { type: 'log', stream: line.stream, text: line.text }
      }
      yield { type: 'exit', code: (await live.instance.exited).code }
    } finally {
      await this.#endRun(live)
    }
  }

  async #endRun(live: LiveInstance): Promise<void> {
    if (this.#options.manager.get(live.row.id)) await this.#options.manager.stop(live, RUN_STOP_GRACE_MS)
  }

  async #current(app: AppRow): Promise<{ release: ReleaseRow; settings: ReleaseSettings }> {
    const release = app.current_release_id
      ? await this.#options.releases.getById(app.current_release_id)
      : undefined
    if (!release)
      throw new AppError('no_release', `${app.slug} has no release yet. Deploy it first.`, { status: 409 })
    return { release, settings: JSON.parse(release.settings_json) }
  }
}

/** @throws `process_unknown`, `scale_too_large` */
export function refuseScale(app: AppRow, known: readonly string[], process: string, count: number): void {
  if (!known.includes(process)) {
    const names = known.length === 0 ? 'none: it is a static app' : known.join(', ')
    throw new AppError(
      'process_unknown',
      `${app.slug} has no process "${process}" to scale. It has ${names}.`,
      { status: 422 },
    )
  }
  if (count > MAX_INSTANCES_PER_PROCESS) {
    throw new AppError(
      'scale_too_large',
      `${process} can be scaled to at most ${MAX_INSTANCES_PER_PROCESS} instances.`,
      { status: 422 },
    )
  }
}
