import type { Store } from '../store/database.ts'
import type { DiskSampleRow } from '../store/schema.ts'

const KEPT_MS = 90 * 86_400_000

/** The `disk_samples` table: how full the disk was, and of what. */
export class DiskSamples {
  readonly #store: Store

  constructor({ store }: { store: Store }) {
    this.#store = store
  }

  async add(row: DiskSampleRow): Promise<void> {
    await this.#store.db.insertInto('disk_samples').values(row).execute()
    await this.#store.db
      .deleteFrom('disk_samples')
      .where('at', '<', row.at - KEPT_MS)
      .execute()
  }

  latest(): Promise<DiskSampleRow | undefined> {
    return this.#store.db
      .selectFrom('disk_samples')
      .selectAll()
      .orderBy('at', 'desc')
      .limit(1)
      .executeTakeFirst()
  }

  /** The oldest first, without what it was full of. */
  history(since: number): Promise<Pick<DiskSampleRow, 'at' | 'total_bytes' | 'free_bytes'>[]> {
    return this.#store.db
      .selectFrom('disk_samples')
      .select(['at', 'total_bytes', 'free_bytes'])
      .where('at', '>=', since)
      .orderBy('at')
      .execute()
  }
}
