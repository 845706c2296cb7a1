import type { Actor } from './actor.ts'

/** Which teams a list may show: all, or those with these ids. */
export type VisibleTeams = 'all' | string[]

/** Pure. A token that is limited to apps sees no team, one that is limited to a team sees that one. */
export function visibleTeams(actor: Actor): VisibleTeams {
  if (actor.kind === 'local') return 'all'
  if (actor.kind === 'public') return []
  const { platformRole, teams } = actor.access
  if (actor.kind === 'token') {
    if (actor.appIds !== null) return []
    if (actor.teamId !== null)
      return platformRole === 'admin' || teams.has(actor.teamId) ? [actor.teamId] : []
  }
  return platformRole === 'admin' ? 'all' : [...teams.keys()]
}
