import { countersStore } from './counter-limiter.ts'
import { mergedCounters } from './merged-counters.ts'
import type { CountChange, CountedWindow, Counters, RateLimitStore } from './rate-limit-store.ts'

export interface SqlStoreOptions {
  /** Runs one statement outside any transaction, and resolves with its rows. */
  query(sql: string, values: readonly (string | number)[]): Promise<readonly unknown[]>
  dialect: 'sqlite' | 'postgres'
  /** `create table rate_limits (key text primary key, points bigint not null, expires_at bigint)`, or another name. */
  table?: string
}

/** Counts in a table of SQLite or PostgreSQL: shared by all processes that use it, and kept over restarts. */
export function sqlStore(options: SqlStoreOptions): RateLimitStore {
  return countersStore(mergedCounters(new SqlCounters(options)), { isLocal: false })
}

/** How often windows that are over are cleared away, by whoever adds next. */
const SWEEP_EVERY_MS = 60_000

class SqlCounters implements Counters {
  readonly #query: SqlStoreOptions['query']
  readonly #statements: Statements
  #sweptAt = 0

  constructor({ query, dialect, table = 'rate_limits' }: SqlStoreOptions) {
    this.#query = query
    this.#statements = statementsFor(table, dialect)
  }

  async add({ key, points, windowMs, restart }: CountChange): Promise<CountedWindow> {
    const now = Date.now()
    const endedBefore = restart ? Number.MAX_SAFE_INTEGER : now
    const [row] = await this.#query(this.#statements.add, [key, points, now + windowMs, endedBefore])
    await this.#sweep(now)
    return windowOf(row as Row)
  }

  async read(key: string): Promise<CountedWindow | undefined> {
    const [row] = await this.#query(this.#statements.read, [key, Date.now()])
    return row === undefined ? undefined : windowOf(row as Row)
  }

  async remove(key: string): Promise<boolean> {
    return (await this.#query(this.#statements.remove, [key])).length > 0
  }

  async #sweep(now: number): Promise<void> {
    if (now - this.#sweptAt < SWEEP_EVERY_MS) return
    this.#sweptAt = now
    await this.#query(this.#statements.sweep, [now])
  }
}

interface Row {
  points: number | string
  expires_at: number | string
}

/** Drivers give a bigint as a number or as text. */
function windowOf({ points, expires_at }: Row): CountedWindow {
  return { points: Number(points), endsAt: Number(expires_at) }
}

interface Statements {
  add: string
  read: string
  remove: string
  sweep: string
}

function statementsFor(table: string, dialect: SqlStoreOptions['dialect']): Statements {
  if (!/^\w+$/.test(table)) throw new TypeError(`"${table}" is no name of a table.`)
  const value = (place: number) => (dialect === 'postgres' ? `$${place}` : `?${place}`)
  const isOver = `kept.expires_at <= ${value(4)}`
  return {
    // One statement, so that the database itself puts those who add at once into an order.
    add: `insert into ${table} as kept (key, points, expires_at) values (${value(1)}, ${value(2)}, ${value(3)})
      on conflict (key) do update set
        points = case when ${isOver} then excluded.points else kept.points + excluded.points end,
        expires_at = case when ${isOver} then excluded.expires_at else kept.expires_at end
      returning points, expires_at`,
    read: `select points, expires_at from ${table} where key = ${value(1)} and expires_at > ${value(2)}`,
    remove: `delete from ${table} where key = ${value(1)} returning key`,
    sweep: `delete from ${table} where expires_at <= ${value(1)}`,
  }
}
