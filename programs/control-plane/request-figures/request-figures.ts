import { type EdgeCountersReport, percentile, type RouteCounters, subtractCounters } from '@seaworthy/routes'
import { sql } from 'kysely'
import type { Queryable, Store, Transaction } from '../store/database.ts'
import type { FigureStep, RequestFigureRow } from '../store/schema.ts'
import { ADDED_COLUMNS, bucketsOf, type FigureSums, figureRows, isWorthARow } from './figure-row.ts'
import { KEPT_MS, MINUTE, minutesBetween, STEPS, startOfStep } from './figure-steps.ts'

/** Rows in one statement: each has some forty values, and databases take 32,766 at most. */
const ROWS_AT_ONCE = 100
const LOOKED_AT = 'figures_looked_at'
/** The time of a look is written at least this often, though nothing was counted. */
const NOTE_LOOK_MS = 60_000
const MAX_SHARED = 10

interface Totals {
  startedAt: number
  counters: RouteCounters
}

export type FigurePoint = FigureSums & { at: number; in_flight: number }

/**
 * What the edge counted, by minute, hour and day. What was written and what the edge had counted by then are kept in
 * one transaction, so that a control plane that is killed loses nothing and counts nothing twice.
 */
export class RequestFigures {
  readonly #store: Store
  /** As in the database; read once. */
  #totals: Map<string, Totals> | undefined
  /** What is the same for all who look until the next record. */
  readonly #shared = new Map<string, Promise<unknown>>()
  #lookedAt = 0
  #notedAt = 0

  constructor({ store }: { store: Store }) {
    this.#store = store
  }

  /**
   * Writes what is new in a report of the edge.
   * @returns what was counted since the last report, by app and release, in whole
   */
  async record(report: EdgeCountersReport, now = Date.now()): Promise<RouteCounters[]> {
    this.#totals ??= await this.#readTotals()
    const totals = this.#totals
    this.#shared.clear()
    const news = report.counters.map(counters => newSince(totals.get(keyOf(counters)), report, counters))
    const worth = news.filter(isWorthARow)
    if (worth.length === 0 && now - this.#notedAt < NOTE_LOOK_MS) {
      this.#lookedAt = now
      return []
    }
    await this.#write(report, worth, now)
    this.#shared.clear()
    this.#lookedAt = now
    this.#notedAt = now
    return worth
  }

  /** Of one app, a row for each step that has anything; `to` is not included. */
  points(
    appId: string,
    { step, from, to, release }: { step: FigureStep; from: number; to: number; release?: string },
  ): Promise<FigurePoint[]> {
    let query = this.#store.db
      .selectFrom('request_figures')
      .select(['at', sql<number>`max(in_flight)`.as('in_flight'), ...summed(ADDED_COLUMNS)])
      .where('app_id', '=', appId)
      .where('step', '=', step)
      .where('at', '>=', from)
      .where('at', '<', to)
    if (release !== undefined) query = query.where('release', '=', release)
    return query.groupBy('at').orderBy('at').execute() as unknown as Promise<FigurePoint[]>
  }

  /** All of one time together. */
  async sum(
    appId: string,
    { step, from, to }: { step: FigureStep; from: number; to: number },
  ): Promise<FigureSums> {
    const row = await this.#store.db
      .selectFrom('request_figures')
      .select(summed(ADDED_COLUMNS))
      .where('app_id', '=', appId)
      .where('step', '=', step)
      .where('at', '>=', from)
      .where('at', '<', to)
      .executeTakeFirstOrThrow()
    return Object.fromEntries(ADDED_COLUMNS.map(column => [column, Number(row[column] ?? 0)])) as never
  }

  /** Requests in each of the last whole minutes, by app; apps without any are not in it. */
  sparklines(minutes: number, now = Date.now()): Promise<ReadonlyMap<string, number[]>> {
    const to = startOfStep(now, MINUTE)
    return this.#share(`sparklines ${minutes} ${to}`, () => this.#readSparklines(minutes, to))
  }

  /** Sums of all apps since `from`. */
  recent(from: number): Promise<ReadonlyMap<string, FigureSums>> {
    return this.#share(`recent ${from}`, () => this.#readRecent(from))
  }

