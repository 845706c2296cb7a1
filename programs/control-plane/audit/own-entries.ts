import type { Expression, ExpressionBuilder, SqlBool } from 'kysely'
import type { Database } from '../store/schema.ts'

/**
 * What a person did, as far as they may know of it. A refusal is noted for those whom it concerns: where they have no
 * role, it would tell the person that what they guessed at does exist, and whose it is.
 */
export function isOwnEntry(
  eb: ExpressionBuilder<Database, 'audit_entries'>,
  userId: string,
): Expression<SqlBool> {
  const teams = eb.selectFrom('team_members').select('team_members.team_id').where('user_id', '=', userId)
  const apps = eb.selectFrom('app_grants').select('app_grants.app_id').where('user_id', '=', userId)
  return eb.and([
    eb('actor_id', '=', userId),
    eb.or([
      eb('outcome', '=', 'done'),
      eb('audit_entries.team_id', 'in', teams),
      eb('audit_entries.app_id', 'in', apps),
      eb.and([eb('audit_entries.team_id', 'is', null), eb('audit_entries.app_id', 'is', null)]),
    ]),
  ])
}
