import { createKeyRing, type KeyRing, loadKeyFile, loadOrCreateKeyFile } from '@seaworthy/kit'
import type { Store } from '../store/database.ts'
import { secretErrors } from './errors.ts'
import { addKeyChecks, openKeyChecks, readKeyChecks } from './key-checks.ts'
import { findSealedTexts } from './sealed-search.ts'

/**
 * The key ring of the platform, from its key file, which is made at the very first start.
 * Rejects with `master_key_file_missing`, `master_key_missing` or `master_key_wrong` when the database holds secrets
 * that this file cannot open, and with `key_invalid` for a file that is damaged or that others may read. A missing file
 * is then not replaced by a new one.
 */
export async function openKeyRing({ store, path }: { store: Store; path: string }): Promise<KeyRing> {
  const checks = await readKeyChecks(store.db)
  const neededIds = await neededKeyIds(store, Object.keys(checks))
  const existing = await loadKeyFile(path)
  if (!existing && neededIds.length > 0)
    throw secretErrors.master_key_file_missing({ path, keyId: neededIds[0]! })
  const options = existing ?? (await loadOrCreateKeyFile(path))
  const missing = neededIds.find(keyId => !options.keys.some(({ id }) => id === keyId))
  if (missing !== undefined) throw secretErrors.master_key_missing({ path, keyId: missing })
  openKeyChecks(checks, options, path)
  await addKeyChecks(store, options)
  return createKeyRing(options)
}

/** A database from before there were checks says it by the sealed texts in it. */
async function neededKeyIds(store: Store, checked: readonly string[]): Promise<readonly string[]> {
  if (checked.length > 0) return checked
  const found = await findSealedTexts(store)
  return [...new Set(found.flatMap(({ keyIds }) => keyIds))]
}