  async #readSparklines(minutes: number, to: number): Promise<Map<string, number[]>> {
    const from = to - minutes * 60_000
    const pair = sql`cast((at - ${from}) / 60000 as integer) || ':' || requests`
    const joined = this.#store.kind === 'sqlite' ? sql`group_concat(${pair})` : sql`string_agg(${pair}, ',')`
    const rows = await this.#store.db
      .selectFrom('request_figures')
      .select(['app_id', sql<string>`${joined}`.as('pairs')])
      .where('step', '=', MINUTE)
      .where('at', '>=', from)
      .where('at', '<', to)
      .groupBy('app_id')
      .execute()
    return new Map(rows.map(({ app_id, pairs }) => [app_id, line(pairs, minutes)]))
  }

  async #readRecent(from: number): Promise<Map<string, FigureSums>> {
    const rows = await this.#store.db
      .selectFrom('request_figures')
      .select(['app_id', ...summed(ADDED_COLUMNS)])
      .where('step', '=', MINUTE)
      .where('at', '>=', from)
      .groupBy('app_id')
      .execute()
    return new Map(rows.map(row => [row.app_id, row as unknown as FigureSums]))
  }

  /** Forgets what is too old for its step. */
  async prune(now = Date.now()): Promise<void> {
    for (const step of STEPS) {
      await this.#store.db
        .deleteFrom('request_figures')
        .where('step', '=', step)
        .where('at', '<', now - KEPT_MS[step])
        .execute()
    }
  }

  /** Many panels look at once; one question is enough. One that failed is asked again. */
  #share<Result>(key: string, read: () => Promise<Result>): Promise<Result> {
    const known = this.#shared.get(key) as Promise<Result> | undefined
    if (known) return known
    if (this.#shared.size >= MAX_SHARED) this.#shared.clear()
    const reading = read()
    this.#shared.set(key, reading)
    reading.catch(() => this.#shared.delete(key))
    return reading
  }

  async #readTotals(): Promise<Map<string, Totals>> {
    const rows = await this.#store.db.selectFrom('request_totals').selectAll().execute()
    const setting = await this.#store.db
      .selectFrom('platform_settings')
      .select('value_json')
      .where('key', '=', LOOKED_AT)
      .executeTakeFirst()
    this.#lookedAt = setting ? Number(setting.value_json) : Date.now()
    return new Map(
      rows.map(row => [
        keyOf({ appId: row.app_id, release: row.release }),
        { startedAt: row.edge_started_at, counters: JSON.parse(row.counters_json) as RouteCounters },
      ]),
    )
  }

  async #write(report: EdgeCountersReport, worth: readonly RouteCounters[], now: number): Promise<void> {
    const { startedAt } = report
    const minutes = minutesBetween(this.#lookedAt, now)
    const worthKeys = new Set(worth.map(keyOf))
    const totals = report.counters.filter(counters => worthKeys.has(keyOf(counters)))
    await this.#store.transaction(async trx => {
      const known = await knownApps(trx, worth)
      const rows = worth
        .filter(({ appId }) => known.has(appId))
        .flatMap(counted => figureRows(counted, minutes))
      for (const chunk of chunksOf(rows)) await addRows(trx, chunk)
      for (const chunk of chunksOf(totals.filter(({ appId }) => known.has(appId))))
        await writeTotals(trx, chunk, startedAt)
      await noteLook(trx, now)
    })
    for (const counters of totals) this.#totals!.set(keyOf(counters), { startedAt, counters })
  }
}

/** The share of answers that failed, and how long they took; null where nothing was asked. */
export function errorRate(sums: FigureSums): number | null {
  return sums.requests === 0 ? null : sums.r5xx / sums.requests
}

export function latency(sums: FigureSums, share: number): number | null {
  const ms = percentile(bucketsOf(sums), share)
  return ms === undefined ? null : Math.round(ms * 10) / 10
}

function newSince(
  known: Totals | undefined,
  { startedAt }: EdgeCountersReport,
  now: RouteCounters,
): RouteCounters {
  // Another edge, or one that was started again, counts from zero.
  return known?.startedAt === startedAt ? subtractCounters(now, known.counters) : now
}

function keyOf({ appId, release }: Pick<RouteCounters, 'appId' | 'release'>): string {
  return `${appId}\n${release}`
}

function line(pairs: string, minutes: number): number[] {
  const counts = new Array<number>(minutes).fill(0)
  for (const pair of pairs.split(',')) {
    const [index, count] = pair.split(':').map(Number)
    counts[index!]! += count!
  }
  return counts
}

function summed<Column extends string>(columns: readonly Column[]) {
  return columns.map(column => sql<number>`sum(${sql.ref(column)})`.as(column))
}

async function knownApps(trx: Queryable, worth: readonly RouteCounters[]): Promise<Set<string>> {
  const ids = [...new Set(worth.map(({ appId }) => appId))]
  if (ids.length === 0) return new Set()
  const rows = await trx.selectFrom('apps').select('id').where('id', 'in', ids).execute()
  return new Set(rows.map(({ id }) => id))
}

async function addRows(trx: Transaction, rows: readonly RequestFigureRow[]): Promise<void> {
  const added = ADDED_COLUMNS.map(column => [
    column,
    sql<number>`${sql.ref(`request_figures.${column}`)} + ${sql.ref(`excluded.${column}`)}`,
  ])
  const most = sql<number>`case when excluded.in_flight > request_figures.in_flight then excluded.in_flight else request_figures.in_flight end`
  await trx
    .insertInto('request_figures')
    .values(rows)
    .onConflict(conflict =>
      conflict
        .columns(['app_id', 'step', 'at', 'release'])
        .doUpdateSet({ ...Object.fromEntries(added), in_flight: most }),
    )
    .execute()
}

async function writeTotals(
  trx: Transaction,
  totals: readonly RouteCounters[],
  startedAt: number,
): Promise<void> {
  const rows = totals.map(counters => ({
    app_id: counters.appId,
    release: counters.release,
    edge_started_at: startedAt,
    counters_json: JSON.stringify(counters),
  }))
  await trx
    .insertInto('request_totals')
    .values(rows)
    .onConflict(conflict =>
      conflict.columns(['app_id', 'release']).doUpdateSet(eb => ({
        edge_started_at: eb.ref('excluded.edge_started_at'),
        counters_json: eb.ref('excluded.counters_json'),
      })),
    )
    .execute()
}

async function noteLook(trx: Transaction, now: number): Promise<void> {
  await trx
    .insertInto('platform_settings')
    .values({ key: LOOKED_AT, value_json: String(now), updated_at: now })
    .onConflict(conflict => conflict.column('key').doUpdateSet({ value_json: String(now), updated_at: now }))
    .execute()
}

function chunksOf<Item>(items: readonly Item[]): Item[][] {
  return Array.from({ length: Math.ceil(items.length / ROWS_AT_ONCE) }, (_, index) =>
    items.slice(index * ROWS_AT_ONCE, (index + 1) * ROWS_AT_ONCE),
  )
}
