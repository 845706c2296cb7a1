import type { Queryable } from '../store/database.ts'
import type { AppRow } from '../store/schema.ts'

/** The ids of all who may have a role on an app: administrators of the platform, members of its team, and by a grant. */
export function peopleOnApp(db: Queryable, { id, team_id }: Pick<AppRow, 'id' | 'team_id'>) {
  const members = db.selectFrom('team_members').select('user_id').where('team_id', '=', team_id)
  const granted = db.selectFrom('app_grants').select('user_id').where('app_id', '=', id)
  return db
    .selectFrom('user')
    .select('id')
    .where(eb => eb.or([eb('platformRole', '=', 'admin'), eb('id', 'in', members), eb('id', 'in', granted)]))
}
