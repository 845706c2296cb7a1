import type { Grant, Invitation, Member, PersonRef, Team } from '@seaworthy/api'
import type { Actor } from '../access/actor.ts'
import { teamPermissions } from '../access/permissions.ts'
import { isoTime } from '../http/times.ts'
import { DELETED_PERSON } from '../people/person-traces.ts'
import type { Queryable } from '../store/database.ts'
import type { InvitationRow, TeamRow } from '../store/schema.ts'
import type { GrantRecord } from './grants.ts'
import { invitationState } from './invitation-state.ts'
import type { MemberRecord } from './members.ts'

/** Teams as the API shows them to this actor, with two queries for all of them together. */
export async function teamDocuments(db: Queryable, rows: readonly TeamRow[], actor: Actor): Promise<Team[]> {
  const ids = rows.map(({ id }) => id)
  const [members, apps] = await Promise.all([countMembers(db, ids), countApps(db, ids)])
  return rows.map(row => ({
    id: row.id,
    slug: row.slug,
    name: row.name,
    role: ownRole(actor, row.id),
    counts: { members: members.get(row.id) ?? 0, apps: apps.get(row.id) ?? 0 },
    can: teamPermissions(actor, row.id),
    createdAt: isoTime(row.created_at),
  }))
}

/** Administrators have every right without being members: they are shown no role then. */
function ownRole(actor: Actor, teamId: string): Team['role'] {
  if (!('access' in actor)) return null
  return actor.access.teams.get(teamId) ?? null
}

export function memberDocument({ role, suspendedAt, since, ...person }: MemberRecord): Member {
  return { person: personRef(person), role, suspended: suspendedAt !== null, since: isoTime(since) }
}

export function grantDocument({ role, since, ...person }: GrantRecord): Grant {
  return { person: personRef(person), role, since: isoTime(since) }
}

export function invitationDocument(row: InvitationRow, inviter: string | null, now: number): Invitation {
  const { id, email, role, created_at, expires_at } = row
  const times = { createdAt: isoTime(created_at), expiresAt: isoTime(expires_at) }
  const invitedBy = inviter ?? (row.invited_by === DELETED_PERSON ? DELETED_PERSON : null)
  return { id, email, role, invitedBy, state: invitationState(row, now), ...times }
}

function personRef({ id, email, name }: PersonRef): PersonRef {
  return { id, email, name }
}

async function countMembers(db: Queryable, teamIds: readonly string[]): Promise<Map<string, number>> {
  if (teamIds.length === 0) return new Map()
  const counts = await db
    .selectFrom('team_members')
    .select(eb => ['team_id', eb.fn.countAll<number>().as('count')])
    .where('team_id', 'in', teamIds)
    .groupBy('team_id')
    .execute()
  return new Map(counts.map(({ team_id, count }) => [team_id, Number(count)]))
}

async function countApps(db: Queryable, teamIds: readonly string[]): Promise<Map<string, number>> {
  if (teamIds.length === 0) return new Map()
  const counts = await db
    .selectFrom('apps')
    .select(eb => ['team_id', eb.fn.countAll<number>().as('count')])
    .where('team_id', 'in', teamIds)
    .where('deleted_at', 'is', null)
    .groupBy('team_id')
    .execute()
  return new Map(counts.map(({ team_id, count }) => [team_id, Number(count)]))
}
