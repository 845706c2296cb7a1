/** Exports of what the platform knows about a person, and receipts of deleted accounts. */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const people: Migration = {
  name: '0005-people',
  async up(db) {
    await sql`create table person_exports (
      id text not null primary key,
      user_id text not null references "user" ("id") on delete cascade,
      job_id text not null,
      requested_at bigint not null,
      ready_at bigint,
      expires_at bigint,
      receipt_json text
    )`.execute(db)
    await sql`create index person_exports_user on person_exports (user_id, requested_at)`.execute(db)
    await sql`create index person_exports_expiry on person_exports (expires_at)`.execute(db)
    // Names nobody: only who has the code finds the row.
    await sql`create table deletion_receipts (
      code_hash text not null primary key,
      job_id text not null,
      requested_by text not null,
      requested_at bigint not null,
      finished_at bigint,
      receipt_json text not null
    )`.execute(db)
  },
}
