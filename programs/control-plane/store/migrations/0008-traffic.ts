/** How the edge treats an app's requests beside what its releases say, and deployments that get a share of them. */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const traffic: Migration = {
  name: '0008-traffic',
  async up(db, kind) {
    const time = kind === 'sqlite' ? sql`integer` : sql`bigint`
    await sql`create table app_traffic (
      app_id text not null primary key references apps (id) on delete cascade,
      version integer not null,
      settings_json text not null,
      maintenance_json text,
      updated_at ${time} not null
    )`.execute(db)
    await sql`alter table deployments add column canary_json text`.execute(db)
    await sql`create index deployments_canary on deployments (app_id) where state = 'canary'`.execute(db)
  },
}
