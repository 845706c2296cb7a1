/** Tokens for programs: made once, shown once, stored as a hash, recognised by anybody who finds one lying around. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { toBase62 } from './base62.ts'

export interface ParsedApiToken {
  /** SHA-256 in hex: what to store and to look up. 256 random bits need no slow hash. */
  hash: string
  /** The last four characters, for lists in which a person has to find their token again. */
  hint: string
}

export interface ApiTokenFormat {
  /** Finds such tokens in any text; for secret scanners and for redaction. Global: use it with `matchAll`, `replace`. */
  readonly pattern: RegExp
  /**
   * A new token. The caller shows it once and keeps only what `parse` gives.
   * @param secret 32 bytes that nobody can guess; random ones unless told
   */
  make(secret?: Uint8Array): string
  /** Undefined for a text that this format never made: another prefix, cut off, or a typo. No look-up is needed then. */
  parse(token: string): ParsedApiToken | undefined
}

const SECRET_BYTES = 32
const SECRET_CHARS = 43 // 62^43 > 2^256
const CHECKSUM_CHARS = 6 // 62^6 > 2^32
const HINT_CHARS = 4

/**
 * Tokens such as `swt_` + 43 characters for 256 random bits + 6 for their CRC-32.
 * The checksum is no secret and proves nothing: it tells a token from a typo and from random text, as GitHub's
 * tokens do (github.blog/2021-04-05-behind-githubs-new-authentication-token-formats).
 * @param prefix lower-case letters and digits that end with `_`, of your own: scanners know your tokens by it
 */
export function createApiTokenFormat({ prefix }: { prefix: string }): ApiTokenFormat {
  if (!/^[a-z][a-z0-9]{1,15}_$/.test(prefix)) {
    throw new TypeError(
      `A token prefix is 2 to 16 lower-case letters and digits and a final _, not '${prefix}'.`,
    )
  }
  const chars = `${prefix}[0-9A-Za-z]{${SECRET_CHARS + CHECKSUM_CHARS}}`
  const whole = new RegExp(`^${chars}$`)

  return {
    pattern: new RegExp(`(?<![0-9A-Za-z_])${chars}(?![0-9A-Za-z])`, 'g'),
    make(bytes = randomBytes(SECRET_BYTES)) {
      if (bytes.length !== SECRET_BYTES) throw new TypeError(`A token is made of ${SECRET_BYTES} bytes.`)
      const secret = toBase62(BigInt(`0x${Buffer.from(bytes).toString('hex')}`), SECRET_CHARS)
      return `${prefix}${secret}${checksumOf(prefix + secret)}`
    },
    parse(token) {
      if (!whole.test(token)) return undefined
      const body = token.slice(0, -CHECKSUM_CHARS)
      if (checksumOf(body) !== token.slice(-CHECKSUM_CHARS)) return undefined
      return { hash: createHash('sha256').update(token).digest('hex'), hint: token.slice(-HINT_CHARS) }
    },
  }
}

/** Compares two hashes in a time that does not tell where they differ. */
export function isSameHash(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}

function checksumOf(text: string): string {
  return toBase62(BigInt(crc32(text)), CHECKSUM_CHARS)
}
