/** Codes from an authenticator app (RFC 6238: six digits, SHA-1, a new one every 30 seconds). */
import { randomBytes } from 'node:crypto'

const STEP_MS = 30_000
/** A code of the step before and after is taken too: clocks differ, and people type slowly (RFC 6238, 5.2). */
const STEPS_ASIDE = 1
const SECRET_BYTES = 18 // 144 bits; RFC 4226, 4: at least 128

export interface TotpSetup {
  /** `otpauth://totp/…`, for the authenticator app. */
  uri: string
  /** The same secret in base 32, to be typed where no picture can be taken. */
  secret: string
}

/** A text as the code library wants it: its bytes are the key. */
export function newTotpSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url')
}

export async function totpSetup(
  secret: string,
  { issuer, account }: { issuer: string; account: string },
): Promise<TotpSetup> {
  const uri = (await otpOf(secret)).url(issuer, account)
  return { uri, secret: new URL(uri).searchParams.get('secret')! }
}

/**
 * The step that a code belongs to, now or one aside; undefined for a wrong code. Who takes a code remembers its step,
 * and from then on takes none of that step or an older one.
 * @param now milliseconds since 1970
 */
export async function stepOfCode(secret: string, code: string, now: number): Promise<number | undefined> {
  const otp = await otpOf(secret)
  const current = Math.floor(now / STEP_MS)
  let found: number | undefined
  for (let step = current - STEPS_ASIDE; step <= current + STEPS_ASIDE; step++)
    if ((await otp.hotp(step)) === code) found = step
  return found
}

/** For tests and tools: the code that an authenticator app shows at a time. */
export async function codeAt(secret: string, now: number): Promise<string> {
  return (await otpOf(secret)).hotp(Math.floor(now / STEP_MS))
}

async function otpOf(secret: string) {
  const { createOTP } = await import('@better-auth/utils/otp')
  return createOTP(secret)
}
