import { DEFAULT_OBSERVATION, type Observation } from '@seaworthy/routes'
import type { Store } from '../store/database.ts'

/** What an app has otherwise than the platform; null takes a setting back. */
export type ObservationChange = { [Name in keyof Observation]?: Observation[Name] | null | undefined }

/** What is kept of the requests of apps: the platform's word, and that of single apps. */
export class Observations {
  readonly #store: Store
  /** Of the platform. */
  readonly platform: Observation

  constructor({ store, platform = {} }: { store: Store; platform?: Partial<Observation> }) {
    this.#store = store
    this.platform = { ...DEFAULT_OBSERVATION, ...platform }
  }

  /** What the app has of its own; empty for nothing. */
  async own(appId: string): Promise<Partial<Observation>> {
    const row = await this.#store.db
      .selectFrom('observations')
      .select('document_json')
      .where('app_id', '=', appId)
      .executeTakeFirst()
    return row ? (JSON.parse(row.document_json) as Partial<Observation>) : {}
  }

  /** By app, of those that have anything of their own. */
  async all(): Promise<Map<string, Partial<Observation>>> {
    const rows = await this.#store.db.selectFrom('observations').select(['app_id', 'document_json']).execute()
    return new Map(rows.map(row => [row.app_id, JSON.parse(row.document_json) as Partial<Observation>]))
  }

  /** @returns what the app has of its own after it */
  async update(appId: string, change: ObservationChange): Promise<Partial<Observation>> {
    return this.#store.transaction(async trx => {
      await this.#store.lock(trx, `observation:${appId}`)
      const row = await trx
        .selectFrom('observations')
        .select('document_json')
        .where('app_id', '=', appId)
        .executeTakeFirst()
      const changed = { ...(row ? JSON.parse(row.document_json) : {}), ...given(change) }
      const own = Object.fromEntries(Object.entries(changed).filter(([, value]) => value !== null))
      const value = { document_json: JSON.stringify(own), updated_at: Date.now() }
      await trx
        .insertInto('observations')
        .values({ app_id: appId, ...value })
        .onConflict(conflict => conflict.column('app_id').doUpdateSet(value))
        .execute()
      return own as Partial<Observation>
    })
  }
}

function given(change: ObservationChange): ObservationChange {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
}
