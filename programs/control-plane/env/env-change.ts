/** What a change asks for, what is wrong with it, and what it makes of a document. Pure, but for sealing. */

import type { FieldError } from '@seaworthy/kit'
import { MIN_REDACTED_CHARACTERS } from '@seaworthy/telemetry'
import type { EnvDocument, EnvEntry } from './env-document.ts'
import { envKeyProblem, envValueProblem, MAX_ENV_KEYS, MAX_ENV_TOTAL_BYTES } from './env-key.ts'
import { EnvInvalid } from './errors.ts'

export interface EnvChange {
  /** A secret stays one unless `secret: false` is said. */
  set?: Record<string, { value: string; secret?: boolean | undefined }>
  /** Names that are not set are no error. */
  unset?: readonly string[]
  /** Variables that become secrets with the value that they have. */
  protect?: readonly string[]
  /** The version that the change was made on: it is refused when another came after that. */
  baseVersion?: number
}

/** How a value is sealed under its name, and opened again. */
export interface EnvSeal {
  seal(key: string, value: string): string
  open(key: string, entry: EnvEntry): string
}

export interface AppliedChange {
  /** Names that are different now. */
  changed: string[]
  /** Those among them that are secrets and were not. */
  newSecrets: string[]
}

/** Throws `EnvInvalid`, naming each wrong field. */
export function refuseInvalid({ set = {}, unset = [] }: EnvChange): void {
  const errors: FieldError[] = []
  for (const [key, { value }] of Object.entries(set)) {
    const message = envKeyProblem(key) ?? envValueProblem(value)
    if (message) errors.push({ path: `set.${key}`, message })
    else if (unset.includes(key))
      errors.push({ path: `unset.${key}`, message: `${key} is both set and unset.` })
  }
  if (errors.length > 0) throw new EnvInvalid(errors.slice(0, 20))
}

/** Changes `document`. Throws `EnvInvalid` when it asks to protect what is not set, or the document gets too large. */
export function applyChange(document: EnvDocument, change: EnvChange, seal: EnvSeal): AppliedChange {
  const { set = {}, unset = [], protect = [] } = change
  const before = new Map(document)
  for (const key of unset) document.delete(key)
  for (const [key, { value, secret }] of Object.entries(set)) {
    const isSecret = secret ?? before.get(key)?.secret ?? false
    if (!isSame(before.get(key), { value, isSecret }, key, seal))
      setEntry(document, { key, value, isSecret }, seal)
  }
  for (const key of protect) protectEntry(document, key, seal)
  refuseTooLarge(document)
  return outcome(before, document)
}

/** What whoever set them should know: a short value cannot be hidden in logs. Names only. */
export function shortSecrets(document: EnvDocument, keys: readonly string[], seal: EnvSeal): string[] {
  return keys.filter(key => {
    const entry = document.get(key)
    return entry?.secret && seal.open(key, entry).length < MIN_REDACTED_CHARACTERS
  })
}

function isSame(
  before: EnvEntry | undefined,
  { value, isSecret }: { value: string; isSecret: boolean },
  key: string,
  seal: EnvSeal,
): boolean {
  return before?.secret === isSecret && opensTo(seal, key, before, value)
}

/** What does not open any more is set anew, which mends it. */
function opensTo(seal: EnvSeal, key: string, entry: EnvEntry, value: string): boolean {
  try {
    return seal.open(key, entry) === value
  } catch {
    return false
  }
}

function setEntry(
  document: EnvDocument,
  { key, value, isSecret }: { key: string; value: string; isSecret: boolean },
  seal: EnvSeal,
): void {
  document.set(key, { secret: isSecret, value: isSecret ? seal.seal(key, value) : value })
}

function protectEntry(document: EnvDocument, key: string, seal: EnvSeal): void {
  const entry = document.get(key)
  if (!entry)
    throw new EnvInvalid([
      { path: `protect.${key}`, message: `${key} is not set, so it cannot become a secret.` },
    ])
  if (!entry.secret) setEntry(document, { key, value: entry.value, isSecret: true }, seal)
}

function outcome(before: EnvDocument, after: EnvDocument): AppliedChange {
  const removed = [...before.keys()].filter(key => !after.has(key))
  const touched = [...after.keys()].filter(key => after.get(key) !== before.get(key))
  const newSecrets = touched.filter(key => after.get(key)!.secret && !before.get(key)?.secret)
  return { changed: [...removed, ...touched], newSecrets }
}

function refuseTooLarge(document: EnvDocument): void {
  if (document.size > MAX_ENV_KEYS) {
    const message = `There may be at most ${MAX_ENV_KEYS} env vars; this would be ${document.size}.`
    throw new EnvInvalid([{ path: 'set', message }])
  }
  let bytes = 0
  for (const [key, { value }] of document) bytes += key.length + Buffer.byteLength(value)
  if (bytes > MAX_ENV_TOTAL_BYTES)
    throw new EnvInvalid([{ path: 'set', message: 'All env vars together have at most 1 MB.' }])
}
