/** From here on sessions and links are kept by the hash of their token: those that were kept as they are go. */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const hashedSessions: Migration = {
  name: '0004-hashed-sessions',
  async up(db) {
    await sql`delete from "session"`.execute(db)
    await sql`delete from "verification"`.execute(db)
    // The sweep looks for sessions that were not used for long.
    await sql`create index "session_updatedAt_idx" on "session" ("updatedAt")`.execute(db)
    await sql`create index "verification_expiresAt_idx" on "verification" ("expiresAt")`.execute(db)
  },
}
