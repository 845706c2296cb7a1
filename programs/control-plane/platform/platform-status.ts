import type { Status } from '@seaworthy/api'
import type { SandboxPowers } from '@seaworthy/sandbox'
import type { EdgeClient } from '../edge/edge-client.ts'
import type { InstanceManager } from '../instances/instance-manager.ts'
import type { Store } from '../store/database.ts'

export interface PlatformStatusOptions {
  store: Store
  manager: InstanceManager
  edge: Pick<EdgeClient, 'status'>
  runtimeKind: string
  powers: SandboxPowers
  /** What this machine does not give to keep apps apart. */
  shortcomings: readonly string[]
  version: string
  home: string
  urls: Status['urls']
  mail: Status['mail']
}

/** One look at the whole platform. */
export class PlatformStatus {
  readonly #options: PlatformStatusOptions
  readonly #startedAt = Date.now()

  constructor(options: PlatformStatusOptions) {
    this.#options = options
  }

  async status(): Promise<Status> {
    const { store, runtimeKind, powers, shortcomings, version, home, urls, mail } = this.#options
    return {
      version,
      startedAt: new Date(this.#startedAt).toISOString(),
      uptimeMs: Date.now() - this.#startedAt,
      runtime: { kind: runtimeKind, sandbox: { ...powers }, notes: [...shortcomings] },
      edge: await this.#edge(),
      database: { kind: store.kind === 'sqlite' ? 'sqlite' : 'postgresql' },
      counts: await this.#counts(),
      urls,
      mail,
      home,
    }
  }

  async #edge(): Promise<Status['edge']> {
    try {
      const { pid, tableVersion } = await this.#options.edge.status()
      return { state: 'running', pid, tableVersion }
    } catch {
      return { state: 'stopped', pid: null, tableVersion: null }
    }
  }

  async #counts(): Promise<Status['counts']> {
    const { store, manager } = this.#options
    const [apps, jobs] = await Promise.all([
      store.db
        .selectFrom('apps')
        .select(eb => eb.fn.countAll().as('count'))
        .where('deleted_at', 'is', null)
        .executeTakeFirstOrThrow(),
      store.db
        .selectFrom('jobs')
        .select(['state', eb => eb.fn.countAll().as('count')])
        .where('state', 'in', ['queued', 'running'])
        .groupBy('state')
        .execute(),
    ])
    const jobsIn = (state: string) => Number(jobs.find(row => row.state === state)?.count ?? 0)
    return {
      apps: Number(apps.count),
      instances: manager.live().length,
      jobsQueued: jobsIn('queued'),
      jobsRunning: jobsIn('running'),
    }
  }
}
