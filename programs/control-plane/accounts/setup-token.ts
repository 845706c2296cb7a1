/** The one-time token that makes its bearer the owner. Only its hash is kept. */
import { createHash, randomBytes } from 'node:crypto'
import type { Queryable, Store } from '../store/database.ts'

const SETTING = 'setup_token_hash'

/** Makes a new token; the one before it is worthless from then on. */
export async function createSetupToken(store: Store): Promise<string> {
  const token = randomBytes(24).toString('base64url')
  const row = { value_json: JSON.stringify(hashOf(token)), updated_at: Date.now() }
  await store.db
    .insertInto('platform_settings')
    .values({ key: SETTING, ...row })
    .onConflict(conflict => conflict.column('key').doUpdateSet(row))
    .execute()
  return token
}

/** Whether a token is the right one, without burning it. */
export async function isSetupToken(db: Queryable, token: string): Promise<boolean> {
  const row = await db
    .selectFrom('platform_settings')
    .select('key')
    .where('key', '=', SETTING)
    .where('value_json', '=', JSON.stringify(hashOf(token)))
    .executeTakeFirst()
  return row !== undefined
}

/** True for exactly one caller who has the right token: taking it burns it. */
export async function takeSetupToken(db: Queryable, token: string): Promise<boolean> {
  const result = await db
    .deleteFrom('platform_settings')
    .where('key', '=', SETTING)
    .where('value_json', '=', JSON.stringify(hashOf(token)))
    .executeTakeFirst()
  return result.numDeletedRows === 1n
}

export async function dropSetupToken(db: Queryable): Promise<void> {
  await db.deleteFrom('platform_settings').where('key', '=', SETTING).execute()
}

/** 192 random bits need no slow hash. */
function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
