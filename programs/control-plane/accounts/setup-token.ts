/** The one-time token that makes its bearer the owner. Only its hash is kept. */
import { createHash, randomBytes } from 'node:crypto'
import type { Store } from '../store/database.ts'

const SETTING = 'setup_token_hash'

/** Makes a new token; the one before it is worthless from then on. */
export async function createSetupToken(store: Store): Promise<string> {
  const token = randomBytes(24).toString('base64url')
  await keepHash(store, hashOf(token))
  return token
}

/** True for exactly one caller who has the right token: taking it burns it. */
export async function takeSetupToken(store: Store, token: string): Promise<boolean> {
  const result = await store.db
    .deleteFrom('platform_settings')
    .where('key', '=', SETTING)
    .where('value_json', '=', JSON.stringify(hashOf(token)))
    .executeTakeFirst()
  return result.numDeletedRows === 1n
}

/** After a claim that failed for another reason than its token. */
export async function giveBackSetupToken(store: Store, token: string): Promise<void> {
  await keepHash(store, hashOf(token))
}

export async function dropSetupToken(store: Store): Promise<void> {
  await store.db.deleteFrom('platform_settings').where('key', '=', SETTING).execute()
}

async function keepHash(store: Store, hash: string): Promise<void> {
  const row = { value_json: JSON.stringify(hash), updated_at: Date.now() }
  await store.db
    .insertInto('platform_settings')
    .values({ key: SETTING, ...row })
    .onConflict(conflict => conflict.column('key').doUpdateSet(row))
    .execute()
}

/** 192 random bits need no slow hash. */
function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
