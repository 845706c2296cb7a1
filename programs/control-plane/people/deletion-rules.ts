/** Whether a person may go. Pure. */
import type { PlatformRole, Role } from '../access/roles.ts'

export interface MembershipFacts {
  id: string
  slug: string
  role: Role
  /** Who can act: one who is suspended does not count. */
  otherOwners: number
  otherMembers: number
  /** With those in the trash. */
  apps: number
  /** The team that came with the platform is never deleted. */
  stays: boolean
}

export interface DeletionFacts {
  platformRole: PlatformRole
  /** Administrators of the platform who can act. */
  otherAdmins: number
  teams: readonly MembershipFacts[]
}

export interface DeletionVerdict {
  /** Why the person cannot go, each a part of a sentence. Empty: they may. */
  reasons: string[]
  /** Teams in which nobody and nothing is left. */
  emptyTeams: MembershipFacts[]
}

export function judgeDeletion({ platformRole, otherAdmins, teams }: DeletionFacts): DeletionVerdict {
  const reasons = teams.filter(isHeldBy).map(whyNeeded)
  if (platformRole === 'admin' && otherAdmins === 0)
    reasons.unshift('it is the last administrator of the platform: make somebody else one.')
  return { reasons, emptyTeams: teams.filter(team => isEmptyWithout(team) && !team.stays) }
}

/** Others rely on the person: nobody else could act as the team's owner. */
function isHeldBy(team: MembershipFacts): boolean {
  return team.role === 'owner' && team.otherOwners === 0 && !isEmptyWithout(team)
}

function isEmptyWithout({ otherMembers, apps }: MembershipFacts): boolean {
  return otherMembers === 0 && apps === 0
}

function whyNeeded({ slug, otherMembers, apps }: MembershipFacts): string {
  const left = [
    otherMembers > 0 && `${otherMembers} other ${otherMembers === 1 ? 'member' : 'members'}`,
    apps > 0 && `${apps} ${apps === 1 ? 'app' : 'apps'} (those in the trash count)`,
  ].filter(part => part !== false)
  const advice =
    otherMembers > 0 ? 'make somebody else an owner.' : 'hand the apps to another team, or invite an owner.'
  return `it is the only owner of the team ${slug}, which has ${left.join(' and ')}: ${advice}`
}
