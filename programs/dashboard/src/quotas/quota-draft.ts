/** Changes to quotas that are not saved yet. Pure. */
import type { Quota } from '../api/team-queries.ts'

/** As typed: digits, nothing for "no limit", or `default`. */
export type QuotaDraft = Readonly<Partial<Record<Quota['name'], string>>>

export type Limits = Partial<Record<Quota['name'], number | null | 'default'>>

/** What has to be saved: without what is that way already. */
export function limitsOf(draft: QuotaDraft, quotas: readonly Quota[]): Limits {
  const limits: Limits = {}
  for (const { name, limit, source } of quotas) {
    const typed = draft[name]?.trim()
    if (typed === undefined) continue
    const wanted = typed === 'default' ? 'default' : typed === '' ? null : Number(typed)
    const isSo = wanted === 'default' ? source === 'default' : source === 'set' && wanted === limit
    if (!isSo) limits[name] = wanted
  }
  return limits
}
