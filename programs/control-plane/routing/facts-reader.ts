import { join } from 'node:path'
import type { ArtifactStore } from '@seaworthy/artifacts'
import { type MaintenanceSettings, type TrafficSettings, trafficOf } from '@seaworthy/routes/settings'
import type { CanaryRecord } from '../deployments/canary-record.ts'
import type { DomainFacts } from '../domains/domain-routes.ts'
import type { InstanceManager, LiveInstance } from '../instances/instance-manager.ts'
import type { ReleaseSettings } from '../releases/release-settings.ts'
import type { Store } from '../store/database.ts'
import type { AppFacts, CanaryFacts, InstanceFacts, ReleaseFacts } from './app-facts.ts'

export interface FactsReaderOptions {
  store: Store
  artifacts: ArtifactStore
  manager: Pick<InstanceManager, 'live'>
  /** Whether the app is kept down after a crash loop. */
  isStoppedAfterCrashes: (appId: string) => boolean
  /** The user of an app's processes; none where this host gives apps no users of their own. */
  userIdOf?: (userNumber: number) => number
}

/** A release never changes, so what is known of it is read once. */
interface KnownRelease {
  facts: ReleaseFacts
  traffic: TrafficSettings
}

/** `state` names the release and the version of the app's own settings that it was made of. */
interface KnownTraffic {
  state: string
  settings: TrafficSettings
}

interface CanaryRow {
  app_id: string
  deployment_id: string
  release: KnownRelease
  record: CanaryRecord
}

/** Reads what the planner needs to know: two queries, whatever the number of apps. */
export class FactsReader {
  readonly #options: FactsReaderOptions
  #releases = new Map<string, KnownRelease>()
  #traffic = new Map<string, KnownTraffic>()

  constructor(options: FactsReaderOptions) {
    this.#options = options
  }

  async read(domains: ReadonlyMap<string, readonly DomainFacts[]>): Promise<AppFacts[]> {
    const known = { releases: new Map<string, KnownRelease>(), traffic: new Map<string, KnownTraffic>() }
    const rows = await this.#appRows()
    const canaries = await this.#canaries(known.releases)
    const live = Map.groupBy(this.#options.manager.live(), ({ row }) => row.app_id)
    const facts: AppFacts[] = []
    for (const row of rows) {
      const release =
        row.release_id === null ? undefined : await this.#release(row.release_id, row, known.releases)
      const canary = canaries.get(row.id)
      const instances = live.get(row.id) ?? []
      facts.push({
        id: row.id,
        slug: row.slug,
        teamId: row.team_id,
        userId: this.#options.userIdOf?.(row.user_number),
        state: row.state,
        release: release?.facts,
        traffic: this.#effective(row, release, known.traffic),
        maintenance: maintenanceOf(row.maintenance_json),
        instances: instanceFacts(instances.filter(live => !isOf(canary, live))),
        canary: canary && canaryFacts(canary, instances),
        domains: domains.get(row.id) ?? [],
        stoppedAfterCrashes: this.#options.isStoppedAfterCrashes(row.id),
      })
    }
    // What no app has any more is forgotten.
    this.#releases = known.releases
    this.#traffic = known.traffic
    return facts
  }

  #appRows() {
    return this.#options.store.db
      .selectFrom('apps')
      .leftJoin('releases', 'releases.id', 'apps.current_release_id')
      .leftJoin('app_traffic', 'app_traffic.app_id', 'apps.id')
      .select([
        'apps.id',
        'apps.slug',
        'apps.state',
        'apps.team_id',
        'apps.user_number',
        'releases.id as release_id',
        'releases.version',
        'releases.artifact_digest',
        'releases.settings_json',
        'app_traffic.version as traffic_version',
        'app_traffic.settings_json as traffic_json',
        'app_traffic.maintenance_json',
      ])
      .where('apps.deleted_at', 'is', null)
      .execute()
  }

  async #release(
    id: string,
    row: { version: number | null; artifact_digest: string | null; settings_json: string | null },
    known: Map<string, KnownRelease>,
  ): Promise<KnownRelease | undefined> {
    const before = this.#releases.get(id) ?? known.get(id)
    const release =
      before ?? (await this.#readRelease(row.version!, row.artifact_digest!, row.settings_json!))
    if (release) known.set(id, release)
    return release
  }

  /** Undefined for a static app whose files are gone. */
  async #readRelease(version: number, digest: string, json: string): Promise<KnownRelease | undefined> {
    const settings: ReleaseSettings = JSON.parse(json)
    const facts: ReleaseFacts = { version, processes: Object.keys(settings.processes) }
    const traffic = trafficOf(settings)
    if (!settings.static) return { facts, traffic }
    const artifact = await this.#options.artifacts.open(digest)
    if (!artifact) return undefined
    const { root, spa } = settings.static
    return { facts: { ...facts, staticRoot: join(artifact.path, root), spa }, traffic }
  }

  /** The same object for as long as it says the same: what is made of it is kept with it. */
  #effective(
    row: {
      id: string
      release_id: string | null
      traffic_version: number | null
      traffic_json: string | null
    },
    release: KnownRelease | undefined,
    known: Map<string, KnownTraffic>,
  ): TrafficSettings {
    const state = `${row.release_id} ${row.traffic_version}`
    const before = this.#traffic.get(row.id)
    const now = before?.state === state ? before : { state, settings: merged(release, row.traffic_json) }
    known.set(row.id, now)
    return now.settings
  }

  async #canaries(known: Map<string, KnownRelease>): Promise<Map<string, CanaryRow>> {
    const rows = await this.#options.store.db
      .selectFrom('deployments')
      .innerJoin('releases', 'releases.id', 'deployments.release_id')
      .select([
        'deployments.id as deployment_id',
        'deployments.app_id',
        'deployments.canary_json',
        'releases.id as release_id',
        'releases.version',
        'releases.artifact_digest',
        'releases.settings_json',
      ])
      .where('deployments.state', 'in', ['canary', 'switching'])
      .where('deployments.canary_json', 'is not', null)
      .execute()
    const canaries = new Map<string, CanaryRow>()
    for (const { app_id, deployment_id, canary_json, release_id, ...row } of rows) {
      const release = await this.#release(release_id, row, known)
      if (release) canaries.set(app_id, { app_id, deployment_id, release, record: JSON.parse(canary_json!) })
    }
    return canaries
  }
}

function canaryFacts(
  { deployment_id, release, record }: CanaryRow,
  instances: readonly LiveInstance[],
): CanaryFacts {
  return {
    release: release.facts,
    percent: record.percent,
    header: record.header,
    instances: instanceFacts(instances.filter(({ row }) => row.deployment_id === deployment_id)),
  }
}

function isOf(canary: CanaryRow | undefined, { row }: LiveInstance): boolean {
  return canary !== undefined && row.deployment_id === canary.deployment_id
}

function instanceFacts(live: readonly LiveInstance[]): InstanceFacts[] {
  return live.map(({ row, instance }) => ({
    id: row.id,
    process: row.process,
    state: row.state,
    ...(instance.address ? { address: instance.address } : {}),
  }))
}

function merged(release: KnownRelease | undefined, ownJson: string | null): TrafficSettings {
  return { ...release?.traffic, ...(ownJson === null ? {} : (JSON.parse(ownJson) as TrafficSettings)) }
}

function maintenanceOf(json: string | null): MaintenanceSettings | undefined {
  return json === null ? undefined : JSON.parse(json)
}
