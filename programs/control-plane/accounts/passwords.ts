import { defineErrors, type FieldError } from '@seaworthy/kit'
import {
  type CandidatePassword,
  createPasswordHasher,
  createPasswordPolicy,
  type PasswordHasher,
  type PasswordPolicy,
  type PasswordPolicyOptions,
} from '@seaworthy/kit/password'

export const passwordErrors = defineErrors({
  password_too_weak: { status: 400, message: 'Choose another password: {summary}.' },
})

/** A hash that better-auth made before the platform had its own: salt and key of scrypt, in hex. */
const SCRYPT_HASH = /^[0-9a-f]{32}:[0-9a-f]{128}$/

/** With argon2id and the policy of the settings. */
export function createPasswords(policy: PasswordPolicyOptions): Passwords {
  return new Passwords({ hasher: createPasswordHasher(), policy: createPasswordPolicy(policy) })
}

/** How passwords are judged, kept and checked here. */
export class Passwords {
  readonly #hasher: PasswordHasher
  readonly #policy: PasswordPolicy

  constructor({ hasher, policy }: { hasher: PasswordHasher; policy: PasswordPolicy }) {
    this.#hasher = hasher
    this.#policy = policy
  }

  /** Every reason against a new password, each as the error of its field. */
  problems(candidate: CandidatePassword): Promise<FieldError[]> {
    return this.#policy.problems(candidate)
  }

  /** The hash of a new password. Rejects with `password_too_weak`, which has every reason. */
  async hashNew(candidate: CandidatePassword): Promise<string> {
    const errors = await this.problems(candidate)
    if (errors.length > 0) throw tooWeak(errors)
    return this.hash(candidate.password)
  }

  /** Without judging the password. */
  hash(password: string): Promise<string> {
    return this.#hasher.hash(password)
  }

  /** Undefined for somebody without a password, or nobody at all: false, after the same work. */
  async verify(hash: string | undefined, password: string): Promise<boolean> {
    if (hash === undefined || !SCRYPT_HASH.test(hash)) return this.#hasher.verify(hash, password)
    const { verifyPassword } = await import('@better-auth/utils/password')
    return verifyPassword(hash, password)
  }

  /** Whether a hash is to be made anew while the password is at hand. */
  needsRehash(hash: string): boolean {
    return this.#hasher.needsRehash(hash)
  }

  close(): void {
    this.#policy.close()
  }
}

function tooWeak(errors: FieldError[]): Error {
  const summary = errors.map(({ message }) => `it ${message}`).join('; ')
  return passwordErrors.password_too_weak({ summary }, { errors })
}
