/** What is counted by day, in UTC: one row for each subject, name and day. */
import type { QuotaName } from '@seaworthy/api'
import { sql } from 'kysely'
import type { Queryable } from '../store/database.ts'
import type { Subject } from './quota-limits.ts'

export type DailyQuota = Extract<QuotaName, `${string}PerDay`>

export const DAILY: readonly DailyQuota[] = ['buildsPerDay', 'deploymentsPerDay', 'apiRequestsPerDay']

const KEPT_DAYS = 90
const DAY_MS = 86_400_000

/** `2026-11-21` */
export function dayOf(now: number): string {
  return new Date(now).toISOString().slice(0, 10)
}

/** Resolves with the count after it. Atomic: the row is locked until the transaction ends. */
export async function addToDay(
  db: Queryable,
  { kind, id }: Subject,
  name: DailyQuota,
  { day, count }: { day: string; count: number },
): Promise<number> {
  const { used } = await db
    .insertInto('usage_days')
    .values({ subject_kind: kind, subject_id: id, name, day, used: Math.max(count, 0) })
    .onConflict(conflict =>
      conflict
        .columns(['subject_kind', 'subject_id', 'name', 'day'])
        .doUpdateSet({ used: sql<number>`usage_days.used + ${count}` }),
    )
    .returning('used')
    .executeTakeFirstOrThrow()
  return used
}

export async function readDay(
  db: Queryable,
  { kind, id }: Subject,
  name: DailyQuota,
  day: string,
): Promise<number> {
  const row = await db
    .selectFrom('usage_days')
    .select('used')
    .where('subject_kind', '=', kind)
    .where('subject_id', '=', id)
    .where('name', '=', name)
    .where('day', '=', day)
    .executeTakeFirst()
  return row?.used ?? 0
}

export async function forgetOldDays(db: Queryable, now: number): Promise<void> {
  await db
    .deleteFrom('usage_days')
    .where('day', '<', dayOf(now - KEPT_DAYS * DAY_MS))
    .execute()
}
