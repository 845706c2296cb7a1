/** Who may do what. The one place that decides, for requests, streams and jobs. Pure. */
import type { Action } from '@seaworthy/api'
import type { Actor, SignedInActor, TokenActor } from './actor.ts'
import { policyRules, type Rule } from './policy-rules.ts'
import { higherRole, type Role, roleIncludes, scopeIncludes } from './roles.ts'

/** What a route outside the API asks for: anybody may see it. */
export type RouteAction = Action | 'public'

export type Resource =
  /** The platform, or the actor's own account. */
  { kind: 'none' } | { kind: 'team'; teamId: string } | { kind: 'app'; appId: string; teamId: string }

export type Decision =
  | { allowed: true }
  /** `hidden`: the actor must not learn that the resource exists. The reason is a sentence for people. */
  | { allowed: false; hidden: boolean; reason: string }

export const NOTHING: Resource = { kind: 'none' }
const ALLOWED: Decision = { allowed: true }

export function can(actor: Actor, action: RouteAction, resource: Resource = NOTHING): boolean {
  return decide(actor, action, resource).allowed
}

export function decide(actor: Actor, action: RouteAction, resource: Resource = NOTHING): Decision {
  if (action === 'public') return ALLOWED
  const rule = policyRules[action]
  if (rule.on === 'public' || actor.kind === 'local') return ALLOWED
  if (actor.kind === 'public') return refused('Sign in first.')
  if (rule.on === 'local') return refused('This can only be done on the machine itself.')
  const decision = decideForPerson(actor, rule, resource)
  return decision.allowed && actor.kind === 'token' ? decideForToken(actor, rule, resource) : decision
}

/** The role of an actor on a team or an app; undefined where they have none. */
export function roleOn(actor: Actor, resource: Resource): Role | undefined {
  if (actor.kind === 'local') return 'owner'
  if (actor.kind === 'public' || resource.kind === 'none') return undefined
  if (actor.access.platformRole === 'admin') return 'owner'
  const inTeam = actor.access.teams.get(resource.teamId)
  return resource.kind === 'app' ? higherRole(inTeam, actor.access.apps.get(resource.appId)) : inTeam
}

type PersonActor = Exclude<SignedInActor, { kind: 'local' }>

function decideForPerson(actor: PersonActor, rule: Rule, resource: Resource): Decision {
  if (rule.on === 'self') return ALLOWED
  if (rule.on === 'platform') {
    const allowed = rule.role === 'member' || actor.access.platformRole === 'admin'
    return allowed ? ALLOWED : refused('Only an administrator of the platform may do this.')
  }
  const role = roleOn(actor, resource)
  if (role === undefined) return hidden()
  if (roleIncludes(role, rule.role as Role)) return ALLOWED
  return refused(`This needs the role ${rule.role}; yours is ${role}.`)
}

function decideForToken(token: TokenActor, rule: Rule, resource: Resource): Decision {
  if (rule.session) return refused('An API token may not do this: sign in as a person.')
  if (!isWithinLimits(token, resource)) return hidden()
  if (token.scopes.some(scope => scopeIncludes(scope, rule.scope))) return ALLOWED
  return refused(`The token "${token.tokenName}" has not the scope ${rule.scope} that this needs.`)
}

/** A token that is limited to apps still sees the team they are in. */
function isWithinLimits(token: TokenActor, resource: Resource): boolean {
  if (resource.kind === 'none') return true
  if (token.teamId !== null && resource.teamId !== token.teamId) return false
  return resource.kind === 'team' || token.appIds === null || token.appIds.includes(resource.appId)
}

function refused(reason: string): Decision {
  return { allowed: false, hidden: false, reason }
}

function hidden(): Decision {
  return { allowed: false, hidden: true, reason: 'There is nothing here, or nothing that you may see.' }
}
