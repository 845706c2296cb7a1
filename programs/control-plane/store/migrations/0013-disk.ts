/** How full the disk was over time, and of what. */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const disk: Migration = {
  name: '0013-disk',
  async up(db, kind) {
    const number = kind === 'sqlite' ? sql`integer` : sql`bigint`
    await sql`create table disk_samples (
      id text not null primary key,
      at ${number} not null,
      total_bytes ${number} not null,
      free_bytes ${number} not null,
      level ${number} not null,
      entries_json text not null,
      reclaim_json text not null
    )`.execute(db)
    await sql`create index disk_samples_at on disk_samples (at)`.execute(db)
  },
}
