/** What a subject uses, from the same rows that the platform works with. */
import type { QuotaName } from '@seaworthy/api'
import { sql } from 'kysely'
import type { DiskEntry } from '../disk/disk-ledger.ts'
import type { Queryable } from '../store/database.ts'
import type { Subject } from './quota-limits.ts'
import { largest, NO_RESERVATION, type Reservation, reservationOf, sum } from './reservation.ts'

/** Counted by rows that are there; the others are counted by day. */
export type StandingQuota = Extract<
  QuotaName,
  'apps' | 'instances' | 'memoryMb' | 'cpus' | 'diskMb' | 'domains'
>

export const STANDING: readonly StandingQuota[] = [
  'apps',
  'instances',
  'memoryMb',
  'cpus',
  'diskMb',
  'domains',
]

/** What an app takes of the machine while it runs or may be woken. */
export const RUNNING: readonly StandingQuota[] = ['instances', 'memoryMb', 'cpus']

const MB = 1_048_576

/** Only what is asked for is counted. Takes a transaction to see what a change in it would make. */
export async function standingUsage(
  db: Queryable,
  subject: Subject,
  names: readonly StandingQuota[],
): Promise<Partial<Record<StandingQuota, number>>> {
  const running = names.some(name => RUNNING.includes(name)) ? await runningUsage(db, subject) : undefined
  const usage = {
    ...(names.includes('apps') && { apps: await countApps(db, subject) }),
    ...(names.includes('diskMb') && { diskMb: Math.ceil((await diskBytes(db, subject)) / MB) }),
    ...(names.includes('domains') && { domains: await countDomains(db, subject) }),
    ...running,
  }
  return Object.fromEntries(names.map(name => [name, usage[name] ?? 0]))
}

function ownApps(db: Queryable, { kind, id }: Subject) {
  return db.selectFrom('apps').where(kind === 'team' ? 'apps.team_id' : 'apps.made_by', '=', id)
}

async function countApps(db: Queryable, subject: Subject): Promise<number> {
  const { count } = await ownApps(db, subject)
    .where('deleted_at', 'is', null)
    .select(eb => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** Those of apps in the trash count for nothing: anybody may claim them. */
async function countDomains(db: Queryable, subject: Subject): Promise<number> {
  const { count } = await ownApps(db, subject)
    .where('deleted_at', 'is', null)
    .innerJoin('domains', 'domains.app_id', 'apps.id')
    .select(eb => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** From when a release is started for the first time until it serves. */
const STARTS = ['starting', 'canary', 'switching', 'watching'] as const

/** Of the release that serves, and of one that is being deployed. */
async function runningUsage(db: Queryable, subject: Subject): Promise<Reservation> {
  const live = ownApps(db, subject).where('deleted_at', 'is', null).where('apps.state', '!=', 'stopped')
  const serving = await live
    .innerJoin('releases', 'releases.id', 'apps.current_release_id')
    .leftJoin('app_limits', 'app_limits.app_id', 'apps.id')
    .select(['apps.id', 'apps.scale_json', 'releases.settings_json', 'app_limits.resources_json'])
    .execute()
  const starting = await live
    .innerJoin('deployments', 'deployments.app_id', 'apps.id')
    .innerJoin('releases', 'releases.id', 'deployments.release_id')
    .where('deployments.state', 'in', STARTS)
    .leftJoin('app_limits', 'app_limits.app_id', 'apps.id')
    .select(['apps.id', 'apps.scale_json', 'releases.settings_json', 'app_limits.resources_json'])
    .execute()
  const byApp = new Map<string, Reservation>()
  for (const { id, scale_json, settings_json, resources_json } of [...serving, ...starting]) {
    const own = resources_json === null ? {} : JSON.parse(resources_json)
    const needed = reservationOf(JSON.parse(settings_json), JSON.parse(scale_json), own)
    byApp.set(id, largest(byApp.get(id) ?? NO_RESERVATION, needed))
  }
  return sum([...byApp.values()])
}

/**
 * Artifacts (each once, however many releases name it), the newest source of each app, and its volumes as of the last
 * measure of the disk; apps in the trash count, since they lie on the disk.
 */
async function diskBytes(db: Queryable, subject: Subject): Promise<number> {
  const ids = ownApps(db, subject).select('apps.id')
  const artifacts = await db
    .selectFrom('artifacts')
    .where(
      'digest',
      'in',
      db
        .selectFrom('builds')
        .where('app_id', 'in', ids)
        .where('artifact_digest', 'is not', null)
        .select(eb => eb.ref('artifact_digest').$notNull().as('digest')),
    )
    .select(eb => eb.fn.sum<number>('size_bytes').as('bytes'))
    .executeTakeFirst()
  const sources = await db
    .selectFrom('sources')
    .where('app_id', 'in', ids)
    .where(
      sql<boolean>`not exists (select 1 from sources as newer where newer.app_id = sources.app_id
        and (newer.created_at, newer.id) > (sources.created_at, sources.id))`,
    )
    .select(eb => eb.fn.sum<number>('size_bytes').as('bytes'))
    .executeTakeFirst()
  return Number(artifacts?.bytes ?? 0) + Number(sources?.bytes ?? 0) + (await volumeBytes(db, subject))
}

/** To count them anew would take a walk through every file. */
async function volumeBytes(db: Queryable, subject: Subject): Promise<number> {
  const measured = await db
    .selectFrom('disk_samples')
    .select('entries_json')
    .orderBy('at', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (!measured) return 0
  const apps = new Set((await ownApps(db, subject).select('apps.id').execute()).map(({ id }) => id))
  return (JSON.parse(measured.entries_json) as DiskEntry[])
    .filter(({ kind, appId }) => kind === 'volume' && appId !== null && apps.has(appId))
    .reduce((sum, { bytes }) => sum + bytes, 0)
}
