/** Whose entries an actor may read. Pure. */
import type { Actor, TokenActor } from '../access/actor.ts'
import { type Role, roleIncludes } from '../access/roles.ts'

export interface VisibleEntries {
  /** Everything, or what one of these fits. */
  anyOf: 'everything' | { actorId: string; teamIds: string[]; appIds: string[] }
  /** Of that, only what fits the limits of an API token; null: not limited. */
  teamId: string | null
  appIds: readonly string[] | null
}

/**
 * An administrator of the platform reads everything; an administrator of a team or an app what happened there; anybody
 * what they did themselves (see `isOwnEntry`). A token narrows that to its team and its apps.
 */
export function visibleEntries(actor: Actor): VisibleEntries {
  const limits = actor.kind === 'token' ? limitsOf(actor) : { teamId: null, appIds: null }
  return { anyOf: rightsOf(actor), ...limits }
}

function rightsOf(actor: Actor): VisibleEntries['anyOf'] {
  if (actor.kind === 'local') return 'everything'
  if (actor.kind === 'public') return { actorId: '', teamIds: [], appIds: [] }
  const { platformRole, teams, apps } = actor.access
  if (platformRole === 'admin') return 'everything'
  return { actorId: actor.userId, teamIds: administered(teams), appIds: administered(apps) }
}

function limitsOf({ teamId, appIds }: TokenActor) {
  return { teamId, appIds }
}

function administered(roles: ReadonlyMap<string, Role>): string[] {
  return [...roles].filter(([, role]) => roleIncludes(role, 'admin')).map(([id]) => id)
}
