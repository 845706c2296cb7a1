/** Which team a new app belongs to when its maker does not say. Pure but for the look-up of a named team. */
import type { Actor } from '../access/actor.ts'
import { can } from '../access/policy.ts'
import { httpErrors } from '../http/errors.ts'
import type { Store } from '../store/database.ts'
import { DEFAULT_TEAM } from '../store/migrations/0002-accounts.ts'

/** Rejects with `team_not_found` (also for a team that the actor is not in) or `team_needed`. Returns a team id. */
export async function teamOfNewApp(store: Store, actor: Actor, slug: string | undefined): Promise<string> {
  if (slug === undefined) return theOnlyTeam(actor)
  const team = await store.db.selectFrom('teams').select('id').where('slug', '=', slug).executeTakeFirst()
  if (!team) throw httpErrors.team_not_found({ team: slug })
  return team.id
}

function theOnlyTeam(actor: Actor): string {
  if (actor.kind !== 'user' && actor.kind !== 'token') return DEFAULT_TEAM.id
  if (actor.kind === 'token' && actor.teamId !== null) return actor.teamId
  const candidates = [...actor.access.teams.keys()].filter(teamId =>
    can(actor, 'app:create', { kind: 'team', teamId }),
  )
  if (candidates.length === 1) return candidates[0]!
  if (candidates.includes(DEFAULT_TEAM.id)) return DEFAULT_TEAM.id
  if (candidates.length === 0) return [...actor.access.teams.keys()][0] ?? DEFAULT_TEAM.id
  throw httpErrors.team_needed()
}
