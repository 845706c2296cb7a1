import type { Logger } from '@seaworthy/kit'
import type { DeploymentRecords } from '../deployments/deployment-records.ts'
import type { Events } from '../events/events.ts'
import type { AppLocks } from '../instances/app-locks.ts'
import type { Store } from '../store/database.ts'
import type { AppRow, TrashedVolumeRow } from '../store/schema.ts'
import { trashErrors } from './trash-errors.ts'
import type { VolumeTrash } from './volume-trash.ts'
import type { Volumes } from './volumes.ts'

export interface VolumeRemovalOptions {
  store: Store
  volumes: Pick<Volumes, 'places'>
  trash: VolumeTrash
  locks: Pick<AppLocks, 'run'>
  records: Pick<DeploymentRecords, 'listUnfinished'>
  events: Pick<Events, 'append'>
  log: Logger
}

/** Puts volumes that no release needs any more into the trash: as asked, or because the manifest names them no more. */
export class VolumeRemoval {
  readonly #options: VolumeRemovalOptions

  constructor(options: VolumeRemovalOptions) {
    this.#options = options
  }

  /** @throws `volume_not_found`, `volume_in_use`, `volume_in_deployment`, `trash_full` */
  remove(app: AppRow, { name, actor }: { name: string; actor: string }): Promise<TrashedVolumeRow> {
    const { locks, trash } = this.#options
    return locks.run(app.id, async () => {
      await this.#requireUnused(app, name)
      const row = await trash.put(app, name, 'removed')
      await this.#tell(row, actor)
      return row
    })
  }

  /** Volumes that the release which runs names no more. One that the trash has no room for stays where it is. */
  async collectUnnamed(): Promise<number> {
    const apps = await this.#options.store.db
      .selectFrom('apps')
      .selectAll()
      .where('deleted_at', 'is', null)
      .where('current_release_id', 'is not', null)
      .execute()
    let collected = 0
    for (const app of apps) collected += await this.#collectOf(app)
    return collected
  }

  async #collectOf(app: AppRow): Promise<number> {
    const { volumes, locks, trash, log } = this.#options
    // Most apps have none: looked at before anything of the app has to wait.
    if ((await volumes.places(app)).every(({ path }) => path !== null)) return 0
    return locks.run(app.id, async () => {
      if (await this.#isDeploying(app)) return 0
      const unnamed = (await volumes.places(app)).filter(({ path }) => path === null)
      let collected = 0
      for (const { name } of unnamed) {
        try {
          await this.#tell(await trash.put(app, name, 'manifest'), null)
          collected += 1
        } catch (error) {
          log.warn({ app: app.slug, volume: name, err: error }, 'a volume that no release names stays')
        }
      }
      return collected
    })
  }

  async #requireUnused(app: AppRow, name: string): Promise<void> {
    const { slug } = app
    const volume = (await this.#options.volumes.places(app)).find(one => one.name === name)
    if (!volume) throw trashErrors.volume_not_found({ slug, name })
    if (volume.path !== null) throw trashErrors.volume_in_use({ slug, name, path: volume.path })
    if (await this.#isDeploying(app)) throw trashErrors.volume_in_deployment({ slug, name })
  }

  async #isDeploying({ id }: AppRow): Promise<boolean> {
    return (await this.#options.records.listUnfinished(id)).length > 0
  }

  async #tell({ app_id, name, cause, purge_at }: TrashedVolumeRow, actor: string | null): Promise<void> {
    const data = { volume: name, cause, purgeAt: Number(purge_at), actor }
    await this.#options.events.append({ appId: app_id, type: 'volume:trashed', data })
  }
}
