/** Deployments that wait until somebody lets them start. */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const approvals: Migration = {
  name: '0016-approvals',
  async up(db, kind) {
    const time = kind === 'sqlite' ? sql`integer` : sql`bigint`
    await sql`create table app_approvals (
      app_id text not null primary key references apps (id) on delete cascade,
      required integer not null,
      role text not null,
      own_allowed integer not null,
      deadline_hours integer not null,
      updated_at ${time} not null
    )`.execute(db)
    await sql`create table deployment_approvals (
      id text not null primary key references deployments (id) on delete cascade,
      state text not null,
      role text not null,
      own_allowed integer not null,
      by_json text,
      requested_at ${time} not null,
      deadline_at ${time} not null,
      decided_at ${time},
      decided_by text,
      reason text
    )`.execute(db)
  },
}
