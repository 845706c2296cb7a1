/** Which apps of a list are chosen. Pure, so that tests can try every case. */
export interface Selection {
  slugs: ReadonlySet<string>
  /** From where a range goes. */
  anchor: string | undefined
}

export const NOTHING_CHOSEN: Selection = { slugs: new Set(), anchor: undefined }

/** Chooses one, or leaves it again. */
export function toggled({ slugs }: Selection, slug: string): Selection {
  const next = new Set(slugs)
  if (!next.delete(slug)) next.add(slug)
  return { slugs: next, anchor: slug }
}

/** Everything between the anchor and `slug`, as the list shows it, becomes what `slug` becomes. */
export function ranged(selection: Selection, slug: string, shown: readonly string[]): Selection {
  const from = shown.indexOf(selection.anchor ?? slug)
  const to = shown.indexOf(slug)
  if (from === -1 || to === -1) return toggled(selection, slug)
  const next = new Set(selection.slugs)
  const chooses = !next.has(slug)
  for (const each of shown.slice(Math.min(from, to), Math.max(from, to) + 1)) {
    if (chooses) next.add(each)
    else next.delete(each)
  }
  return { slugs: next, anchor: slug }
}

/** All that the list shows, or nothing when all of that is chosen already. */
export function allOf(selection: Selection, shown: readonly string[]): Selection {
  const isAll = shown.every(slug => selection.slugs.has(slug))
  return isAll ? NOTHING_CHOSEN : { slugs: new Set([...selection.slugs, ...shown]), anchor: undefined }
}

/** Without what is there no more. */
export function among(selection: Selection, all: ReadonlySet<string>): Selection {
  const left = [...selection.slugs].filter(slug => all.has(slug))
  return left.length === selection.slugs.size ? selection : { ...selection, slugs: new Set(left) }
}
