/** For `every-route.test.ts`: what is in the database, to see that a refused request changed nothing. */
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { sql } from 'kysely'
import type { Store } from '../store/database.ts'

export type Snapshot = Record<string, Record<string, unknown>[]>

/** What every request may leave: the audit log, counters, and when something was last used. */
const TABLES_THAT_CHANGE = ['audit_entries', 'rate_limits', 'usage_days']
const COLUMNS_THAT_CHANGE: Record<string, string[]> = {
  api_tokens: ['last_used_at', 'last_used_from'],
  session: ['updatedAt'],
}
const KEYS_THAT_CHANGE = ['audit_head']

/** Takes snapshots over a connection of its own, which notices by itself when nothing was committed since the last. */
export class Snapshots {
  readonly #database: DatabaseSync
  readonly #tables: Array<{ name: string; select: StatementSync }>
  readonly #version: StatementSync
  #last: { version: unknown; snapshot: Snapshot } | undefined

  /** @param file of SQLite, with its schema */
  constructor(file: string) {
    this.#database = new DatabaseSync(file, { readOnly: true })
    this.#version = this.#database.prepare('pragma data_version')
    this.#tables = tablesOf(this.#database).map(name => ({
      name,
      select: this.#database.prepare(`select * from "${name}" order by 1, 2`),
    }))
  }

  /** What it answers must not be changed: it may answer the same again. */
  take(): Snapshot {
    const version = this.#version.get()!.data_version
    if (!this.#last || this.#last.version !== version) this.#last = { version, snapshot: this.#read() }
    return this.#last.snapshot
  }

  close(): void {
    this.#database.close()
  }

  #read(): Snapshot {
    return Object.fromEntries(this.#tables.map(({ name, select }) => [name, comparable(name, select.all())]))
  }
}

function tablesOf(database: DatabaseSync): string[] {
  const tables = database.prepare(
    "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name",
  )
  return tables
    .all()
    .map(row => row.name as string)
    .filter(name => !TABLES_THAT_CHANGE.includes(name))
}

function comparable(table: string, rows: Record<string, unknown>[]): Record<string, unknown>[] {
  for (const row of rows) for (const column of COLUMNS_THAT_CHANGE[table] ?? []) delete row[column]
  return rows.filter(row => !KEYS_THAT_CHANGE.includes(row.key as string))
}

/** Puts the tables that an allowed request changed back. */
export async function restoreSnapshot({ db }: Store, before: Snapshot, after: Snapshot): Promise<void> {
  if (before === after) return
  const changed = Object.keys(before).filter(
    name => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  )
  if (changed.length === 0) return
  await sql`pragma foreign_keys = off`.execute(db)
  for (const name of changed) {
    const kept = name === 'platform_settings' ? sql`where key not in (${sql.join(KEYS_THAT_CHANGE)})` : sql``
    await sql`delete from ${sql.table(name)} ${kept}`.execute(db)
    for (const row of before[name]!) await insert(db, name, row)
  }
  await sql`pragma foreign_keys = on`.execute(db)
}

async function insert(db: Store['db'], name: string, row: Record<string, unknown>): Promise<void> {
  // A session must have a time of its last use; it is not compared.
  const full = name === 'session' ? { ...row, updatedAt: new Date().toISOString() } : row
  const columns = sql.join(Object.keys(full).map(column => sql.ref(column)))
  await sql`insert into ${sql.table(name)} (${columns}) values (${sql.join(Object.values(full))})`.execute(db)
}
