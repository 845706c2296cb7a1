/** What jobs are for and who began them: looked up for a page of them at once. */
import type { Job } from '@seaworthy/api'
import type { Queryable } from '../store/database.ts'
import type { JobRow } from '../store/schema.ts'
import { jobDocument } from './job-document.ts'

type About = NonNullable<Job['about']>

/** The audit entry of a request is written when it is answered, soon after the job was. */
const EARLIEST_MS = 60_000
const LATEST_MS = 900_000
const APP_QUEUE = 'app:'

/** Jobs as the API shows them, with what each is about. */
export async function jobDocuments(db: Queryable, rows: readonly JobRow[]): Promise<Job[]> {
  const [slugs, deployments, starters] = await Promise.all([
    slugsOf(db, rows),
    deploymentsOf(db, rows),
    startersOf(db, rows),
  ])
  return rows.map(row => ({
    ...jobDocument(row),
    about: {
      app: slugs.get(appIdOf(row) ?? '') ?? null,
      deployment: deployments.get(row.id) ?? null,
      startedBy: starters.get(row.correlation_id ?? '') ?? null,
    },
  }))
}

function appIdOf({ queue_key }: JobRow): string | undefined {
  return queue_key?.startsWith(APP_QUEUE) ? queue_key.slice(APP_QUEUE.length) : undefined
}

function appIdsOf(rows: readonly JobRow[]): string[] {
  return [...new Set(rows.flatMap(row => appIdOf(row) ?? []))]
}

async function slugsOf(db: Queryable, rows: readonly JobRow[]): Promise<Map<string, string>> {
  const ids = appIdsOf(rows)
  if (ids.length === 0) return new Map()
  const apps = await db.selectFrom('apps').select(['id', 'slug']).where('id', 'in', ids).execute()
  return new Map(apps.map(({ id, slug }) => [id, slug]))
}

async function deploymentsOf(db: Queryable, rows: readonly JobRow[]): Promise<Map<string, number>> {
  const ids = rows.filter(row => appIdOf(row) !== undefined).map(({ id }) => id)
  if (ids.length === 0) return new Map()
  const deployments = await db
    .selectFrom('deployments')
    .select(['job_id', 'number'])
    // Narrowed by the app first: that has an index.
    .where('app_id', 'in', appIdsOf(rows))
    .where('job_id', 'in', ids)
    .execute()
  return new Map(deployments.map(({ job_id, number }) => [job_id!, Number(number)]))
}

/** By the request that made the job: its entry in the audit log says who asked. */
async function startersOf(
  db: Queryable,
  rows: readonly JobRow[],
): Promise<Map<string, NonNullable<About['startedBy']>>> {
  const asked = rows.filter(row => row.correlation_id !== null)
  if (asked.length === 0) return new Map()
  const entries = await db
    .selectFrom('audit_entries')
    .leftJoin('user', 'user.id', 'audit_entries.actor_id')
    .select(['audit_entries.request_id', 'audit_entries.actor_kind', 'user.name', 'user.email'])
    .where(eb =>
      eb.or(
        asked.map(({ correlation_id, created_at }) =>
          eb.and([
            eb('audit_entries.at', '>=', Number(created_at) - EARLIEST_MS),
            eb('audit_entries.at', '<=', Number(created_at) + LATEST_MS),
            eb('audit_entries.request_id', '=', correlation_id),
          ]),
        ),
      ),
    )
    .orderBy('audit_entries.sequence', 'desc')
    .execute()
  return new Map(
    entries.map(({ request_id, actor_kind, name, email }) => [
      request_id!,
      { kind: actor_kind, name: name || email },
    ]),
  )
}
