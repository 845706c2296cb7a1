import type { App, TrashedApp } from '@seaworthy/api'
import { isoTime, isoTimeOrNull } from '../http/times.ts'
import type { Queryable } from '../store/database.ts'
import type { AppRow, DeploymentRow, ReleaseRow } from '../store/schema.ts'

type LastDeployment = Pick<
  DeploymentRow,
  'app_id' | 'number' | 'state' | 'reason' | 'created_at' | 'finished_at'
>
type CurrentRelease = Pick<ReleaseRow, 'id' | 'version' | 'created_at'>

/** Apps as the API shows them, with two queries for all of them together. */
export async function appDocuments(
  db: Queryable,
  rows: readonly AppRow[],
  appUrl: (slug: string) => string,
): Promise<App[]> {
  const [releases, deployments] = await Promise.all([currentReleases(db, rows), lastDeployments(db, rows)])
  return rows.map(row => ({
    ...ownFields(row),
    url: appUrl(row.slug),
    currentRelease: releaseFields(releases.get(row.current_release_id ?? '')),
    lastDeployment: deploymentFields(deployments.get(row.id)),
  }))
}

export function trashedAppDocument({ id, slug, name, deleted_at, purge_at }: AppRow): TrashedApp {
  return { id, slug, name, deletedAt: isoTime(deleted_at!), purgeAt: isoTimeOrNull(purge_at) }
}

function ownFields(row: AppRow) {
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    state: row.state,
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
