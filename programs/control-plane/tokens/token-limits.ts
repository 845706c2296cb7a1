/** What a new token is limited to. A person limits it to what they have themselves; nothing else is found. */
import type { Actor } from '../access/actor.ts'
import { roleOn } from '../access/policy.ts'
import type { Apps } from '../apps/apps.ts'
import { appErrors } from '../apps/errors.ts'
import { httpErrors } from '../http/errors.ts'
import { appResource } from '../http/request-resource.ts'
import type { Store } from '../store/database.ts'
import type { AppRow, TeamRow } from '../store/schema.ts'
import { tokenErrors } from './errors.ts'

export interface TokenLimits {
  appIds: string[] | null
  teamId: string | null
}

/** Rejects with `app_not_found`, `team_not_found` or `app_outside_team`. */
export async function readLimits(
  { store, apps }: { store: Store; apps: Pick<Apps, 'getBySlug'> },
  actor: Actor,
  asked: { apps?: readonly string[] | undefined; team?: string | undefined },
): Promise<TokenLimits> {
  const team = asked.team === undefined ? undefined : await findTeam(store, actor, asked.team)
  const found: AppRow[] = []
  for (const slug of new Set(asked.apps)) found.push(await findApp(apps, actor, slug))
  const outside = team && found.find(app => app.team_id !== team.id)
  if (outside) throw tokenErrors.app_outside_team({ app: outside.slug, team: team.slug })
  return { appIds: asked.apps ? found.map(app => app.id) : null, teamId: team?.id ?? null }
}

async function findApp(apps: Pick<Apps, 'getBySlug'>, actor: Actor, slug: string): Promise<AppRow> {
  const app = await apps.getBySlug(slug)
  if (!app || roleOn(actor, appResource(app)) === undefined) throw appErrors.app_not_found({ app: slug })
  return app
}

async function findTeam({ db }: Store, actor: Actor, slug: string): Promise<TeamRow> {
  const team = await db.selectFrom('teams').selectAll().where('slug', '=', slug).executeTakeFirst()
  if (!team || roleOn(actor, { kind: 'team', teamId: team.id }) === undefined)
    throw httpErrors.team_not_found({ team: slug })
  return team
}
