/** What apps may take of the machine, set without a deployment, and why instances ended. */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const limits: Migration = {
  name: '0012-limits',
  async up(db, kind) {
    const time = kind === 'sqlite' ? sql`integer` : sql`bigint`
    await sql`create table app_limits (
      app_id text not null primary key references apps (id) on delete cascade,
      resources_json text not null,
      updated_at ${time} not null
    )`.execute(db)
    await sql`alter table instances add column limits_json text`.execute(db)
    await sql`create table instance_ends (
      instance_id text not null primary key,
      app_id text not null references apps (id) on delete cascade,
      process text not null,
      reason text not null,
      at ${time} not null,
      end_json text not null,
      lines_json text not null
    )`.execute(db)
    await sql`create index instance_ends_app on instance_ends (app_id, at)`.execute(db)
  },
}
