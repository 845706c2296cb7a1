import { hkdfSync, randomBytes } from 'node:crypto'
import { type KeyRing, loadKeyFile } from '@seaworthy/kit'
import type { Store } from '../store/database.ts'

export const SESSION_SECRET_SETTING = 'session_secret'
export const SESSION_SECRET_BINDING = { purpose: 'platform', context: SESSION_SECRET_SETTING }

/**
 * Signs cookies and seals second factors for better-auth: the same for ever, also after the master key was rotated, so
 * that people stay signed in. Kept sealed like any secret. Rejects with `KeyRingError` when it does not open.
 */
export async function openSessionSecret({
  store,
  keyRing,
  path,
}: {
  store: Store
  keyRing: KeyRing
  /** The key file. */
  path: string
}): Promise<string> {
  const existing = await readSealed(store)
  if (existing !== undefined) return keyRing.open(existing, SESSION_SECRET_BINDING)
  const secret = (await hasAccounts(store)) ? await derivedSecret(path) : randomBytes(32).toString('base64')
  await store.db
    .insertInto('platform_settings')
    .values({
      key: SESSION_SECRET_SETTING,
      value_json: JSON.stringify(keyRing.seal(secret, SESSION_SECRET_BINDING)),
      updated_at: Date.now(),
    })
    .execute()
  return secret
}

async function readSealed({ db }: Store): Promise<string | undefined> {
  const row = await db
    .selectFrom('platform_settings')
    .select('value_json')
    .where('key', '=', SESSION_SECRET_SETTING)
    .executeTakeFirst()
  return row && JSON.parse(row.value_json)
}

async function hasAccounts({ db }: Store): Promise<boolean> {
  return (await db.selectFrom('user').select('id').limit(1).execute()).length > 0
}

/** What version 0.1 signed with: whoever is signed in since then stays so. */
async function derivedSecret(path: string): Promise<string> {
  const { keys, primary } = (await loadKeyFile(path))!
  const masterKey = Buffer.from(keys.find(({ id }) => id === primary)!.key, 'base64')
  const bytes = hkdfSync('sha256', masterKey, '', 'seaworthy session secret', 32)
  return Buffer.from(bytes).toString('base64')
}
