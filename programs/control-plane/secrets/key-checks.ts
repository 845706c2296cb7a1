/**
 * A known text sealed with each master key that the database needs. Opening them at the start tells a lost or wrong
 * key file before anything is served or overwritten, and not on the day a secret is used.
 */
import { createKeyRing, type KeyRingOptions, type MasterKey } from '@seaworthy/kit'
import type { Queryable, Store } from '../store/database.ts'
import { secretErrors } from './errors.ts'

export const KEY_CHECKS_SETTING = 'key_checks'

/** Sealed check texts by key id. */
export type KeyChecks = Readonly<Record<string, string>>

const BINDING = { purpose: 'key-check', context: 'platform' }
const KNOWN_TEXT = 'seaworthy'

export async function readKeyChecks(db: Queryable): Promise<KeyChecks> {
  const row = await db
    .selectFrom('platform_settings')
    .select('value_json')
    .where('key', '=', KEY_CHECKS_SETTING)
    .executeTakeFirst()
  return row ? JSON.parse(row.value_json) : {}
}

/** Throws `master_key_missing` or `master_key_wrong`, naming the key and the file. */
export function openKeyChecks(checks: KeyChecks, { keys }: KeyRingOptions, path: string): void {
  for (const [keyId, sealed] of Object.entries(checks)) {
    const key = keys.find(({ id }) => id === keyId)
    if (!key) throw secretErrors.master_key_missing({ path, keyId })
    if (!opens(sealed, key)) throw secretErrors.master_key_wrong({ path, keyId })
  }
}

/** From now on the platform does not start without these keys. */
export async function addKeyChecks(store: Store, { keys }: KeyRingOptions): Promise<void> {
  const known = await readKeyChecks(store.db)
  if (keys.every(({ id }) => id in known)) return
  await changeKeyChecks(store, checks => {
    const missing = keys.filter(({ id }) => !(id in checks))
    return { ...checks, ...Object.fromEntries(missing.map(key => [key.id, sealCheck(key)])) }
  })
}

/** Before keys leave the file: the next start must not ask for them. */
export async function removeKeyChecks(store: Store, keyIds: readonly string[]): Promise<void> {
  await changeKeyChecks(store, checks =>
    Object.fromEntries(Object.entries(checks).filter(([id]) => !keyIds.includes(id))),
  )
}

function changeKeyChecks(store: Store, change: (checks: KeyChecks) => KeyChecks): Promise<void> {
  return store.transaction(async trx => {
    await store.lock(trx, `setting:${KEY_CHECKS_SETTING}`)
    const value_json = JSON.stringify(change(await readKeyChecks(trx)))
    const row = { value_json, updated_at: Date.now() }
    await trx
      .insertInto('platform_settings')
      .values({ key: KEY_CHECKS_SETTING, ...row })
      .onConflict(conflict => conflict.column('key').doUpdateSet(row))
      .execute()
  })
}

function sealCheck(key: MasterKey): string {
  return createKeyRing({ keys: [key], primary: key.id }).seal(KNOWN_TEXT, BINDING)
}

function opens(sealed: string, key: MasterKey): boolean {
  try {
    return createKeyRing({ keys: [key], primary: key.id }).open(sealed, BINDING) === KNOWN_TEXT
  } catch {
    return false
  }
}
