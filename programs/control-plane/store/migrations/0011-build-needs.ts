/** What builds took, so that the next ones can be planned, and why those that wait do not run yet. */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const buildNeeds: Migration = {
  name: '0011-build-needs',
  async up(db, kind) {
    const bytes = kind === 'sqlite' ? sql`integer` : sql`bigint`
    await sql`alter table builds add column waiting_for text`.execute(db)
    await sql`alter table builds add column peak_memory_bytes ${bytes}`.execute(db)
  },
}
