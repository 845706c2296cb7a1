/** Every table of the first release. */
import { type CreateTableBuilder, sql } from 'kysely'
import type { DatabaseKind } from '../database.ts'
import type { Migration, MigrationDatabase } from '../migrate.ts'
import { createSignInTables } from './sign-in-tables.ts'

export const initial: Migration = {
  name: '0001-initial',
  async up(db, kind) {
    await createAppTables(db)
    await createPushTables(db)
    await createRunTables(db)
    await createJobs(db, kind)
    await createPlatformTables(db)
    await createSignInTables(db, kind)
  },
}

async function createAppTables(db: MigrationDatabase): Promise<void> {
  await table(db, 'apps')
    .addColumn('slug', 'text', required)
    .addColumn('name', 'text', required)
    .addColumn('state', 'text', required)
    .addColumn('scale_json', 'text', required)
    .addColumn('sleep_after_minutes', 'integer')
    .addColumn('current_release_id', 'text')
    .addColumn('origin_json', 'text')
    .addColumn('user_number', 'integer', required)
    .addColumn('last_request_at', 'bigint')
    .addColumn('created_at', 'bigint', required)
    .addColumn('updated_at', 'bigint', required)
    .addColumn('deleted_at', 'bigint')
    .addColumn('purge_at', 'bigint')
    .execute()
  // A slug in the trash is free for a new app.
  await sql`create unique index apps_live_slug on apps (slug) where deleted_at is null`.execute(db)
  await sql`create index apps_live_created on apps (created_at, id) where deleted_at is null`.execute(db)
  await sql`create index apps_live_name on apps (name, id) where deleted_at is null`.execute(db)
  await sql`create index apps_live_request on apps (last_request_at, id) where deleted_at is null`.execute(db)
  await sql`create index apps_trash on apps (purge_at) where deleted_at is not null`.execute(db)
  await index(db, 'apps_user_number', 'apps', ['user_number'], 'unique')

  await ownedTable(db, 'env_versions')
    .addColumn('version', 'integer', required)
    .addColumn('document_json', 'text', required)
    .addColumn('author', 'text', required)
    .addColumn('created_at', 'bigint', required)
    .execute()
  await index(db, 'env_versions_number', 'env_versions', ['app_id', 'version'], 'unique')
}

async function createPushTables(db: MigrationDatabase): Promise<void> {
  await ownedTable(db, 'sources')
    .addColumn('digest', 'text', required)
    .addColumn('kind', 'text', required)
    .addColumn('origin_json', 'text', required)
    .addColumn('size_bytes', 'bigint', required)
    .addColumn('entries', 'integer', required)
    .addColumn('created_at', 'bigint', required)
    .execute()
  await index(db, 'sources_of_app', 'sources', ['app_id', 'created_at', 'id'])
  await index(db, 'sources_digest', 'sources', ['digest'])

  await ownedTable(db, 'builds')
    .addColumn('number', 'integer', required)
    .addColumn('source_id', 'text', required)
    .addColumn('state', 'text', required)
    .addColumn('artifact_digest', 'text')
    .addColumn('result_json', 'text')
    .addColumn('steps_json', 'text', required)
    .addColumn('error_code', 'text')
    .addColumn('error_message', 'text')
    .addColumn('created_at', 'bigint', required)
    .addColumn('started_at', 'bigint')
    .addColumn('finished_at', 'bigint')
    .execute()
  await index(db, 'builds_number', 'builds', ['app_id', 'number'], 'unique')
  await index(db, 'builds_source', 'builds', ['source_id'])
  await sql`create index builds_unfinished on builds (created_at) where state in ('queued', 'running')`.execute(
    db,
  )

  await db.schema
    .createTable('artifacts')
    .addColumn('digest', 'text', column => column.primaryKey().notNull())
    .addColumn('kind', 'text', required)
    .addColumn('size_bytes', 'bigint', required)
    .addColumn('created_at', 'bigint', required)
    .execute()
}

