/** Changes to an env that are not saved yet. Pure. */
export interface Variable {
  secret: boolean
  /** Null for a secret, which nobody is shown. */
  value: string | null
}

export interface DraftVariable {
  value: string
  secret: boolean
}

export interface EnvDraft {
  set: Readonly<Record<string, DraftVariable>>
  unset: readonly string[]
}

export const EMPTY_DRAFT: EnvDraft = { set: {}, unset: [] }

export type Change = { key: string; kind: 'added' | 'changed' | 'removed' }

export type Variables = Readonly<Record<string, Variable>>

/** Setting what is there already is no change; a secret is always one, since its value cannot be compared. */
export function setVariable(draft: EnvDraft, key: string, value: DraftVariable, known: Variables): EnvDraft {
  const { [key]: _, ...others } = draft.set
  const before = known[key]
  const same = before && !before.secret && before.value === value.value && before.secret === value.secret
  return {
    set: same ? others : { ...others, [key]: value },
    unset: draft.unset.filter(each => each !== key),
  }
}

export function unsetVariable(draft: EnvDraft, key: string, known: Variables): EnvDraft {
  const { [key]: _, ...set } = draft.set
  const unset = draft.unset.filter(each => each !== key)
  return { set, unset: key in known ? [...unset, key] : unset }
}

/** Takes back what was drafted for one variable. */
export function resetVariable(draft: EnvDraft, key: string): EnvDraft {
  const { [key]: _, ...set } = draft.set
  return { set, unset: draft.unset.filter(each => each !== key) }
}

export function changesOf(draft: EnvDraft, known: Variables): Change[] {
  const set = Object.keys(draft.set).map(key => ({ key, kind: key in known ? 'changed' : 'added' }) as const)
  const removed = draft.unset.filter(key => key in known).map(key => ({ key, kind: 'removed' }) as const)
  return [...set, ...removed].sort((a, b) => a.key.localeCompare(b.key))
}

/** The names that a pasted `.env` seems to hold, to show what would change. The platform reads it properly. */
export function namesIn(text: string): string[] {
  const found = text.matchAll(/^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=/gm)
  return [...new Set([...found].map(match => match[1]!))]
}
