import type { ArtifactStore } from '@seaworthy/artifacts'
import type { BuilderSet } from '@seaworthy/builder'
import type { Logger } from '@seaworthy/kit'
import type { SourceStore } from '@seaworthy/source'
import type { Accounts } from '../accounts/accounts.ts'
import type { Factors } from '../accounts/factors.ts'
import type { AppExports } from '../app-copies/app-exports.ts'
import type { AppRemoval } from '../apps/app-removal.ts'
import type { Events } from '../events/events.ts'
import type { Images } from '../images/images.ts'
import type { JobLedger } from '../jobs/job-ledger.ts'
import type { PersonExports } from '../people/person-export.ts'
import type { Quotas } from '../quotas/quotas.ts'
import type { Releases } from '../releases/releases.ts'
import type { RequestSearch } from '../requests/request-search.ts'
import type { SourceRecords } from '../sources/source-records.ts'
import type { Store } from '../store/database.ts'
import type { VolumeRemoval } from '../volumes/volume-removal.ts'
import type { VolumeTrash } from '../volumes/volume-trash.ts'
import type { Volumes } from '../volumes/volumes.ts'

export interface SweeperOptions {
  store: Store
  artifacts: ArtifactStore
  images: Pick<Images, 'sweep'>
  sources: SourceStore
  releases: Releases
  sourceRecords: SourceRecords
  removal: AppRemoval
  builder: Pick<BuilderSet, 'forgetApp' | 'sweepImages'>
  jobs: Pick<JobLedger, 'prune'>
  events: Pick<Events, 'prune'>
  accounts: Pick<Accounts, 'sweep'>
  factors: Pick<Factors, 'sweep'>
  quotas: Pick<Quotas, 'sweep'>
  personExports: Pick<PersonExports, 'sweep'>
  appExports: Pick<AppExports, 'sweep'>
  requestLogs: Pick<RequestSearch, 'forgetApp'>
  volumes: Pick<Volumes, 'forget'>
  volumeRemoval: Pick<VolumeRemoval, 'collectUnnamed'>
  volumeTrash: Pick<VolumeTrash, 'purgeDue'>
  log: Logger
}

const DAY_MS = 86_400_000
const KEPT_JOBS_MS = 30 * DAY_MS
const KEPT_EVENTS_MS = 365 * DAY_MS

/**
 * Frees what nothing refers to any more: apps whose time in the trash is over, artifacts that no release names,
 * sources that no build will need. It removes only what the platform made and can name; never a global prune.
 */
export class Sweeper {
  readonly #options: SweeperOptions

  constructor(options: SweeperOptions) {
    this.#options = options
  }

  /** The handler of `sweep` jobs. */
  async sweep(): Promise<void> {
    const {
      artifacts,
      sources,
      releases,
      sourceRecords,
      removal,
      builder,
      jobs,
      events,
      accounts,
      volumes,
      store,
      log,
    } = this.#options
    const purgedApps = await removal.purgeDue(Date.now())
    for (const appId of purgedApps) {
      await builder.forgetApp(appId)
      await volumes.forget(appId)
      await this.#options.requestLogs.forgetApp(appId)
    }
    await this.#options.volumeTrash.purgeDue()
    await this.#options.volumeRemoval.collectUnnamed()
    const keptArtifacts = new Set(await releases.referencedArtifactDigests())
    const freedArtifacts = await artifacts.sweep(keptArtifacts)
    await this.#forgetArtifacts(store, keptArtifacts)
    await builder.sweepImages(keptArtifacts)
    const freedImages = await this.#options.images.sweep(keptArtifacts)
    const freedSources = await sources.sweep(new Set(await sourceRecords.referencedDigests()))
    await jobs.prune(Date.now() - KEPT_JOBS_MS)
    await events.prune(Date.now() - KEPT_EVENTS_MS)
    await accounts.sweep()
    await this.#options.factors.sweep()
    await this.#options.quotas.sweep()
    await this.#options.personExports.sweep()
    await this.#options.appExports.sweep(Date.now())
    log.info(
      {
        purgedApps: purgedApps.length,
        artifacts: freedArtifacts,
        images: freedImages,
        sources: freedSources,
      },
      'swept',
    )
  }

  async #forgetArtifacts(store: Store, kept: ReadonlySet<string>): Promise<void> {
    const rows = await store.db.selectFrom('artifacts').select('digest').execute()
    for (const { digest } of rows) {
      if (!kept.has(digest)) await store.db.deleteFrom('artifacts').where('digest', '=', digest).execute()
    }
  }
}
