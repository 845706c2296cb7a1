/** Sign-ins for registries of images, by team. */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const registries: Migration = {
  name: '0010-registries',
  async up(db, kind) {
    const time = kind === 'sqlite' ? sql`integer` : sql`bigint`
    await sql`create table registries (
      id text not null primary key,
      team_id text not null references teams (id) on delete cascade,
      host text not null,
      document_json text not null,
      updated_at ${time} not null
    )`.execute(db)
    await sql`create unique index registries_host on registries (team_id, host)`.execute(db)
  },
}
