import type { Logger } from '@seaworthy/kit'
import type { RouteCounters } from '@seaworthy/routes'
import type { Apps } from '../apps/apps.ts'
import type { EdgeClient } from '../edge/edge-client.ts'
import { probe } from '../instances/health-probe.ts'
import type { ReleaseSettings } from '../releases/release-settings.ts'
import type { Releases } from '../releases/releases.ts'
import type { AppRow, DeploymentRow, ReleaseRow } from '../store/schema.ts'
import type { Canaries } from './canaries.ts'
import type { CanaryEnd } from './canary-end.ts'
import { type CanaryProbes, type CanaryRecord, canaryOf, withCounts } from './canary-record.ts'
import { canaryVerdict } from './canary-verdict.ts'
import type { DeploymentRecords } from './deployment-records.ts'
import { countsOf } from './watcher.ts'

export interface CanaryWatchOptions {
  records: DeploymentRecords
  apps: Apps
  releases: Releases
  canaries: Canaries
  canaryEnd: Pick<CanaryEnd, 'instancesOf'>
  edge: Pick<EdgeClient, 'counters'>
  edgePort: number
  /** Where an app answers, for probes. */
  urlOf: (slug: string) => string
  lookEveryMs?: number
  log: Logger
}

interface Watched {
  app: AppRow
  deployment: DeploymentRow
  release: ReleaseRow
  record: CanaryRecord
}

/**
 * Looks at every canary once a second: counts what both sides answered, probes the new one through the edge, and
 * orders its end when the rules say so. All it knows is in the database, so that another run goes on from there.
 */
export class CanaryWatch {
  readonly #options: CanaryWatchOptions
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> = Promise.resolve()

  constructor(options: CanaryWatchOptions) {
    this.#options = options
  }

  start(): void {
    const { lookEveryMs = 1000, log } = this.#options
    let isLooking = false
    this.#timer = setInterval(() => {
      if (isLooking) return
      isLooking = true
      this.#looking = this.look()
        .catch(error => log.warn({ err: error }, 'could not look at the canaries'))
        .finally(() => {
          isLooking = false
        })
    }, lookEveryMs)
  }

  /** Resolves once a look that was under way is over. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#looking
  }

  async look(): Promise<void> {
    const { records, edge, log } = this.#options
    const deployments = await records.listCanaries()
    if (deployments.length === 0) return
    // An edge that restarts cannot be asked; whether the canary answers is for the probes to say.
    const counters = await edge.counters().catch(() => undefined)
    for (const deployment of deployments) {
      await this.#lookAt(deployment, counters).catch(error =>
        log.warn({ deployment: deployment.id, err: error }, 'could not look at a canary'),
      )
    }
  }

  async #lookAt(deployment: DeploymentRow, counters: readonly RouteCounters[] | undefined): Promise<void> {
    const { apps, releases, records, canaries } = this.#options
    const app = await apps.getById(deployment.app_id)
    const release = deployment.release_id ? await releases.getById(deployment.release_id) : undefined
    const record = canaryOf(deployment)
    if (!app || app.deleted_at !== null || !release || !record) return
    // Ordered, but its job was lost on the way.
    if (record.request) return void (await canaries.order(deployment, record.request))
    const watched = { app, deployment, release, record }
    const probes = await this.#probe(watched)
    const now = counters && (await this.#countsNow(watched, counters))
    const seen = await records.changeCanary(deployment.id, found =>
      now ? withCounts(found, now, probes) : { ...found, probes },
    )
    if (!seen || seen.request) return
    const endedProcesses = this.#endedProcesses(watched)
    const verdict = canaryVerdict({ record: seen, now: Date.now(), endedProcesses })
    if (verdict.action !== 'keep')
      await canaries.order(deployment, { ...verdict, breach: verdict.action === 'abort' })
  }

  async #countsNow({ app, release }: Watched, counters: readonly RouteCounters[]) {
    const { releases } = this.#options
    const stable = app.current_release_id ? await releases.getById(app.current_release_id) : undefined
    return {
      canary: countsOf(counters, app.id, `v${release.version}`),
      stable: countsOf(counters, app.id, stable ? `v${stable.version}` : null),
    }
  }

  async #probe({ app, release, record }: Watched): Promise<CanaryProbes> {
    const { edgePort, urlOf } = this.#options
    const { health }: ReleaseSettings = JSON.parse(release.settings_json)
    const result = await probe({
      host: '127.0.0.1',
      port: edgePort,
      hostHeader: new URL(urlOf(app.slug)).hostname,
      path: health.path,
      timeoutMs: health.timeoutSeconds * 1000,
      headers: record.header ? { [record.header.name]: record.header.value || '1' } : {},
    })
    const { sent, failed, countedAsFailures, failedInARow } = record.probes
    if (result.healthy) return { sent: sent + 1, failed, countedAsFailures, failedInARow: 0 }
    return {
      sent: sent + 1,
      failed: failed + 1,
      countedAsFailures: countedAsFailures + ((result.status ?? 0) >= 500 ? 1 : 0),
      failedInARow: failedInARow + 1,
    }
  }

  /** A canary of files has none that could end. */
  #endedProcesses({ deployment, release }: Watched): string[] {
    const { processes }: ReleaseSettings = JSON.parse(release.settings_json)
    if (!('web' in processes)) return []
    const running = this.#options.canaryEnd.instancesOf(deployment).map(({ row }) => row.process)
    return running.includes('web') ? [] : ['web']
  }
}
