import type { Transaction } from '../store/database.ts'
import { DEFAULT_TEAM } from '../store/migrations/0002-accounts.ts'
import type { PlatformRole } from '../store/schema.ts'
import type { DeletionFacts, MembershipFacts } from './deletion-rules.ts'
import { countOtherAdmins } from './platform-admins.ts'

/** What the rules need to know, read within the change that they decide about. */
export async function readDeletionFacts(
  trx: Transaction,
  { userId, platformRole }: { userId: string; platformRole: PlatformRole },
): Promise<DeletionFacts> {
  return {
    platformRole,
    otherAdmins: await countOtherAdmins(trx, userId),
    teams: await readTeams(trx, userId),
  }
}

export async function teamIdsOf(trx: Transaction, userId: string): Promise<string[]> {
  const rows = await trx.selectFrom('team_members').select('team_id').where('user_id', '=', userId).execute()
  return rows.map(({ team_id }) => team_id).sort()
}

async function readTeams(trx: Transaction, userId: string): Promise<MembershipFacts[]> {
  const rows = await trx
    .selectFrom('team_members')
    .innerJoin('teams', 'teams.id', 'team_members.team_id')
    .select(['teams.id', 'teams.slug', 'team_members.role'])
    .where('team_members.user_id', '=', userId)
    .orderBy('teams.slug')
    .execute()
  const facts: MembershipFacts[] = []
  for (const { id, slug, role } of rows) {
    const others = await countOthers(trx, { teamId: id, userId })
    facts.push({ id, slug, role, ...others, apps: await countApps(trx, id), stays: id === DEFAULT_TEAM.id })
  }
  return facts
}

async function countOthers(
  trx: Transaction,
  { teamId, userId }: { teamId: string; userId: string },
): Promise<{ otherMembers: number; otherOwners: number }> {
  const others = await trx
    .selectFrom('team_members')
    .innerJoin('user', 'user.id', 'team_members.user_id')
    .select(['team_members.role', 'user.suspendedAt'])
    .where('team_members.team_id', '=', teamId)
    .where('team_members.user_id', '!=', userId)
    .execute()
  const canAct = others.filter(({ role, suspendedAt }) => role === 'owner' && suspendedAt === null)
  return { otherMembers: others.length, otherOwners: canAct.length }
}

async function countApps(trx: Transaction, teamId: string): Promise<number> {
  const { count } = await trx
    .selectFrom('apps')
    .select(eb => eb.fn.countAll<number>().as('count'))
    .where('team_id', '=', teamId)
    .executeTakeFirstOrThrow()
  return Number(count)
}
