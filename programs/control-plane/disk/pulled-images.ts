import type { PulledImage } from '@seaworthy/builder'
import type { Store } from '../store/database.ts'

/** The `pulled_images` table: base images that were not on the engine before a build of this platform needed them. */
export class PulledImages {
  readonly #store: Store

  constructor({ store }: { store: Store }) {
    this.#store = store
  }

  /** Idempotent: one that went and was pulled again is as old as its last pull. */
  async remember({ id, name, pulledAt }: PulledImage): Promise<void> {
    await this.#store.db
      .insertInto('pulled_images')
      .values({ image_id: id, name, pulled_at: pulledAt })
      .onConflict(conflict => conflict.columns(['image_id', 'name']).doUpdateSet({ pulled_at: pulledAt }))
      .execute()
  }

  async list(): Promise<PulledImage[]> {
    const rows = await this.#store.db.selectFrom('pulled_images').selectAll().execute()
    return rows.map(({ image_id, name, pulled_at }) => ({ id: image_id, name, pulledAt: Number(pulled_at) }))
  }
}
