/** For `every-route.test.ts`: what is in the database, to see that a refused request changed nothing. */
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

/** SQLite only. */
export async function takeSnapshot({ db }: Store): Promise<Snapshot> {
  const { rows: tables } = await sql<{ name: string }>`
    select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name`.execute(
    db,
  )
  const snapshot: Snapshot = {}
  for (const { name } of tables) {
    if (TABLES_THAT_CHANGE.includes(name)) continue
    const { rows } = await sql<
      Record<string, unknown>
    >`select * from ${sql.table(name)} order by 1, 2`.execute(db)
    snapshot[name] = rows.filter(row => !KEYS_THAT_CHANGE.includes(row.key as string))
    for (const row of snapshot[name]) for (const column of COLUMNS_THAT_CHANGE[name] ?? []) delete row[column]
  }
  return snapshot
}

/** Puts the tables that an allowed request changed back. */
export async function restoreSnapshot({ db }: Store, before: Snapshot, after: Snapshot): Promise<void> {
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
