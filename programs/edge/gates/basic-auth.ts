import type { RequestLimiter } from '../limits/request-limiter.ts'
import { ChecksBusy, type PasswordChecks } from './password-checks.ts'

/** A name and a password are asked for under `prefix` (RFC 7617). */
export interface BasicAuthRealm {
  /** As `isGuarded` wants it. */
  prefix: string
  realm: string
  /** Password hashes by name. */
  users: Map<string, string>
}

export type AuthVerdict =
  | { kind: 'passed' }
  | { kind: 'refused' }
  /** Too many wrong attempts by this client, or too many checks at once. */
  | { kind: 'wait'; status: 429 | 503; seconds: number }

export interface BasicAuthOptions {
  checks: PasswordChecks
  attempts: RequestLimiter
  appId: string
  address: string
}

/** Wrong passwords that one address may send to an app in any minute. */
const ATTEMPTS_PER_MINUTE = 10
const MAX_CREDENTIALS = 1_024
/** Checked for a name that nobody has, so that the time of an answer does not tell which names there are. */
const NOBODY = `scrypt$16384$8$5$${'A'.repeat(22)}$${'A'.repeat(43)}`

const PASSED: AuthVerdict = { kind: 'passed' }
const REFUSED: AuthVerdict = { kind: 'refused' }

/**
 * Decides on an `Authorization` header: at once for none and for a password that was right a moment ago. A wrong one
 * counts as an attempt of its address.
 */
export function checkBasicAuth(
  { users }: BasicAuthRealm,
  header: string | undefined,
  options: BasicAuthOptions,
): AuthVerdict | Promise<AuthVerdict> {
  const given = readCredentials(header)
  if (!given) return REFUSED
  const hashText = users.get(given.name)
  const shown = hashText ?? users.values().next().value ?? NOBODY
  const digest = options.checks.digest(
    shown,
    hashText === undefined ? `\0${given.name}\0${given.password}` : given.password,
  )
  if (hashText !== undefined && options.checks.remembers(digest)) return PASSED
  return checkPassword(digest, shown, given.password, hashText !== undefined, options)
}

async function checkPassword(
  digest: string,
  hashText: string,
  password: string,
  isKnown: boolean,
  { checks, attempts, appId, address }: BasicAuthOptions,
): Promise<AuthVerdict> {
  const scope = `${appId} sign-in`
  const running = checks.running(digest)
  if (running) return (await running) && isKnown ? PASSED : REFUSED
  const takenAt = Date.now()
  // Counted before it is known to be wrong, so that a flood of attempts at once gets no more than these.
  const verdict = attempts.take(scope, address, ATTEMPTS_PER_MINUTE)
  if (!verdict.allowed) return { kind: 'wait', status: 429, seconds: verdict.retryAfterSeconds }
  try {
    if (!(await checks.check(digest, hashText, password)) || !isKnown) return REFUSED
  } catch (error) {
    if (!(error instanceof ChecksBusy)) throw error
    attempts.giveBack(scope, address, takenAt)
    return { kind: 'wait', status: 503, seconds: 1 }
  }
  attempts.giveBack(scope, address, takenAt)
  return PASSED
}

function readCredentials(header: string | undefined): { name: string; password: string } | undefined {
  const encoded = /^basic +([A-Za-z0-9+/_-]+=*) *$/i.exec(header ?? '')?.[1]
  if (encoded === undefined || encoded.length > MAX_CREDENTIALS * 2) return undefined
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon === -1 || text.length > MAX_CREDENTIALS) return undefined
  return { name: text.slice(0, colon), password: text.slice(colon + 1) }
}

/** RFC 7617, 2.1: the charset tells clients to send UTF-8. */
export function authChallenge({ realm }: BasicAuthRealm): string {
  return `Basic realm="${realm.replace(/["\\]/g, '\\$&')}", charset="UTF-8"`
}
