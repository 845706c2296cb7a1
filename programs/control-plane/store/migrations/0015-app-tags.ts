/** Words that apps are sorted by. */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const appTags: Migration = {
  name: '0015-app-tags',
  async up(db) {
    await sql`alter table apps add column tags_json text not null default '[]'`.execute(db)
  },
}
