import type { Actor } from './actor.ts'

/** Which apps a list may show: all, or those of these teams and these single ones. */
export type VisibleApps = 'all' | { teamIds: string[]; appIds: string[]; onlyAppIds: string[] | null }

/** Pure. Narrow every list of apps, and of what belongs to apps, by this. */
export function visibleApps(actor: Actor): VisibleApps {
  if (actor.kind === 'local') return 'all'
  if (actor.kind === 'public') return { teamIds: [], appIds: [], onlyAppIds: [] }
  const { access } = actor
  const isAdmin = access.platformRole === 'admin'
  if (actor.kind === 'user')
    return isAdmin
      ? 'all'
      : { teamIds: [...access.teams.keys()], appIds: [...access.apps.keys()], onlyAppIds: null }
  const onlyAppIds = actor.appIds === null ? null : [...actor.appIds]
  if (actor.teamId !== null) {
    const isMember = isAdmin || access.teams.has(actor.teamId)
    return { teamIds: isMember ? [actor.teamId] : [], appIds: [], onlyAppIds }
  }
  if (isAdmin) return onlyAppIds === null ? 'all' : { teamIds: [], appIds: onlyAppIds, onlyAppIds }
  return { teamIds: [...access.teams.keys()], appIds: [...access.apps.keys()], onlyAppIds }
}
