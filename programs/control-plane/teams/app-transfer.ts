import type { Store, Transaction } from '../store/database.ts'
import type { AppRow, TeamRow } from '../store/schema.ts'
import { teamErrors } from './errors.ts'
import { lockTeam } from './teams.ts'

export interface AppTransfer {
  app: AppRow
  to: TeamRow
  now: number
  /** Runs the change in a transaction, and may refuse what it would make. */
  change?: (work: (trx: Transaction) => Promise<AppRow>) => Promise<AppRow>
}

/**
 * Hands an app to another team, with everything that belongs to it. What runs goes on as it is; the shared variables
 * of the new team come with the next release. Roles granted on the app alone stay, but those of people who are members
 * of the new team. Rejects with `same_team` or `app_moved`.
 */
export async function transferApp(
  store: Store,
  { app, to, now, change = work => store.transaction(work) }: AppTransfer,
): Promise<AppRow> {
  if (app.team_id === to.id) throw teamErrors.same_team({ app: app.slug, team: to.slug })
  return change(async trx => {
    // In one order for all, so that two transfers in opposite directions do not wait for each other.
    for (const teamId of [app.team_id, to.id].sort()) await lockTeam(store, trx, teamId)
    const members = trx.selectFrom('team_members').select('user_id').where('team_id', '=', to.id)
    await trx.deleteFrom('app_grants').where('app_id', '=', app.id).where('user_id', 'in', members).execute()
    const moved = await trx
      .updateTable('apps')
      .set({ team_id: to.id, updated_at: now })
      .where('id', '=', app.id)
      .where('team_id', '=', app.team_id)
      .where('deleted_at', 'is', null)
      .returningAll()
      .executeTakeFirst()
    if (!moved) throw teamErrors.app_moved({ app: app.slug })
    return moved
  })
}
