/** What a password is checked against: `scrypt$N$r$p$salt$hash`, salt and hash in base64url (RFC 7914). */
export interface PasswordHash {
  N: number
  r: number
  p: number
  salt: Buffer
  hash: Buffer
}

/** A check may cost this much memory, and so much work that a core is busy for about a second. */
const MOST_BYTES = 64 * 1024 * 1024
const MOST_WORK = 2 ** 21

/** @returns undefined for what is no such text, or would cost more than a check may */
export function parsePasswordHash(text: string): PasswordHash | undefined {
  const parts = FORM.exec(text)
  if (!parts) return undefined
  const [N, r, p] = [Number(parts[1]), Number(parts[2]), Number(parts[3])]
  const isPowerOfTwo = N >= 2 && (N & (N - 1)) === 0
  if (!isPowerOfTwo || r < 1 || p < 1 || 128 * N * r > MOST_BYTES || N * r * p > MOST_WORK) return undefined
  return { N, r, p, salt: Buffer.from(parts[4]!, 'base64url'), hash: Buffer.from(parts[5]!, 'base64url') }
}

const FORM =
  /^scrypt\$([0-9]{1,7})\$([0-9]{1,2})\$([0-9]{1,2})\$([A-Za-z0-9_-]{11,128})\$([A-Za-z0-9_-]{22,256})$/
