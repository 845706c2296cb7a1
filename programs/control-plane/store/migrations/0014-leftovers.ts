/** Images that were pulled to build on, so that they can go again, and volumes in the trash. */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const leftovers: Migration = {
  name: '0014-leftovers',
  async up(db, kind) {
    const number = kind === 'sqlite' ? sql`integer` : sql`bigint`
    await sql`create table pulled_images (
      image_id text not null,
      name text not null,
      pulled_at ${number} not null,
      primary key (image_id, name)
    )`.execute(db)
    await sql`create table trashed_volumes (
      id text not null primary key,
      app_id text not null references apps (id) on delete cascade,
      name text not null,
      cause text not null,
      size_bytes ${number} not null,
      deleted_at ${number} not null,
      purge_at ${number} not null
    )`.execute(db)
    await sql`create index trashed_volumes_app on trashed_volumes (app_id, name)`.execute(db)
  },
}
