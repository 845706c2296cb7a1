import type { Logger } from '@seaworthy/kit'
import type { RouteCounters } from '@seaworthy/routes'
import type { Apps } from '../apps/apps.ts'
import type { EdgeClient } from '../edge/edge-client.ts'
import { type ProbeResult, probe } from '../instances/health-probe.ts'
import type { ReleaseSettings } from '../releases/release-settings.ts'
import type { Releases } from '../releases/releases.ts'
import type { AppRow, DeploymentRow, ReleaseRow } from '../store/schema.ts'
import type { Canaries } from './canaries.ts'
import type { CanaryEnd } from './canary-end.ts'
import { type CanaryProbes, type CanaryRecord, canaryOf, withCounts } from './canary-record.ts'
import { canaryVerdict } from './canary-verdict.ts'
import type { DeploymentRecords } from './deployment-records.ts'
import { type ProbePlace, probePlace } from './probe-place.ts'
import { countsOf, type WatcherOptions } from './watcher.ts'

export interface CanaryWatchOptions {
  records: DeploymentRecords
  apps: Apps
  releases: Releases
  canaries: Canaries
  canaryEnd: Pick<CanaryEnd, 'instancesOf'>
  edge: Pick<EdgeClient, 'counters'>
  edgePort: number
  /** Whether rules of the app may keep our probes out. */
  isGuarded: WatcherOptions['isGuarded']
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
    const { records, log } = this.#options
    const looks = (await records.listCanaries()).map(deployment =>
      this.#lookAt(deployment).catch(error =>
        log.warn({ deployment: deployment.id, err: error }, 'could not look at a canary'),
      ),
    )
    await Promise.all(looks)
  }

  async #lookAt(deployment: DeploymentRow): Promise<void> {
    const { apps, releases, records, canaries, edge } = this.#options
    const app = await apps.getById(deployment.app_id)
    const release = deployment.release_id ? await releases.getById(deployment.release_id) : undefined
    const record = canaryOf(deployment)
    if (!app || app.deleted_at !== null || !release || !record) return
    // Ordered, but its job was lost on the way.
    if (record.request) return void (await canaries.order(deployment, record.request))
    const watched = { app, deployment, release, record }
    const probes = await this.#probe(watched)
    // After the probe, which is counted too. An edge that restarts cannot be asked: the probes say whether it answers.
    const counters = await edge.counters(app.id).catch(() => undefined)
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

  async #probe({ app, deployment, release, record }: Watched): Promise<CanaryProbes> {
    const { edgePort, urlOf, isGuarded, canaryEnd } = this.#options
    const settings: ReleaseSettings = JSON.parse(release.settings_json)
    const place = probePlace({
      isGuarded: await isGuarded(app.id, settings),
      edgePort,
      host: new URL(urlOf(app.slug)).hostname,
      instances: canaryEnd.instancesOf(deployment),
    })
    if (!place) return record.probes
    const result = await probe({
      ...place,
      path: settings.health.path,
      timeoutMs: settings.health.timeoutSeconds * 1000,
      headers: record.header ? { [record.header.name]: record.header.value || '1' } : {},
    })
    return withProbe(record.probes, result, place)
  }

  /** A canary of files has none that could end. */
  #endedProcesses({ deployment, release }: Watched): string[] {
    const { processes }: ReleaseSettings = JSON.parse(release.settings_json)
    if (!('web' in processes)) return []
    const running = this.#options.canaryEnd.instancesOf(deployment).map(({ row }) => row.process)
    return running.includes('web') ? [] : ['web']
  }
}

function withProbe(before: CanaryProbes, result: ProbeResult, { throughEdge }: ProbePlace): CanaryProbes {
  const { sent, failed, countedAsFailures } = before
  const failedInARow = result.healthy ? 0 : before.failedInARow + 1
  if (!throughEdge) return { ...before, failedInARow }
  if (result.healthy) return { sent: sent + 1, failed, countedAsFailures, failedInARow }
  const counted = (result.status ?? 0) >= 500 ? 1 : 0
  return { sent: sent + 1, failed: failed + 1, countedAsFailures: countedAsFailures + counted, failedInARow }
}
