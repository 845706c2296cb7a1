/** What the edge saw: figures by minute, hour and day, visits, and what an app lets be kept. */
import { type CreateTableBuilder, sql } from 'kysely'
import type { Migration, MigrationDatabase } from '../migrate.ts'

/** Upper bounds of the latency histogram in milliseconds, as they were when the table was made. */
const BUCKETS = [
  1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 75, 100, 150, 200, 300, 500, 750, 1000, 1500, 2000, 3000, 5000, 10_000,
  30_000,
]

export const sight: Migration = {
  name: '0009-sight',
  async up(db) {
    await createRequestFigures(db)
    await createResourceFigures(db)
    await createVisits(db)
    await ofApp(db, 'observations')
      .addColumn('document_json', 'text', required)
      .addColumn('updated_at', 'bigint', required)
      .addPrimaryKeyConstraint('observations_key', ['app_id'])
      .execute()
  },
}

async function createRequestFigures(db: MigrationDatabase): Promise<void> {
  let table = ofApp(db, 'request_figures')
    .addColumn('step', 'integer', required)
    .addColumn('at', 'bigint', required)
    .addColumn('release', 'text', required)
  for (const name of ['requests', 'r2xx', 'r3xx', 'r4xx', 'r5xx', 'failures', 'edge_failures', 'cache_hits'])
    table = table.addColumn(name, 'bigint', required)
  for (const name of ['bytes_in', 'bytes_out', 'in_flight']) table = table.addColumn(name, 'bigint', required)
  for (const bound of [...BUCKETS, 'more']) table = table.addColumn(`ms_${bound}`, 'bigint', required)
  await table.addPrimaryKeyConstraint('request_figures_key', ['app_id', 'step', 'at', 'release']).execute()
  // For the list of all apps, and for forgetting what is old.
  await sql`create index request_figures_time on request_figures (step, at)`.execute(db)

  await ofApp(db, 'request_totals')
    .addColumn('release', 'text', required)
    .addColumn('edge_started_at', 'bigint', required)
    .addColumn('counters_json', 'text', required)
    .addPrimaryKeyConstraint('request_totals_key', ['app_id', 'release'])
    .execute()
}

async function createResourceFigures(db: MigrationDatabase): Promise<void> {
  await ofApp(db, 'resource_figures')
    .addColumn('step', 'integer', required)
    .addColumn('at', 'bigint', required)
    .addColumn('process', 'text', required)
    .addColumn('instance_id', 'text', required)
    .addColumn('memory_bytes', 'bigint', required)
    .addColumn('memory_limit_bytes', 'bigint')
    .addColumn('cpu_ms', 'bigint', required)
    .addPrimaryKeyConstraint('resource_figures_key', ['app_id', 'step', 'at', 'process', 'instance_id'])
    .execute()
  await sql`create index resource_figures_time on resource_figures (step, at)`.execute(db)
}

async function createVisits(db: MigrationDatabase): Promise<void> {
  let sums = ofApp(db, 'visit_figures')
    .addColumn('step', 'integer', required)
    .addColumn('at', 'bigint', required)
  for (const name of ['views', 'visits', 'bots', 'unfollowed'])
    sums = sums.addColumn(name, 'bigint', required)
  await sums.addPrimaryKeyConstraint('visit_figures_key', ['app_id', 'step', 'at']).execute()
  await sql`create index visit_figures_time on visit_figures (step, at)`.execute(db)

  await ofApp(db, 'visit_names')
    .addColumn('at', 'bigint', required)
    .addColumn('kind', 'text', required)
    .addColumn('name', 'text', required)
    .addColumn('views', 'bigint', required)
    .addPrimaryKeyConstraint('visit_names_key', ['app_id', 'at', 'kind', 'name'])
    .execute()
  await sql`create index visit_names_time on visit_names (at)`.execute(db)
}

/** A table whose rows go when their app is purged. */
function ofApp(db: MigrationDatabase, name: string): CreateTableBuilder<string, string> {
  return db.schema
    .createTable(name)
    .addColumn('app_id', 'text', column => column.notNull().references('apps.id').onDelete('cascade'))
}

function required<Column extends { notNull(): Column }>(column: Column): Column {
  return column.notNull()
}
