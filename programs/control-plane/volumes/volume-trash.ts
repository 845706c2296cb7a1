import { type Clock, systemClock } from '../store/clock.ts'
import type { Store } from '../store/database.ts'
import { newId } from '../store/ids.ts'
import type { AppRow, TrashedVolumeRow } from '../store/schema.ts'
import { sizeOfTree } from './size-of-tree.ts'
import { sizeText } from './size-text.ts'
import { trashErrors } from './trash-errors.ts'
import { VolumeFolders } from './volume-folders.ts'

export interface VolumeTrashOptions {
  store: Store
  /** Of all volumes. */
  directory: string
  keptDays: number
  /** Of all removed volumes together. */
  maxBytes: number
  clock?: Pick<Clock, 'now'>
}

const DAY_MS = 86_400_000

type App = Pick<AppRow, 'id' | 'slug'>

/** Volumes that were removed: out of sight of the app, and there until their days are over. */
export class VolumeTrash {
  readonly #options: VolumeTrashOptions
  readonly #folders: VolumeFolders
  readonly #clock: Pick<Clock, 'now'>
  /** One change at a time: two instances that start may both need the same volume back. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(options: VolumeTrashOptions) {
    this.#options = options
    this.#folders = new VolumeFolders(options.directory)
    this.#clock = options.clock ?? systemClock
  }

  /** Newest first. */
  list(appId: string): Promise<TrashedVolumeRow[]> {
    return this.#rows()
      .where('app_id', '=', appId)
      .orderBy('deleted_at', 'desc')
      .orderBy('id', 'desc')
      .execute()
  }

  /** @throws `volume_not_found`, `trash_full` */
  put(app: App, name: string, cause: TrashedVolumeRow['cause']): Promise<TrashedVolumeRow> {
    return this.#inTurn(async () => {
      const place = this.#folders.of(app.id, name)
      if (!(await this.#folders.isThere(place))) throw trashErrors.volume_not_found({ slug: app.slug, name })
      const sizeBytes = await sizeOfTree(place)
      await this.#requireRoom(app, name, sizeBytes)
      const row = this.#newRow({ app, name, cause, sizeBytes })
      // The row first: a folder that no row names would never go.
      await this.#options.store.db.insertInto('trashed_volumes').values(row).execute()
      await this.#folders.move(place, this.#folders.inTrash(app.id, row.id))
      return row
    })
  }

  /** @throws `trashed_volume_not_found`, `volume_exists` */
  restore(app: App, id: string): Promise<TrashedVolumeRow> {
    return this.#inTurn(async () => {
      const row = await this.#get(app, id)
      await this.#bringBack(app, row)
      return row
    })
  }

  /** For good. @throws `trashed_volume_not_found` */
  empty(app: App, id: string): Promise<TrashedVolumeRow> {
    return this.#inTurn(async () => {
      const row = await this.#get(app, id)
      await this.#forget(row)
      return row
    })
  }

  /** What a release names again, and only an earlier manifest left out, is there again with its data. */
  async bringBack(app: App, names: readonly string[]): Promise<void> {
    if (names.length === 0) return
    await this.#inTurn(async () => {
      const rows = (await this.list(app.id)).filter(({ cause }) => cause === 'manifest')
      for (const name of names) {
        const newest = rows.find(row => row.name === name)
        if (newest && !(await this.#folders.isThere(this.#folders.of(app.id, name))))
          await this.#bringBack(app, newest)
      }
    })
  }

  /** Removes for good what has waited for its days. Answers how many. */
  async purgeDue(): Promise<number> {
    const due = await this.#rows().where('purge_at', '<=', this.#clock.now()).execute()
    for (const row of due) await this.#inTurn(() => this.#forget(row))
    return due.length
  }

  async #requireRoom({ slug }: App, name: string, sizeBytes: number): Promise<void> {
    const rows = await this.#rows().execute()
    const used = rows.reduce((sum, row) => sum + Number(row.size_bytes), 0)
    const free = Math.max(0, this.#options.maxBytes - used)
    if (sizeBytes <= free) return
    const sizes = { size: sizeText(sizeBytes), free: sizeText(free), used: sizeText(used) }
    throw trashErrors.trash_full({ slug, name, ...sizes })
  }

  #newRow({
    app,
    name,
    cause,
    sizeBytes,
  }: {
    app: App
    name: string
    cause: TrashedVolumeRow['cause']
    sizeBytes: number
  }): TrashedVolumeRow {
    const now = this.#clock.now()
    return {
      ...{ id: newId('vol'), app_id: app.id, name, cause, size_bytes: sizeBytes },
      deleted_at: now,
      purge_at: now + this.#options.keptDays * DAY_MS,
    }
  }

  async #bringBack({ id: appId, slug }: App, { id, name }: TrashedVolumeRow): Promise<void> {
    const place = this.#folders.of(appId, name)
    if (await this.#folders.isThere(place)) throw trashErrors.volume_exists({ slug, name })
    await this.#folders.move(this.#folders.inTrash(appId, id), place)
    await this.#deleteRow(id)
  }

  async #forget({ app_id, id }: TrashedVolumeRow): Promise<void> {
    await this.#folders.remove(this.#folders.inTrash(app_id, id))
    await this.#deleteRow(id)
  }

  async #get({ id: appId, slug }: App, id: string): Promise<TrashedVolumeRow> {
    const row = await this.#rows().where('app_id', '=', appId).where('id', '=', id).executeTakeFirst()
    // A row whose volume was never moved, since the platform was killed between the two, is of no use.
    if (row && (await this.#folders.isThere(this.#folders.inTrash(appId, id)))) return row
    if (row) await this.#deleteRow(id)
    throw trashErrors.trashed_volume_not_found({ slug, id })
  }

  async #deleteRow(id: string): Promise<void> {
    await this.#options.store.db.deleteFrom('trashed_volumes').where('id', '=', id).execute()
  }

  #rows() {
    return this.#options.store.db.selectFrom('trashed_volumes').selectAll()
  }

  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(change)
    this.#turn = turn.catch(() => undefined)
    return turn
  }
}
