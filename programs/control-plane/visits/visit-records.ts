import type { AppVisits, NamedCount, VisitBatch } from '@seaworthy/routes'
import { sql } from 'kysely'
import { DAY, HOUR, KEPT_MS, startOfStep } from '../request-figures/figure-steps.ts'
import type { Queryable, Store } from '../store/database.ts'
import type { FigureStep, VisitFigureRow, VisitNameKind, VisitNameRow } from '../store/schema.ts'

/** Names of one kind that an app has rows for on one day; all further views are the others'. */
const MAX_NAMES: Record<VisitNameKind, number> = {
  page: 500,
  referrer: 200,
  device: 10,
  browser: 20,
  country: 250,
}
const OTHERS = ''
const WRITTEN = 'visit_batches_written'
/** An edge tells one batch at a time; a few edges follow each other at an upgrade. */
const REMEMBERED_BATCHES = 20
const ROWS_AT_ONCE = 500

const LISTS: readonly [
  kind: VisitNameKind,
  field: 'pages' | 'referrers' | 'devices' | 'browsers' | 'countries',
][] = [
  ['page', 'pages'],
  ['referrer', 'referrers'],
  ['device', 'devices'],
  ['browser', 'browsers'],
  ['country', 'countries'],
]

export type VisitSums = Pick<VisitFigureRow, 'views' | 'visits' | 'bots' | 'unfollowed'>

/** Visits as the edge told them: sums by hour and day, names by day. */
export class VisitRecords {
  readonly #store: Store

  constructor({ store }: { store: Store }) {
    this.#store = store
  }

  /** Writes a batch; one that was written before is left out. */
  async record(batch: VisitBatch): Promise<void> {
    await this.#store.transaction(async trx => {
      const written = await readWritten(trx)
      if (written.includes(batch.id)) return
      const known = await knownApps(trx, batch.apps)
      const apps = batch.apps.filter(({ appId }) => known.has(appId))
      await addSums(trx, apps)
      await addNames(trx, apps)
      await noteWritten(trx, [...written, batch.id].slice(-REMEMBERED_BATCHES))
    })
  }

  /** `to` is not included. */
  series(
    appId: string,
    { step, from, to }: { step: FigureStep; from: number; to: number },
  ): Promise<Pick<VisitFigureRow, 'at' | 'views' | 'visits' | 'bots' | 'unfollowed'>[]> {
    return this.#store.db
      .selectFrom('visit_figures')
      .select(['at', 'views', 'visits', 'bots', 'unfollowed'])
      .where('app_id', '=', appId)
      .where('step', '=', step)
      .where('at', '>=', from)
      .where('at', '<', to)
      .orderBy('at')
      .execute()
  }

  /** Of whole days, the most viewed first, at most `limit` of each kind; the others last. */
  async names(
    appId: string,
    { from, to, limit }: { from: number; to: number; limit: number },
  ): Promise<Record<VisitNameKind, NamedCount[]>> {
    const rows = await this.#store.db
      .selectFrom('visit_names')
      .select(({ fn }) => ['kind', 'name', fn.sum<number>('views').as('views')])
      .where('app_id', '=', appId)
      .where('at', '>=', from)
      .where('at', '<', to)
      .groupBy(['kind', 'name'])
      .execute()
    const kinds = Object.keys(MAX_NAMES) as VisitNameKind[]
    const lists = kinds.map(kind => [
      kind,
      topOf(
        rows.filter(row => row.kind === kind),
        limit,
      ),
    ])
    return Object.fromEntries(lists)
  }

  async prune(now = Date.now()): Promise<void> {
    for (const step of [HOUR, DAY]) {
      await this.#store.db
        .deleteFrom('visit_figures')
        .where('step', '=', step)
        .where('at', '<', now - KEPT_MS[step])
        .execute()
    }
    await this.#store.db
      .deleteFrom('visit_names')
      .where('at', '<', now - KEPT_MS[DAY])
      .execute()
  }
}

function topOf(rows: readonly { name: string; views: number }[], limit: number): NamedCount[] {
  const named = rows
    .filter(({ name }) => name !== OTHERS)
    .map(({ name, views }): NamedCount => [name, Number(views)])
    .sort(([name, one], [other, two]) => two - one || (name < other ? -1 : 1))
  const rest = named.slice(limit).reduce((sum, [, views]) => sum + views, 0)
  const others = rest + Number(rows.find(({ name }) => name === OTHERS)?.views ?? 0)
  return [...named.slice(0, limit), ...(others > 0 ? [[OTHERS, others] satisfies NamedCount] : [])]
}

