/** Which role a member may be given, and why not another. Pure; the API decides by the same rules. */
import { whyMayNot } from '@seaworthy/api/can'
import type { Member, Role, Team } from '../api/team-queries.ts'
import { teamWords } from '../words/en/teams.ts'

export const ROLES: readonly Role[] = ['viewer', 'developer', 'admin', 'owner']

export interface RoleChoice {
  role: Role
  whyNot: string | undefined
}

/** An administrator of the platform, who need not be a member, has every right of an owner. */
function hasOwnersRights({ role }: Team): boolean {
  return role === null || role === 'owner'
}

/** Why nothing about this member can be changed; undefined when something can. */
export function whyNotTouch(
  action: 'member:update' | 'member:remove',
  team: Team,
  member: Member,
  owners: number,
): string | undefined {
  const reason = whyMayNot(team, action)
  if (reason !== undefined) return reason
  if (member.role !== 'owner') return undefined
  if (!hasOwnersRights(team)) return teamWords.roleRules.ownerStays
  return owners === 1 ? teamWords.roleRules.lastOwner : undefined
}

export function roleChoices(team: Team, present?: Role): RoleChoice[] {
  return ROLES.map(role => ({ role, whyNot: whyNotRole(team, role, present) }))
}

function whyNotRole(team: Team, role: Role, present: Role | undefined): string | undefined {
  if (role === present) return teamWords.roleRules.same
  if (role === 'owner' && !hasOwnersRights(team)) return teamWords.roleRules.ownersOnly
  return undefined
}
