import { sql } from 'kysely'
import type { DatabaseKind } from '../database.ts'
import type { MigrationDatabase } from '../migrate.ts'

/** Rows are only ever added: the database itself refuses to change or delete one. */
export async function createAuditEntries(db: MigrationDatabase, kind: DatabaseKind): Promise<void> {
  await sql`create table audit_entries (
    sequence bigint not null primary key,
    id text not null unique,
    at bigint not null,
    actor_kind text not null,
    actor_id text,
    token_id text,
    action text not null,
    target_kind text,
    target_id text,
    target_name text,
    team_id text,
    app_id text,
    address text,
    user_agent text,
    request_id text,
    outcome text not null,
    before_json text,
    after_json text,
    previous_hash text not null,
    hash text not null
  )`.execute(db)
  await sql`create index audit_entries_actor on audit_entries (actor_id, sequence)`.execute(db)
  await sql`create index audit_entries_app on audit_entries (app_id, sequence)`.execute(db)
  await sql`create index audit_entries_team on audit_entries (team_id, sequence)`.execute(db)
  await sql`create index audit_entries_action on audit_entries (action, sequence)`.execute(db)
  await sql`create index audit_entries_at on audit_entries (at)`.execute(db)
  await (kind === 'sqlite' ? refuseOnSqlite(db) : refuseOnPostgres(db))
}

async function refuseOnSqlite(db: MigrationDatabase): Promise<void> {
  for (const change of ['update', 'delete']) {
    await sql`create trigger ${sql.raw(`audit_entries_no_${change}`)}
      before ${sql.raw(change)} on audit_entries
      begin select raise(abort, 'audit entries are never changed'); end`.execute(db)
  }
  // `insert or replace` deletes without asking the trigger above (sqlite.org/lang_conflict.html).
  await sql`create trigger audit_entries_no_replace before insert on audit_entries
    when exists (select 1 from audit_entries where sequence = new.sequence or id = new.id)
    begin select raise(abort, 'audit entries are never changed'); end`.execute(db)
}

async function refuseOnPostgres(db: MigrationDatabase): Promise<void> {
  await sql`create function refuse_audit_change() returns trigger language plpgsql as $$
    begin raise exception 'audit entries are never changed'; end $$`.execute(db)
  await sql`create trigger audit_entries_no_change before update or delete or truncate on audit_entries
    for each statement execute function refuse_audit_change()`.execute(db)
}
