/** What an audit entry's `before` and `after` differ in, by the path of each fact. Pure. */
import { words } from '../words/en.ts'

export interface FactChange {
  path: string
  before: string | undefined
  after: string | undefined
}

/** Facts that stayed the same are left out. */
export function difference(before: unknown, after: unknown): FactChange[] {
  const old = flatten(before)
  const now = flatten(after)
  return [...new Set([...old.keys(), ...now.keys()])]
    .map(path => ({ path, before: old.get(path), after: now.get(path) }))
    .filter(change => change.before !== change.after)
}

/** Lists are one fact: who reads `[viewer, admin]` sees more than two numbered ones. */
function flatten(value: unknown, path = '', into = new Map<string, string>()): Map<string, string> {
  if (value === null || value === undefined) {
    if (path !== '' && value === null) into.set(path, words.none)
  } else if (typeof value === 'object' && !Array.isArray(value)) {
    for (const [key, inner] of Object.entries(value))
      flatten(inner, path === '' ? key : `${path}.${key}`, into)
  } else {
    into.set(path === '' ? '·' : path, textOf(value))
  }
  return into
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(', ')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
