/**
 * How far the audit log goes, beside the log itself. Sealed with the key ring: who has the database but not the key
 * file cannot make one, so a cut end or a log written anew does not fit it. See docs/decisions on the audit chain.
 */
import type { KeyRing } from '@seaworthy/kit'
import { type ChainHead, EMPTY_CHAIN } from '@seaworthy/kit/hash-chain'
import type { Queryable } from '../store/database.ts'

export const AUDIT_HEAD_KEY = 'audit_head'
/** For the rotation of keys: how the value in `platform_settings` is sealed. */
export const AUDIT_HEAD_SEAL = { purpose: 'audit', context: 'audit-head' } as const

export type StoredHead =
  | { state: 'kept'; head: ChainHead }
  /** There is none: a fresh platform, or somebody deleted it. */
  | { state: 'none' }
  /** There is one, but our key does not open it. */
  | { state: 'unreadable' }

export async function readHead(db: Queryable, keyRing: KeyRing): Promise<StoredHead> {
  const row = await db
    .selectFrom('platform_settings')
    .select('value_json')
    .where('key', '=', AUDIT_HEAD_KEY)
    .executeTakeFirst()
  return row ? openHead(row.value_json, keyRing) : { state: 'none' }
}

export async function writeHead(
  db: Queryable,
  keyRing: KeyRing,
  { head, now }: { head: ChainHead; now: number },
): Promise<void> {
  const value_json = JSON.stringify(keyRing.seal(JSON.stringify([head.count, head.hash]), AUDIT_HEAD_SEAL))
  await db
    .insertInto('platform_settings')
    .values({ key: AUDIT_HEAD_KEY, value_json, updated_at: now })
    .onConflict(conflict => conflict.column('key').doUpdateSet({ value_json, updated_at: now }))
    .execute()
}

export function openHead(valueJson: string, keyRing: KeyRing): StoredHead {
  try {
    const [count, hash] = JSON.parse(keyRing.open(JSON.parse(valueJson), AUDIT_HEAD_SEAL)) as [number, string]
    return { state: 'kept', head: { count, hash } }
  } catch {
    return { state: 'unreadable' }
  }
}

/** The head as the entries themselves tell it, which anybody can forge who has the database. */
export async function headOfEntries(db: Queryable): Promise<ChainHead> {
  const last = await db
    .selectFrom('audit_entries')
    .select(['sequence', 'hash'])
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst()
  return last ? { count: last.sequence, hash: last.hash } : EMPTY_CHAIN
}
