/** Slow hashes of passwords: argon2id (RFC 9106), as PHC strings that carry their own parameters. */
import { randomBytes } from 'node:crypto'
import { AppError } from '../errors.ts'
import { Turns } from './turns.ts'

export interface PasswordHasherOptions {
  /** Memory that one hash takes. 19 MiB unless told: the least that OWASP recommends with two passes. */
  memoryKib?: number
  passes?: number
  parallelism?: number
  /** How many are computed at once, since each takes its memory. 2 unless told. */
  concurrency?: number
  /** How many may wait for their turn; further ones are refused with `passwords_busy`. 64 unless told. */
  maxWaiting?: number
}

export interface PasswordHasher {
  /** Rejects with PasswordsBusy when too many wait. */
  hash(password: string): Promise<string>
  /**
   * Whether the password made this hash; false also for a text that is no such hash. With undefined, as for an
   * account that does not exist, the answer is false after the same work. Rejects with PasswordsBusy.
   */
  verify(hash: string | undefined, password: string): Promise<boolean>
  /** Whether a hash that verified was made otherwise than this hasher makes them. */
  needsRehash(hash: string): boolean
}

export class PasswordsBusy extends AppError {
  constructor() {
    super('passwords_busy', 'Too many people sign in at the moment. Try again in a few seconds.', {
      status: 503,
    })
  }
}

interface Parameters {
  memoryCost: number
  timeCost: number
  parallelism: number
}

const SALT_BYTES = 16
const HASH_BYTES = 32
const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$[\w+/]+\$[\w+/]+$/

/** The native code is loaded with the first password. */
export function createPasswordHasher({
  memoryKib = 19_456,
  passes = 2,
  parallelism = 1,
  concurrency = 2,
  maxWaiting = 64,
}: PasswordHasherOptions = {}): PasswordHasher {
  const parameters = { memoryCost: memoryKib, timeCost: passes, parallelism }
  const turns = new Turns({ atOnce: concurrency, maxWaiting, refuse: () => new PasswordsBusy() })
  const nobody = hashOfNobody(parameters)
  return {
    hash: password =>
      turns.take(async () => (await import('@node-rs/argon2')).hash(bytesOf(password), parameters)),
    async verify(hash, password) {
      const known = hash !== undefined && PHC.test(hash)
      const matches = await turns.take(async () => {
        const argon2 = await import('@node-rs/argon2')
        return argon2.verify(known ? hash : nobody, bytesOf(password))
      })
      return known && matches
    },
    needsRehash: hash => !hash.startsWith(prefixOf(parameters)),
  }
}

function prefixOf({ memoryCost, timeCost, parallelism }: Parameters): string {
  return `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$`
}

/** Costs as much to check as any other, and no password is known that made it. */
function hashOfNobody(parameters: Parameters): string {
  return `${prefixOf(parameters)}${phcBase64(SALT_BYTES)}$${phcBase64(HASH_BYTES)}`
}

function phcBase64(bytes: number): string {
  return randomBytes(bytes).toString('base64').replace(/=+$/, '')
}

/** Keyboards write the same letter in different ways; NFKC makes them one (NIST SP 800-63B, 3.1.1.2). */
function bytesOf(password: string): Buffer {
  return Buffer.from(password.normalize('NFKC'))
}
