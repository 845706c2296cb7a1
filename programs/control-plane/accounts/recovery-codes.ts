/** Codes on paper for the day the phone is lost: each opens the account once, beside the password. */
import { hash, randomBytes } from 'node:crypto'

export const RECOVERY_CODES = 10
/** 80 random bits: no slow hash is needed, and nobody types more than that gladly. */
const CODE_BYTES = 10
/** Crockford's base 32, lower case: nothing that is mistaken for something else. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

/** Ten codes such as `x2k9-4fjq-…`. They are shown once. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: RECOVERY_CODES }, () => inGroups(toBase32(randomBytes(CODE_BYTES))))
}

/** What is kept of a code: bound to its person, and the same however it was typed. */
export function recoveryCodeHash(userId: string, code: string): string {
  return hash('sha256', `${userId} ${normalizeRecoveryCode(code)}`, 'base64url')
}

function normalizeRecoveryCode(code: string): string {
  return code
    .toLowerCase()
    .replace(/[^0-9a-z]/g, '')
    .replaceAll('o', '0')
    .replace(/[il]/g, '1')
}

function toBase32(bytes: Uint8Array): string {
  let rest = BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
  let text = ''
  for (let left = (bytes.length * 8) / 5; left > 0; left--, rest >>= 5n) text += ALPHABET[Number(rest & 31n)]
  return text
}

function inGroups(text: string): string {
  return text.match(/.{4}/g)!.join('-')
}
