import { join } from 'node:path'
import type { ArtifactStore } from '@seaworthy/artifacts'
import { type DomainSource, type DomainTableParts, NO_DOMAINS } from '../domains/domain-routes.ts'
import type { EdgeClient } from '../edge/edge-client.ts'
import type { InstanceManager } from '../instances/instance-manager.ts'
import type { ReleaseSettings } from '../releases/release-settings.ts'
import type { Store } from '../store/database.ts'
import { type AppFacts, planRoutes, type RoutingSettings } from './table-planner.ts'

export interface RoutePublisherOptions {
  store: Store
  artifacts: ArtifactStore
  edge: Pick<EdgeClient, 'pushTable'>
  manager: Pick<InstanceManager, 'live'>
  settings: RoutingSettings
  /** Claimed hosts, their certificates and open challenges. None when missing. */
  domains?: DomainSource
  /** Whether the app is kept down after a crash loop. */
  isStoppedAfterCrashes: (appId: string) => boolean
}

/**
 * Pushes the route table that the present state asks for. Callers change state first, then publish; the promise
 * resolves once every worker of the edge works with a table that has the change. Calls that come while a push is
 * under way share the next one.
 */
export class RoutePublisher {
  readonly #options: RoutePublisherOptions
  #running: Promise<void> | undefined
  #next: Promise<void> | undefined
  #version = 0

  constructor(options: RoutePublisherOptions) {
    this.#options = options
  }

  publish(): Promise<void> {
    if (this.#next) return this.#next
    const before = this.#running
    if (!before) return this.#begin()
    this.#next = before
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined
        return this.#begin()
      })
    return this.#next
  }

  #begin(): Promise<void> {
    const running = this.#push().finally(() => {
      if (this.#running === running) this.#running = undefined
    })
    this.#running = running
    return running
  }

  async #push(): Promise<void> {
    const domains = await (this.#options.domains ?? NO_DOMAINS).tableParts()
    const routes = planRoutes(await this.#facts(domains), this.#options.settings)
    // Grows over restarts too, so that an edge that kept an older table takes ours.
    this.#version = Math.max(Date.now(), this.#version + 1)
    await this.#options.edge.pushTable({
      version: this.#version,
      routes,
      certificates: domains.certificates,
      challenges: domains.challenges,
    })
  }

  async #facts(domains: DomainTableParts): Promise<AppFacts[]> {
    const rows = await this.#options.store.db
      .selectFrom('apps')
      .leftJoin('releases', 'releases.id', 'apps.current_release_id')
      .select([
        'apps.id',
        'apps.slug',
        'apps.state',
        'releases.version',
        'releases.artifact_digest',
        'releases.settings_json',
      ])
      .where('apps.deleted_at', 'is', null)
      .execute()
    return Promise.all(
      rows.map(async row => ({
        id: row.id,
        slug: row.slug,
        state: row.state,
        release:
          row.version === null
            ? undefined
            : await this.#releaseFacts(row.version, row.artifact_digest!, row.settings_json!),
        instances: this.#webInstances(row.id),
        domains: domains.byApp.get(row.id),
        stoppedAfterCrashes: this.#options.isStoppedAfterCrashes(row.id),
      })),
    )
  }

  async #releaseFacts(
    version: number,
    artifactDigest: string,
    settingsJson: string,
  ): Promise<AppFacts['release']> {
    const settings: ReleaseSettings = JSON.parse(settingsJson)
    const { headers, limits } = settings
    const facts = { version, headers, limits }
    if (!settings.static) return facts
    const artifact = await this.#options.artifacts.open(artifactDigest)
    if (!artifact) return undefined
    const { root, spa } = settings.static
    return { ...facts, staticRoot: join(artifact.path, root), spa }
  }

  #webInstances(appId: string): AppFacts['instances'] {
    return this.#options.manager.live(appId).flatMap(({ row, instance }) => {
      if (row.process !== 'web' || !instance.address) return []
      return [{ id: row.id, state: row.state, ...instance.address }]
    })
  }
}
