import { sql } from 'kysely'
import type { Queryable, Store } from '../store/database.ts'
import type { FigureStep, ResourceFigureRow } from '../store/schema.ts'
import { KEPT_MS, STEPS } from './figure-steps.ts'

const ROWS_AT_ONCE = 500

export interface ResourcePoint {
  at: number
  memory_bytes: number
  memory_limit_bytes: number | null
  cpu_ms: number
}

/** What instances used, by minute; by hour and day for each process. */
export class ResourceFigures {
  readonly #store: Store

  constructor({ store }: { store: Store }) {
    this.#store = store
  }

  /** Adds to what is there: the most memory, and all computing time. Rows of apps that are gone are left out. */
  async add(rows: readonly ResourceFigureRow[]): Promise<void> {
    if (rows.length === 0) return
    await this.#store.transaction(async trx => {
      const known = await trx.selectFrom('apps').select('id').where('id', 'in', idsOf(rows)).execute()
      const ids = new Set(known.map(({ id }) => id))
      const kept = rows.filter(({ app_id }) => ids.has(app_id))
      for (let at = 0; at < kept.length; at += ROWS_AT_ONCE)
        await upsert(trx, kept.slice(at, at + ROWS_AT_ONCE))
    })
  }

  /** All processes and instances of an app together; `to` is not included. */
  points(
    appId: string,
    { step, from, to }: { step: FigureStep; from: number; to: number },
  ): Promise<ResourcePoint[]> {
    return this.#store.db
      .selectFrom('resource_figures')
      .select(({ fn }) => [
        'at',
        fn.sum<number>('memory_bytes').as('memory_bytes'),
        fn.sum<number>('cpu_ms').as('cpu_ms'),
        // Without a limit for each of them there is none for all.
        sql<
          number | null
        >`case when count(memory_limit_bytes) = count(*) then sum(memory_limit_bytes) end`.as(
          'memory_limit_bytes',
        ),
      ])
      .where('app_id', '=', appId)
      .where('step', '=', step)
      .where('at', '>=', from)
      .where('at', '<', to)
      .groupBy('at')
      .orderBy('at')
      .execute()
  }

  async prune(now = Date.now()): Promise<void> {
    for (const step of STEPS) {
      await this.#store.db
        .deleteFrom('resource_figures')
        .where('step', '=', step)
        .where('at', '<', now - KEPT_MS[step])
        .execute()
    }
  }
}

function idsOf(rows: readonly ResourceFigureRow[]): string[] {
  return [...new Set(rows.map(({ app_id }) => app_id))]
}

async function upsert(trx: Queryable, rows: readonly ResourceFigureRow[]): Promise<void> {
  const most = sql<number>`case when excluded.memory_bytes > resource_figures.memory_bytes then excluded.memory_bytes else resource_figures.memory_bytes end`
  await trx
    .insertInto('resource_figures')
    .values(rows)
    .onConflict(conflict =>
      conflict.columns(['app_id', 'step', 'at', 'process', 'instance_id']).doUpdateSet(eb => ({
        memory_bytes: most,
        memory_limit_bytes: eb.ref('excluded.memory_limit_bytes'),
        cpu_ms: sql<number>`resource_figures.cpu_ms + excluded.cpu_ms`,
      })),
    )
    .execute()
}
