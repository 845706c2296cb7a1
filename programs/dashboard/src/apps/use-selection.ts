import { useCallback, useMemo, useState } from 'react'
import type { App } from '../api/queries.ts'
import { allOf, among, NOTHING_CHOSEN, ranged, toggled } from './selection.ts'

export interface ListSelection {
  chosen: ReadonlySet<string>
  /** @param range from where one was last, as with the shift key */
  choose(slug: string, range: boolean): void
  chooseAll(): void
  clear(): void
}

/** @param shown what the list shows, in its order */
export function useSelection(apps: readonly App[], shown: readonly App[]): ListSelection {
  const [kept, setKept] = useState(NOTHING_CHOSEN)
  const there = useMemo(() => new Set(apps.map(({ slug }) => slug)), [apps])
  const slugs = useMemo(() => shown.map(({ slug }) => slug), [shown])
  const choose = useCallback(
    (slug: string, range: boolean) => setKept(now => (range ? ranged(now, slug, slugs) : toggled(now, slug))),
    [slugs],
  )
  const chooseAll = useCallback(() => setKept(now => allOf(now, slugs)), [slugs])
  const clear = useCallback(() => setKept(NOTHING_CHOSEN), [])
  const chosen = useMemo(() => among(kept, there).slugs, [kept, there])
  return useMemo(() => ({ chosen, choose, chooseAll, clear }), [chosen, choose, chooseAll, clear])
}