async function createRunTables(db: MigrationDatabase): Promise<void> {
  await ownedTable(db, 'releases')
    .addColumn('version', 'integer', required)
    .addColumn('artifact_digest', 'text', required)
    .addColumn('build_id', 'text', required)
    .addColumn('env_version', 'integer', required)
    .addColumn('settings_json', 'text', required)
    .addColumn('reason', 'text', required)
    .addColumn('rollback_of', 'integer')
    .addColumn('created_by', 'text', required)
    .addColumn('created_at', 'bigint', required)
    .execute()
  await index(db, 'releases_version', 'releases', ['app_id', 'version'], 'unique')
  await index(db, 'releases_artifact', 'releases', ['artifact_digest'])
  await index(db, 'releases_build', 'releases', ['build_id'])

  await ownedTable(db, 'deployments')
    .addColumn('number', 'integer', required)
    .addColumn('state', 'text', required)
    .addColumn('reason', 'text', required)
    .addColumn('build_id', 'text')
    .addColumn('release_id', 'text')
    .addColumn('previous_release_id', 'text')
    .addColumn('job_id', 'text')
    .addColumn('scheduled_at', 'bigint')
    .addColumn('error_code', 'text')
    .addColumn('error_message', 'text')
    .addColumn('receipt_json', 'text')
    .addColumn('created_by', 'text', required)
    .addColumn('created_at', 'bigint', required)
    .addColumn('started_at', 'bigint')
    .addColumn('switched_at', 'bigint')
    .addColumn('finished_at', 'bigint')
    .execute()
  await index(db, 'deployments_number', 'deployments', ['app_id', 'number'], 'unique')
  await index(db, 'deployments_release', 'deployments', ['release_id'])
  await index(db, 'deployments_build', 'deployments', ['build_id'])
  await index(db, 'deployments_job', 'deployments', ['job_id'])
  await sql`create index deployments_unfinished on deployments (created_at)
    where state not in ('succeeded', 'failed', 'cancelled')`.execute(db)

  await ownedTable(db, 'instances')
    .addColumn('release_id', 'text', required)
    .addColumn('deployment_id', 'text')
    .addColumn('process', 'text', required)
    .addColumn('state', 'text', required)
    .addColumn('runtime', 'text', required)
    .addColumn('handle_json', 'text', required)
    .addColumn('port', 'integer')
    .addColumn('created_at', 'bigint', required)
    .addColumn('healthy_at', 'bigint')
    .addColumn('stopped_at', 'bigint')
    .addColumn('exit_json', 'text')
    .execute()
  await index(db, 'instances_of_app', 'instances', ['app_id', 'created_at', 'id'])
  await index(db, 'instances_of_deployment', 'instances', ['deployment_id'])
  await index(db, 'instances_of_release', 'instances', ['release_id'])
  await sql`create index instances_live on instances (created_at)
    where state in ('starting', 'healthy', 'unhealthy', 'draining')`.execute(db)
}

async function createJobs(db: MigrationDatabase, kind: DatabaseKind): Promise<void> {
  const sequence =
    kind === 'sqlite' ? sql`sequence integer primary key autoincrement` : sql`sequence bigserial primary key`
  await sql`create table jobs (
    ${sequence},
    id text not null unique,
    kind text not null,
    queue_key text,
    dedupe_key text,
    state text not null,
    payload_json text not null,
    steps_json text not null,
    attempts integer not null,
    failures integer not null,
    losses integer not null,
    max_attempts integer not null,
    run_at bigint not null,
    deadline_ms bigint not null,
    lease_owner text,
    lease_until bigint,
    cancel_requested integer not null,
    error_json text,
    correlation_id text,
    created_at bigint not null,
    started_at bigint,
    finished_at bigint
  )`.execute(db)
  await sql`create index jobs_queued on jobs (sequence) where state = 'queued'`.execute(db)
  await sql`create index jobs_running on jobs (sequence) where state = 'running'`.execute(db)
  await sql`create index jobs_of_queue on jobs (queue_key, sequence) where state in ('queued', 'running')`.execute(
    db,
  )
  // The database itself holds that a queue runs one job at a time, whatever the workers do.
  await sql`create unique index jobs_one_running_per_queue on jobs (queue_key) where state = 'running'`.execute(
    db,
  )
  await sql`create unique index jobs_one_per_dedupe_key on jobs (dedupe_key)
    where state in ('queued', 'running')`.execute(db)
  await index(db, 'jobs_kind', 'jobs', ['kind', 'sequence'])
  await sql`create index jobs_finished on jobs (finished_at) where finished_at is not null`.execute(db)
}

async function createPlatformTables(db: MigrationDatabase): Promise<void> {
  // Without a reference to `apps`: what happened stays true after the app is gone.
  await table(db, 'events')
    .addColumn('app_id', 'text')
    .addColumn('type', 'text', required)
    .addColumn('data_json', 'text', required)
    .addColumn('created_at', 'bigint', required)
    .execute()
  await index(db, 'events_time', 'events', ['created_at', 'id'])
  await index(db, 'events_of_app', 'events', ['app_id', 'created_at', 'id'])
  await index(db, 'events_of_type', 'events', ['type', 'created_at', 'id'])

  await db.schema
    .createTable('platform_settings')
    .addColumn('key', 'text', column => column.primaryKey().notNull())
    .addColumn('value_json', 'text', required)
    .addColumn('updated_at', 'bigint', required)
    .execute()
}

function table(db: MigrationDatabase, name: string): CreateTableBuilder<string, 'id'> {
  return db.schema.createTable(name).addColumn('id', 'text', column => column.primaryKey().notNull())
}

/** A table whose rows go when their app is purged. */
function ownedTable(db: MigrationDatabase, name: string): CreateTableBuilder<string, 'id' | 'app_id'> {
  return table(db, name).addColumn('app_id', 'text', column =>
    column.notNull().references('apps.id').onDelete('cascade'),
  )
}

async function index(
  db: MigrationDatabase,
  name: string,
  on: string,
  columns: string[],
  unique?: 'unique',
): Promise<void> {
  const builder = db.schema.createIndex(name).on(on).columns(columns)
  await (unique ? builder.unique() : builder).execute()
}

function required<Column extends { notNull(): Column }>(column: Column): Column {
  return column.notNull()
}
