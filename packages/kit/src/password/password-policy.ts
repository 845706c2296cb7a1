/** Which new passwords are taken. Every reason against one is told, each on its own. */
import type { FieldError } from '../errors.ts'
import { createStrengthCheck, type StrengthCheck } from './strength-check.ts'

/** `characters`: four kinds of characters besides length and strength. `strength`: length and strength alone. */
export type PasswordRules = 'characters' | 'strength'

export interface PasswordPolicyOptions {
  /** In characters. 10 unless told. */
  minLength?: number
  /** `characters` unless told. */
  rules?: PasswordRules
  /** Judges what is easy to guess. A check of its own unless told. */
  strength?: StrengthCheck
}

export interface CandidatePassword {
  password: string
  /** What a guesser would try first: the person's name and e-mail address, the name of the service. */
  about?: readonly string[]
  /** Which field the reasons are told for: `password` unless told. */
  path?: string
}

export interface PasswordPolicy {
  /** Every reason against the password; none when it is taken. The password itself is never repeated. */
  problems(candidate: CandidatePassword): Promise<FieldError[]>
  /** Frees what judging strength may still hold. Idempotent. */
  close(): void
}

/** Longer ones would only cost time. */
const MAX_LENGTH = 128

const KINDS: readonly [RegExp, string][] = [
  [/\p{Lu}/u, 'needs an upper-case letter'],
  [/\p{Ll}/u, 'needs a lower-case letter'],
  [/\p{Nd}/u, 'needs a digit'],
  [/[^\p{L}\p{N}\p{C}]/u, 'needs a special character, such as - or !'],
]

export function createPasswordPolicy({
  minLength = 10,
  rules = 'characters',
  strength = createStrengthCheck(),
}: PasswordPolicyOptions = {}): PasswordPolicy {
  return {
    async problems({ password, about = [], path = 'password' }) {
      const reasons = lengthReasons(password, minLength)
      // Not judged any further: a text of megabytes would be work for nothing.
      if (password.length > 4 * MAX_LENGTH) return reasons.map(message => ({ path, message }))
      if (rules === 'characters') reasons.push(...missingKinds(password))
      reasons.push(...strengthReasons(await strength.judge(password, about)))
      return reasons.map(message => ({ path, message }))
    },
    close: () => strength.close(),
  }
}

/** In characters as people count them, not in UTF-16 units. */
function lengthReasons(password: string, minLength: number): string[] {
  const length = [...password.normalize('NFKC')].length
  if (length < minLength) return [`must have at least ${minLength} characters`]
  return length > MAX_LENGTH ? [`must have at most ${MAX_LENGTH} characters`] : []
}

function missingKinds(password: string): string[] {
  return KINDS.filter(([kind]) => !kind.test(password)).map(([, reason]) => reason)
}

function strengthReasons({ isCommon, weakness }: Awaited<ReturnType<StrengthCheck['judge']>>): string[] {
  const common = isCommon ? ['is on the list of the most common passwords'] : []
  return weakness === undefined ? common : [...common, weakness]
}