async function knownApps(trx: Queryable, apps: readonly AppVisits[]): Promise<Set<string>> {
  const ids = [...new Set(apps.map(({ appId }) => appId))]
  if (ids.length === 0) return new Set()
  const rows = await trx.selectFrom('apps').select('id').where('id', 'in', ids).execute()
  return new Set(rows.map(({ id }) => id))
}

async function addSums(trx: Queryable, apps: readonly AppVisits[]): Promise<void> {
  const rows = new Map<string, VisitFigureRow>()
  for (const { appId, hourAt, views, visits, bots, unfollowed } of apps) {
    for (const step of [HOUR, DAY]) {
      const at = startOfStep(hourAt, step)
      const key = `${appId} ${step} ${at}`
      const row = rows.get(key) ?? { app_id: appId, step, at, views: 0, visits: 0, bots: 0, unfollowed: 0 }
      row.views += views
      row.visits += visits
      row.bots += bots
      row.unfollowed += unfollowed
      rows.set(key, row)
    }
  }
  const sum = (column: keyof VisitSums) =>
    sql<number>`${sql.ref(`visit_figures.${column}`)} + ${sql.ref(`excluded.${column}`)}`
  for (const chunk of chunksOf([...rows.values()])) {
    await trx
      .insertInto('visit_figures')
      .values(chunk)
      .onConflict(conflict =>
        conflict.columns(['app_id', 'step', 'at']).doUpdateSet({
          views: sum('views'),
          visits: sum('visits'),
          bots: sum('bots'),
          unfollowed: sum('unfollowed'),
        }),
      )
      .execute()
  }
}

async function addNames(trx: Queryable, apps: readonly AppVisits[]): Promise<void> {
  const days = new Map<string, DayNames>()
  for (const visits of apps) {
    const at = startOfStep(visits.hourAt, DAY)
    for (const [kind, field] of LISTS) {
      if (visits[field].length === 0) continue
      const key = `${visits.appId} ${at} ${kind}`
      const day = days.get(key) ?? { appId: visits.appId, at, kind, counts: new Map() }
      days.set(key, day)
      for (const [name, count] of visits[field]) day.counts.set(name, (day.counts.get(name) ?? 0) + count)
    }
  }
  const rows: VisitNameRow[] = []
  for (const day of days.values()) rows.push(...(await placed(trx, day)))
  for (const chunk of chunksOf(rows)) {
    await trx
      .insertInto('visit_names')
      .values(chunk)
      .onConflict(conflict =>
        conflict
          .columns(['app_id', 'at', 'kind', 'name'])
          .doUpdateSet({ views: sql<number>`visit_names.views + excluded.views` }),
      )
      .execute()
  }
}

interface DayNames {
  appId: string
  at: number
  kind: VisitNameKind
  counts: Map<string, number>
}

/** Names keep the place they have; new ones get one while there are any, the most viewed first. */
async function placed(trx: Queryable, { appId, at, kind, counts }: DayNames): Promise<VisitNameRow[]> {
  const present = await trx
    .selectFrom('visit_names')
    .select('name')
    .where('app_id', '=', appId)
    .where('at', '=', at)
    .where('kind', '=', kind)
    .execute()
  const known = new Set(present.map(({ name }) => name))
  const rows = new Map<string, VisitNameRow>()
  for (const [name, count] of [...counts].sort(([, one], [, two]) => two - one)) {
    const hasPlace = known.has(name) || known.size < MAX_NAMES[kind]
    if (hasPlace) known.add(name)
    const kept = hasPlace ? name : OTHERS
    const row = rows.get(kept) ?? { app_id: appId, at, kind, name: kept, views: 0 }
    row.views += count
    rows.set(kept, row)
  }
  return [...rows.values()]
}

async function readWritten(trx: Queryable): Promise<string[]> {
  const row = await trx
    .selectFrom('platform_settings')
    .select('value_json')
    .where('key', '=', WRITTEN)
    .executeTakeFirst()
  return row ? (JSON.parse(row.value_json) as string[]) : []
}

async function noteWritten(trx: Queryable, ids: readonly string[]): Promise<void> {
  const value = { value_json: JSON.stringify(ids), updated_at: Date.now() }
  await trx
    .insertInto('platform_settings')
    .values({ key: WRITTEN, ...value })
    .onConflict(conflict => conflict.column('key').doUpdateSet(value))
    .execute()
}

function chunksOf<Item>(items: readonly Item[]): Item[][] {
  return Array.from({ length: Math.ceil(items.length / ROWS_AT_ONCE) }, (_, index) =>
    items.slice(index * ROWS_AT_ONCE, (index + 1) * ROWS_AT_ONCE),
  )
}
