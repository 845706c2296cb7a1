/** How much a subject may use: what an administrator set, else what the settings say. */
import { QUOTA_NAMES, type QuotaName } from '@seaworthy/api'
import type { Queryable } from '../store/database.ts'

/** Whose use is counted. A person's apps are those that they made. */
export interface Subject {
  kind: 'team' | 'user'
  id: string
}

/** null: unlimited. */
export type Limits = Readonly<Record<QuotaName, number | null>>

/** Limits of those for whom nothing is set. */
export interface DefaultLimits {
  team: Limits
  user: Limits
}

export const UNLIMITED: Limits = Object.fromEntries(QUOTA_NAMES.map(name => [name, null])) as Limits

/** As it is written into the database, where null would mean that nothing was set. */
const NO_LIMIT = -1

export interface EffectiveLimits {
  limits: Limits
  /** Names that were set for this subject. */
  set: ReadonlySet<QuotaName>
}

export async function readLimits(
  db: Queryable,
  { kind, id }: Subject,
  defaults: DefaultLimits,
): Promise<EffectiveLimits> {
  const rows = await db
    .selectFrom('quotas')
    .select(['name', 'max'])
    .where('subject_kind', '=', kind)
    .where('subject_id', '=', id)
    .execute()
  const own = rows.filter(({ name }) => isQuotaName(name)) as { name: QuotaName; max: number }[]
  const limits = Object.fromEntries(own.map(({ name, max }) => [name, max === NO_LIMIT ? null : max]))
  return { limits: { ...defaults[kind], ...limits }, set: new Set(own.map(({ name }) => name)) }
}

/** @param changes null: unlimited; `default`: as the settings say */
export async function writeLimits(
  trx: Queryable,
  { kind, id }: Subject,
  changes: Partial<Record<QuotaName, number | null | 'default'>>,
): Promise<void> {
  for (const [name, limit] of Object.entries(changes)) {
    if (limit === undefined) continue
    const key = { subject_kind: kind, subject_id: id, name }
    if (limit === 'default') await removeLimit(trx, key)
    else await writeLimit(trx, key, limit ?? NO_LIMIT)
  }
}

/** Forgets what was set for a subject and what it used, when it goes. */
export async function forgetSubject(trx: Queryable, { kind, id }: Subject): Promise<void> {
  for (const table of ['quotas', 'usage_days'] as const)
    await trx.deleteFrom(table).where('subject_kind', '=', kind).where('subject_id', '=', id).execute()
}

interface LimitKey {
  subject_kind: Subject['kind']
  subject_id: string
  name: string
}

async function removeLimit(trx: Queryable, { subject_kind, subject_id, name }: LimitKey): Promise<void> {
  await trx
    .deleteFrom('quotas')
    .where('subject_kind', '=', subject_kind)
    .where('subject_id', '=', subject_id)
    .where('name', '=', name)
    .execute()
}

async function writeLimit(trx: Queryable, key: LimitKey, max: number): Promise<void> {
  await trx
    .insertInto('quotas')
    .values({ ...key, max })
    .onConflict(conflict => conflict.columns(['subject_kind', 'subject_id', 'name']).doUpdateSet({ max }))
    .execute()
}

/**
 * `apps=10,buildsPerDay=50` as in the settings; `none` for unlimited.
 * Throws a sentence that says what is wrong.
 */
export function parseLimits(text: string): Limits {
  const parts = text.split(',').map(part => part.trim())
  const pairs = parts.filter(part => part !== '').map(parsePair)
  return { ...UNLIMITED, ...Object.fromEntries(pairs) }
}

function parsePair(text: string): [QuotaName, number | null] {
  const [name = '', value = '', ...rest] = text.split('=').map(part => part.trim())
  if (!isQuotaName(name)) throw new Error(`there is no quota "${name}"; there are ${QUOTA_NAMES.join(', ')}`)
  if (value === 'none') return [name, null]
  if (rest.length > 0 || !/^\d{1,12}$/.test(value)) throw new Error(`${name} must be a whole number or none`)
  return [name, Number(value)]
}

function isQuotaName(name: string): name is QuotaName {
  return (QUOTA_NAMES as readonly string[]).includes(name)
}
