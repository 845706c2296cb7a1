import type { Logger } from '@seaworthy/kit'
import { type Kysely, sql } from 'kysely'
import type { DatabaseKind } from './database.ts'
import { DatabaseTooNew, MigrationFailed } from './errors.ts'
import { migrations as allMigrations } from './migrations/index.ts'
import type { Database } from './schema.ts'

/** A numbered step of the schema. Never changed once released: a mistake is mended by the next one. */
export interface Migration {
  /** `0001-initial`: its order and its name in the database. */
  name: string
  up(db: MigrationDatabase, kind: DatabaseKind): Promise<void>
}

// A migration sees the schema of its own time, not the one that `schema.ts` describes today.
// biome-ignore lint/suspicious/noExplicitAny: as above
export type MigrationDatabase = Kysely<any>

export interface MigrateOptions {
  db: Kysely<Database>
  kind: DatabaseKind
  log: Logger
  migrations?: readonly Migration[]
}

/**
 * Brings the schema up to date: all missing migrations in one transaction, one process at a time.
 * Rejects with `MigrationFailed`, having changed nothing, or `DatabaseTooNew`.
 */
export async function migrateToLatest({
  db,
  kind,
  log,
  migrations = allMigrations,
}: MigrateOptions): Promise<void> {
  const applied = await db.transaction().execute(async trx => {
    await lockMigrations(trx, kind)
    const done = await readApplied(trx)
    refuseUnknown(done, migrations)
    const missing = migrations.filter(({ name }) => !done.includes(name))
    for (const migration of missing) await apply(trx, kind, migration)
    return missing.map(({ name }) => name)
  })
  if (applied.length > 0)
    log.info({ migrations: applied, database: kind }, 'database schema brought up to date')
}

/** Any constant that no other user of the database is likely to choose. */
const MIGRATION_LOCK = 7_325_001

/** SQLite's `begin immediate` has let only us in. */
async function lockMigrations(trx: MigrationDatabase, kind: DatabaseKind): Promise<void> {
  if (kind === 'postgres') await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)})`.execute(trx)
}

async function readApplied(trx: MigrationDatabase): Promise<string[]> {
  await trx.schema
    .createTable('schema_migrations')
    .ifNotExists()
    .addColumn('name', 'text', column => column.primaryKey())
    .addColumn('applied_at', 'bigint', column => column.notNull())
    .execute()
  const rows = await trx.selectFrom('schema_migrations').select('name').orderBy('name').execute()
  return rows.map(row => row.name as string)
}

function refuseUnknown(done: readonly string[], migrations: readonly Migration[]): void {
  const known = new Set(migrations.map(({ name }) => name))
  const unknown = done.filter(name => !known.has(name))
  if (unknown.length > 0) throw new DatabaseTooNew(unknown)
}

async function apply(trx: MigrationDatabase, kind: DatabaseKind, migration: Migration): Promise<void> {
  try {
    await migration.up(trx, kind)
    await trx
      .insertInto('schema_migrations')
      .values({ name: migration.name, applied_at: Date.now() })
      .execute()
  } catch (error) {
    throw new MigrationFailed(migration.name, error)
  }
}
