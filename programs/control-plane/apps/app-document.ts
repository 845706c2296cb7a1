import type { App, TrashedApp } from '@seaworthy/api'
import type { Actor } from '../access/actor.ts'
import { appPermissions, trashedAppPermissions } from '../access/permissions.ts'
import { roleOn } from '../access/policy.ts'
import { appResource } from '../http/request-resource.ts'
import { isoTime, isoTimeOrNull } from '../http/times.ts'
import type { RefusedRoute } from '../routing/sound-routes.ts'
import type { Queryable } from '../store/database.ts'
import type { AppRow, DeploymentRow, ReleaseRow } from '../store/schema.ts'

type LastDeployment = Pick<
  DeploymentRow,
  'app_id' | 'number' | 'state' | 'reason' | 'created_at' | 'finished_at'
>
type CurrentRelease = Pick<ReleaseRow, 'id' | 'version' | 'created_at'>

/** Who looks, and what is known of an app besides its rows. */
export interface AppSight {
  actor: Actor
  appUrl: (slug: string) => string
  /** What of an app the edge could not use. */
  refusedRoutes?: ((appId: string) => readonly RefusedRoute[]) | undefined
}

/** Apps as the API shows them to this actor, with three queries for all of them together. */
export async function appDocuments(
  db: Queryable,
  rows: readonly AppRow[],
  { actor, appUrl, refusedRoutes }: AppSight,
): Promise<App[]> {
  const [teams, releases, deployments] = await Promise.all([
    teamsOf(db, rows),
    currentReleases(db, rows),
    lastDeployments(db, rows),
  ])
  return rows.map(row => ({
    ...ownFields(row),
    team: teams.get(row.team_id)!,
    role: roleOn(actor, appResource(row))!,
    can: appPermissions(actor, row),
    url: appUrl(row.slug),
    ...refusals(refusedRoutes?.(row.id)),
    currentRelease: releaseFields(releases.get(row.current_release_id ?? '')),
    lastDeployment: deploymentFields(deployments.get(row.id)),
  }))
}

export async function trashedAppDocuments(
  db: Queryable,
  rows: readonly AppRow[],
  actor: Actor,
): Promise<TrashedApp[]> {
  const teams = await teamsOf(db, rows)
  return rows.map(row => ({
    id: row.id,
    slug: row.slug,
    name: row.name,
    team: teams.get(row.team_id)!,
    can: trashedAppPermissions(actor, row),
    deletedAt: isoTime(row.deleted_at!),
    purgeAt: isoTimeOrNull(row.purge_at),
  }))
}

function refusals(refused: readonly RefusedRoute[] = []): Pick<App, 'refusedRoutes'> {
  if (refused.length === 0) return {}
  return { refusedRoutes: refused.map(({ pathPrefix, reason }) => ({ path: pathPrefix, reason })) }
}

function ownFields(row: AppRow) {
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    state: row.state,
    tags: JSON.parse(row.tags_json) as string[],
    environment: row.environment,
    scale: JSON.parse(row.scale_json) as Record<string, number>,
    sleepAfterMinutes: row.sleep_after_minutes,
    origin: originOf(row),
    lastRequestAt: isoTimeOrNull(row.last_request_at),
    createdAt: isoTime(row.created_at),
    updatedAt: isoTime(row.updated_at),
  }
}

function originOf({ origin_json }: AppRow): App['origin'] {
  if (origin_json === null) return null
  const { url, ref, subdirectory } = JSON.parse(origin_json) as NonNullable<App['origin']>
  return { url: withoutPassword(url), ref, subdirectory }
}

/** `https://user:token@host/…` is how many give access to a repository. */
function withoutPassword(url: string): string {
  return url.replace(/^([a-z+]+:\/\/)[^/@]*@/i, '$1')
}

function releaseFields(release: CurrentRelease | undefined): App['currentRelease'] {
  return release ? { version: release.version, createdAt: isoTime(release.created_at) } : null
}

function deploymentFields(deployment: LastDeployment | undefined): App['lastDeployment'] {
  if (!deployment) return null
  const { number, state, reason, created_at, finished_at } = deployment
  return { number, state, reason, createdAt: isoTime(created_at), finishedAt: isoTimeOrNull(finished_at) }
}

async function teamsOf(db: Queryable, rows: readonly AppRow[]): Promise<Map<string, App['team']>> {
  const ids = [...new Set(rows.map(({ team_id }) => team_id))]
  if (ids.length === 0) return new Map()
  const teams = await db.selectFrom('teams').select(['id', 'slug', 'name']).where('id', 'in', ids).execute()
  return new Map(teams.map(({ id, ...names }) => [id, names]))
}

async function currentReleases(db: Queryable, rows: readonly AppRow[]): Promise<Map<string, CurrentRelease>> {
  const ids = rows.flatMap(({ current_release_id: id }) => (id === null ? [] : [id]))
  if (ids.length === 0) return new Map()
  const found = await db
    .selectFrom('releases')
    .select(['id', 'version', 'created_at'])
    .where('id', 'in', ids)
    .execute()
  return new Map(found.map(release => [release.id, release]))
}

async function lastDeployments(db: Queryable, rows: readonly AppRow[]): Promise<Map<string, LastDeployment>> {
  if (rows.length === 0) return new Map()
  const ids = rows.map(({ id }) => id)
  const found = await db
    .selectFrom('deployments as d')
    .select(['d.app_id', 'd.number', 'd.state', 'd.reason', 'd.created_at', 'd.finished_at'])
    .where('d.app_id', 'in', ids)
    .where('d.number', '=', eb =>
      eb
        .selectFrom('deployments as latest')
        .select(({ fn }) => fn.max('latest.number').as('number'))
        .whereRef('latest.app_id', '=', 'd.app_id'),
    )
    .execute()
  return new Map(found.map(deployment => [deployment.app_id, deployment]))
}
