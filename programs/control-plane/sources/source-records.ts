import { type Clock, systemClock } from '../store/clock.ts'
import type { Queryable, Store } from '../store/database.ts'
import { newId } from '../store/ids.ts'
import type { SourceRow } from '../store/schema.ts'

export interface NewSource {
  appId: string
  kind: SourceRow['kind']
  /** `{ filename } | { url, ref, commit, subdirectory }` */
  origin: object
  digest: string
  sizeBytes: number
  entries: number
}

/** A source that somebody has just pushed may have no build yet. */
const FRESH_SOURCE_MS = 86_400_000

/** The `sources` table: which code each app was given, when and from where. */
export class SourceRecords {
  readonly #store: Store
  readonly #clock: Pick<Clock, 'now'>

  constructor({ store, clock = systemClock }: { store: Store; clock?: Pick<Clock, 'now'> }) {
    this.#store = store
    this.#clock = clock
  }

  async create(
    { appId, kind, origin, digest, sizeBytes, entries }: NewSource,
    trx?: Queryable,
  ): Promise<SourceRow> {
    const row: SourceRow = {
      id: newId('src'),
      app_id: appId,
      digest,
      kind,
      origin_json: JSON.stringify(origin),
      size_bytes: sizeBytes,
      entries,
      created_at: this.#clock.now(),
    }
    await (trx ?? this.#store.db).insertInto('sources').values(row).execute()
    return row
  }

  get(id: string): Promise<SourceRow | undefined> {
    return this.#store.db.selectFrom('sources').selectAll().where('id', '=', id).executeTakeFirst()
  }

  /** What the app was given last. */
  latest(appId: string): Promise<SourceRow | undefined> {
    return this.#store.db
      .selectFrom('sources')
      .selectAll()
      .where('app_id', '=', appId)
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst()
  }

  /** Every digest that a sweep must leave: the latest of each app, those of the last day, and those still to be built. */
  async referencedDigests(): Promise<string[]> {
    const rows = await this.#store.db
      .selectFrom('sources as source')
      .select('source.digest')
      .distinct()
      .where(eb =>
        eb.or([
          eb('source.created_at', '>', this.#clock.now() - FRESH_SOURCE_MS),
          eb.exists(
            eb
              .selectFrom('builds')
              .select('builds.id')
              .whereRef('builds.source_id', '=', 'source.id')
              .where('builds.state', 'in', ['queued', 'running']),
          ),
          eb.not(
            eb.exists(
              eb
                .selectFrom('sources as newer')
                .select('newer.id')
                .whereRef('newer.app_id', '=', 'source.app_id')
                .whereRef('newer.created_at', '>', 'source.created_at'),
            ),
          ),
        ]),
      )
      .execute()
    return rows.map(({ digest }) => digest)
  }
}
