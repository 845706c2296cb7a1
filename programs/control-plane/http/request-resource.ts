/** What a request is about, from its path: the policy is asked about it before any handler runs. */
import type { FastifyRequest } from 'fastify'
import { NOTHING, type Resource } from '../access/policy.ts'
import type { Apps } from '../apps/apps.ts'
import { appErrors } from '../apps/errors.ts'
import type { Store } from '../store/database.ts'
import type { AppRow, TeamRow } from '../store/schema.ts'
import { httpErrors } from './errors.ts'
import { isKept } from './kept-text.ts'

export interface RequestResource {
  resource: Resource
  app?: AppRow
  team?: TeamRow
  /** What to answer when it does not exist, and when the actor must not learn that it does. */
  notFound: () => Error
}

export type FindResource = (request: FastifyRequest) => Promise<RequestResource>

/** `{slug}` in a path names an app, `{team}` a team. */
export function createFindResource({
  apps,
  store,
}: {
  apps: Pick<Apps, 'getBySlug'>
  store: Store
}): FindResource {
  return async request => {
    const { slug, team } = (request.params ?? {}) as { slug?: string; team?: string }
    // The guard asks before the path is checked: what no row can have as its slug is looked up nowhere.
    if (slug !== undefined) return ofApp(slug, isKept(slug) ? await apps.getBySlug(slug) : undefined)
    if (team !== undefined) return ofTeam(team, isKept(team) ? await getTeam(store, team) : undefined)
    return { resource: NOTHING, notFound: () => httpErrors.nothing_here() }
  }
}

function ofApp(slug: string, app: AppRow | undefined): RequestResource {
  const notFound = () => appErrors.app_not_found({ app: slug })
  if (!app) throw notFound()
  return { resource: appResource(app), app, notFound }
}

function ofTeam(slug: string, team: TeamRow | undefined): RequestResource {
  const notFound = () => httpErrors.team_not_found({ team: slug })
  if (!team) throw notFound()
  return { resource: { kind: 'team', teamId: team.id }, team, notFound }
}

export function appResource({ id, team_id }: Pick<AppRow, 'id' | 'team_id'>): Resource {
  return { kind: 'app', appId: id, teamId: team_id }
}

function getTeam({ db }: Store, slug: string): Promise<TeamRow | undefined> {
  return db.selectFrom('teams').selectAll().where('slug', '=', slug).executeTakeFirst()
}
