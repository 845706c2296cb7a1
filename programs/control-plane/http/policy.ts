/** Who may do what. The one place that decides; teams and roles come here. */
import type { Action } from '@seaworthy/api'

export type Actor =
  /** Nobody is signed in. */
  | { kind: 'public' }
  /** The administrator of the machine: came over the socket file, which only they can open. */
  | { kind: 'local' }
  | { kind: 'owner'; userId: string; email: string; name: string; expiresAt: number; token: string }

export type SignedInActor = Exclude<Actor, { kind: 'public' }>

/** What a route outside the API asks for: anybody may see it. */
export type RouteAction = Action | 'public'

const PUBLIC: ReadonlySet<RouteAction> = new Set(['public', 'setup:read', 'setup:claim', 'session:create'])
const LOCAL_ONLY: ReadonlySet<RouteAction> = new Set(['setup:link'])

export function can(actor: Actor, action: RouteAction): boolean {
  if (PUBLIC.has(action)) return true
  if (actor.kind === 'public') return false
  return actor.kind === 'local' || !LOCAL_ONLY.has(action)
}

/** As it is written into releases, deployments and env versions. */
export function actorName(actor: Actor): string {
  return actor.kind === 'owner' ? actor.email : actor.kind
}
