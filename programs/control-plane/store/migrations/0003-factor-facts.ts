/** What better-auth's tables of second factors, sessions and device codes do not hold, and we need. */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const factorFacts: Migration = {
  name: '0003-factor-facts',
  async up(db) {
    // The newest 30-second step whose code was taken: that code, and older ones, are worth nothing any more.
    await sql`alter table "twoFactor" add column "lastStep" bigint`.execute(db)
    await sql`create unique index "twoFactor_one_each" on "twoFactor" ("userId")`.execute(db)
    // When its person last proved who they are; without it that was when the session began. Milliseconds since 1970.
    await sql`alter table "session" add column "confirmedAt" bigint`.execute(db)
    // `cli`: the session is used by short tokens, never by its own.
    await sql`alter table "session" add column "client" text`.execute(db)
    // Who asks to be signed in, shown to the person who is to approve it.
    await sql`alter table "deviceCode" add column "address" text`.execute(db)
    await sql`alter table "deviceCode" add column "userAgent" text`.execute(db)
    await sql`create unique index "deviceCode_device" on "deviceCode" ("deviceCode")`.execute(db)
    await sql`create unique index "deviceCode_user" on "deviceCode" ("userCode")`.execute(db)
  },
}
