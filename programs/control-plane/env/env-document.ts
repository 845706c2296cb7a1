/** One version of a set of variables: everything that is set, by name. Pure. */

/** As stored: the value of a secret is sealed. */
export interface EnvEntry {
  secret: boolean
  value: string
}

/** A map, because a name may be that of a property which every object has. */
export type EnvDocument = Map<string, EnvEntry>

/** As people see it: the value of a secret is null. */
export interface ShownVariable {
  secret: boolean
  value: string | null
}

export interface EnvDifference {
  key: string
  change: 'added' | 'changed' | 'removed'
  before: ShownVariable | null
  after: ShownVariable | null
}

export function parseDocument(json: string): EnvDocument {
  return new Map(Object.entries(JSON.parse(json)))
}

/** Sorted by name, so that equal documents are equal texts. */
export function documentJson(document: EnvDocument): string {
  return JSON.stringify(Object.fromEntries([...document].sort(([a], [b]) => (a < b ? -1 : 1))))
}

export function showDocument(document: EnvDocument): Record<string, ShownVariable> {
  return Object.fromEntries([...document].map(([key, entry]) => [key, shown(entry)]))
}

/**
 * What is different, by name. `isSame` compares two entries of one name by what they hold: sealing the same secret
 * again gives another text.
 */
export function diffDocuments(
  before: EnvDocument,
  after: EnvDocument,
  isSame: (key: string, one: EnvEntry, other: EnvEntry) => boolean,
): EnvDifference[] {
  const keys = [...new Set([...before.keys(), ...after.keys()])].sort()
  return keys.flatMap(key => {
    const [old, now] = [before.get(key), after.get(key)]
    if (old && now && isSame(key, old, now)) return []
    const change = old === undefined ? 'added' : now === undefined ? 'removed' : 'changed'
    return [{ key, change, before: old ? shown(old) : null, after: now ? shown(now) : null }]
  })
}

function shown({ secret, value }: EnvEntry): ShownVariable {
  return { secret, value: secret ? null : value }
}
