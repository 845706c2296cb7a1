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
const FACTOR_MISSING =
  'The platform requires a second factor of your role. Set one up first, in the dashboard under your account.'

export function can(actor: Actor, action: RouteAction, resource: Resource = NOTHING): boolean {
  return decide(actor, action, resource).allowed
}

export function decide(actor: Actor, action: RouteAction, resource: Resource = NOTHING): Decision {
  if (action === 'public') return ALLOWED
  const rule = policyRules[action]
  if (rule.on === 'public' || actor.kind === 'local') return ALLOWED
  if (actor.kind === 'public') return refused('Sign in first.')
  if (rule.on === 'local') return refused('This can only be done on the machine itself.')
  // First of all: a limited token must not learn from the kind of its refusal what there is.
  if (actor.kind === 'token' && !isWithinLimits(actor, resource)) return hidden()
  const decision = decideForPerson(actor, rule, resource)
  if (!decision.allowed) return decision
  if (actor.kind === 'token') return decideForToken(actor, rule)
  return actor.factorMissing && !rule.withoutFactor ? refused(FACTOR_MISSING) : ALLOWED
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
    if (rule.role === 'member' || actor.access.platformRole === 'admin') return ALLOWED
    // What administrators do with a team must not tell others that it is there.
    if (resource.kind !== 'none' && roleOn(actor, resource) === undefined) return hidden()
    return refused('Only an administrator of the platform may do this.')
  }
  const role = roleOn(actor, resource)
  if (role === undefined) return hidden()
  const counted = rule.members ? roleOn(actor, teamOf(resource)) : role
  if (counted !== undefined && roleIncludes(counted, rule.role as Role)) return ALLOWED
  const where = rule.members ? ' in the team of the app' : ''
  return refused(`This needs the role ${rule.role}${where}; yours is ${counted ?? 'none'}.`)
}

function teamOf(resource: Resource): Resource {
  return resource.kind === 'app' ? { kind: 'team', teamId: resource.teamId } : resource
}

function decideForToken(token: TokenActor, rule: Rule): Decision {
  if (rule.session) return refused('An API token may not do this: sign in as a person.')
  if (rule.on === 'platform' && (rule.scope !== 'read' || rule.whole) && isLimited(token))
    return refused(`The token "${token.tokenName}" is limited, and this is about the whole platform.`)
  if (token.scopes.some(scope => scopeIncludes(scope, rule.scope))) return ALLOWED
  return refused(`The token "${token.tokenName}" has not the scope ${rule.scope} that this needs.`)
}

function isLimited({ appIds, teamId }: TokenActor): boolean {
  return appIds !== null || teamId !== null
}

/** One that is limited to apps sees no team, not even theirs. */
function isWithinLimits(token: TokenActor, resource: Resource): boolean {
  if (resource.kind === 'none') return true
  if (token.teamId !== null && resource.teamId !== token.teamId) return false
  if (token.appIds === null) return true
  return resource.kind === 'app' && token.appIds.includes(resource.appId)
}

function refused(reason: string): Decision {
  return { allowed: false, hidden: false, reason }
}

function hidden(): Decision {
  return { allowed: false, hidden: true, reason: 'There is nothing here, or nothing that you may see.' }
}
