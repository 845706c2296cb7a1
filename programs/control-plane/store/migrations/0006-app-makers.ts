/** Who made an app, so that a quota of a person can count what is theirs. Nobody knows it of older apps. */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const appMakers: Migration = {
  name: '0006-app-makers',
  async up(db) {
    await sql`alter table apps add column made_by text`.execute(db)
    await sql`create index apps_made_by on apps (made_by)`.execute(db)
  },
}
