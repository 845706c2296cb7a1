/** Seals what leaves the platform under words that only its people know. */
import { randomBytes, scrypt } from 'node:crypto'
import { promisify } from 'node:util'
import { createKeyRing, type KeyRing, KeyRingError, type SealBinding } from '@seaworthy/kit'
import type { SealedSecrets } from './export-manifest.ts'

const BINDING: SealBinding = { purpose: 'app-export', context: 'secrets' }
const KEY_ID = 'passphrase'
/** OWASP's advice for scrypt: N = 2^17, r = 8, p = 1; 128 MB and about a quarter of a second. */
const COST = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 }
const derive = promisify<string, Buffer, number, typeof COST, Buffer>(scrypt)

export async function sealUnder(passphrase: string, secrets: Record<string, string>): Promise<SealedSecrets> {
  const salt = randomBytes(16)
  const ring = await ringOf(passphrase, salt)
  return { salt: salt.toString('base64'), sealed: ring.seal(JSON.stringify(secrets), BINDING) }
}

/** Undefined when the passphrase is another one, or the text was changed. */
export async function openUnder(
  passphrase: string,
  { salt, sealed }: SealedSecrets,
): Promise<Record<string, string> | undefined> {
  const ring = await ringOf(passphrase, Buffer.from(salt, 'base64'))
  try {
    return JSON.parse(ring.open(sealed, BINDING)) as Record<string, string>
  } catch (error) {
    if (error instanceof KeyRingError) return undefined
    throw error
  }
}

async function ringOf(passphrase: string, salt: Buffer): Promise<KeyRing> {
  const key = await derive(passphrase.normalize('NFKC'), salt, 32, COST)
  return createKeyRing({ keys: [{ id: KEY_ID, key: key.toString('base64') }], primary: KEY_ID })
}
