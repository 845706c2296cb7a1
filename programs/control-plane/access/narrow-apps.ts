import { type RawBuilder, sql } from 'kysely'
import type { VisibleApps } from './visible-apps.ts'

/**
 * A condition on a row of `apps`, or on an app id elsewhere: true for the apps that may be shown.
 * @param id the column with the app's id, such as `apps.id`
 */
export function mayShowApp(visible: VisibleApps, id: string): RawBuilder<boolean> {
  if (visible === 'all') return sql<boolean>`1 = 1`
  const { teamIds, appIds, onlyAppIds } = visible
  const column = sql.ref(id)
  const ofTeams = sql`${column} in (select own.id from apps as own where own.team_id in (${list(teamIds)}))`
  const granted = sql`${column} in (${list(appIds)})`
  const limit = onlyAppIds === null ? sql`1 = 1` : sql`${column} in (${list(onlyAppIds)})`
  return sql<boolean>`((${ofTeams} or ${granted}) and ${limit})`
}

/** Neither database takes an empty list after `in`. */
function list(ids: readonly string[]) {
  return ids.length === 0 ? sql`null` : sql.join(ids)
}
