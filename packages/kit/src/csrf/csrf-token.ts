import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

export interface CsrfTokens {
  /** A token for one session: another one each time. */
  issue(session: string): string
  /** Whether `token` was issued for this session. */
  isFor(session: string, token: string): boolean
}

const NONCE_BYTES = 16
/** Nonce and HMAC-SHA256 in base64url. */
const TOKEN = /^([\w-]{22})\.([\w-]{43})$/

/**
 * Tokens that need no storage: an HMAC over a nonce and the session, so that one of another session, or of a session
 * that has ended, is worth nothing, and a cookie that a neighbouring host planted is not either (OWASP: signed double
 * submit cookie).
 * @param secret at least 32 random bytes, used for nothing else
 */
export function createCsrfTokens(secret: string | Buffer): CsrfTokens {
  if (Buffer.byteLength(secret) < 32)
    throw new TypeError('The secret of CSRF tokens needs at least 32 bytes.')
  const sign = (session: string, nonce: string) =>
    createHmac('sha256', secret).update(`csrf\n${nonce}\n${session}`).digest()

  return {
    issue(session) {
      const nonce = randomBytes(NONCE_BYTES).toString('base64url')
      return `${nonce}.${sign(session, nonce).toString('base64url')}`
    },
    isFor(session, token) {
      const [, nonce, signature] = TOKEN.exec(token) ?? []
      if (nonce === undefined || signature === undefined) return false
      const given = Buffer.from(signature, 'base64url')
      const expected = sign(session, nonce)
      return given.length === expected.length && timingSafeEqual(given, expected)
    },
  }
}
