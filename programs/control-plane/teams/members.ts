import type { PersonRef } from '@seaworthy/api'
import { sql } from 'kysely'
import type { AccessReader } from '../access/access-reader.ts'
import { type Actor, asSignedIn } from '../access/actor.ts'
import { roleOn } from '../access/policy.ts'
import type { Role } from '../access/roles.ts'
import { httpErrors } from '../http/errors.ts'
import { type Clock, systemClock } from '../store/clock.ts'
import type { Queryable, Store, Transaction } from '../store/database.ts'
import { fetchPage, type Page, type PageRequest } from '../store/paging.ts'
import type { TeamRow } from '../store/schema.ts'
import { teamErrors } from './errors.ts'
import { whyNotChangeRole } from './role-rules.ts'
import { lockTeam } from './teams.ts'

export interface MembersOptions {
  store: Store
  access: AccessReader
  clock?: Pick<Clock, 'now'>
}

export interface MemberRecord extends PersonRef {
  role: Role
  suspendedAt: number | null
  /** Milliseconds since 1970. */
  since: number
}

/** Whom a change is about, and who makes it. */
interface About {
  team: TeamRow
  actor: Actor
  /** Id or e-mail address. */
  person: string
}

/**
 * Who is in which team. Each change locks the team and asks anew who its actor is there, so that of two changes at
 * once the second one sees what the first one did: a team is never left without an owner who can act.
 */
export class Members {
  readonly #store: Store
  readonly #access: AccessReader
  readonly #clock: Pick<Clock, 'now'>

  constructor({ store, access, clock = systemClock }: MembersOptions) {
    this.#store = store
    this.#access = access
    this.#clock = clock
  }

  /** By name. */
  list(
    teamId: string,
    { order = 'asc', ...page }: PageRequest & { order?: 'asc' | 'desc' } = {},
  ): Promise<Page<MemberRecord>> {
    return fetchPage(membersOf(this.#store.db, teamId).orderBy('user.name', order).orderBy('user.id'), page)
  }

  /** Rejects with `member_not_found`, `not_allowed` or `last_owner`. */
  async setRole({ role, ...about }: About & { role: Role }): Promise<{ before: Role; member: MemberRecord }> {
    return this.#change(about, async (trx, own, member) => {
      refuse(whyNotChangeRole({ own, from: member.role, to: role }))
      if (role !== 'owner') await this.#keepAnOwner(trx, about.team, member)
      await trx
        .updateTable('team_members')
        .set({ role })
        .where('team_id', '=', about.team.id)
        .where('user_id', '=', member.id)
        .execute()
      return { before: member.role, member: { ...member, role } }
    })
  }

  /** Takes a person out, with what was granted on single apps of the team. Rejects as `setRole`. */
  async remove(about: About): Promise<MemberRecord> {
    return this.#change(about, async (trx, own, member) => {
      refuse(whyNotChangeRole({ own, from: member.role, to: undefined }))
      await this.#takeOut(trx, about.team, member)
      return member
    })
  }

  /** Rejects with `not_a_member` or `last_owner`. */
  async leave({ team, userId }: { team: TeamRow; userId: string | undefined }): Promise<MemberRecord> {
    return this.#store.transaction(async trx => {
      await lockTeam(this.#store, trx, team.id)
      const member = userId === undefined ? undefined : await findMember(trx, team.id, userId)
      if (!member) throw teamErrors.not_a_member({ team: team.slug })
      await this.#takeOut(trx, team, member)
      return member
    })
  }

  /** Within a change that has locked the team. Rejects with `already_member`. */
  async add(
    { team, person, role }: { team: TeamRow; person: Pick<PersonRef, 'id' | 'email'>; role: Role },
    trx: Transaction,
  ): Promise<void> {
    if (await findMember(trx, team.id, person.id))
      throw teamErrors.already_member({ person: person.email, team: team.slug })
    const row = { team_id: team.id, user_id: person.id, role, created_at: this.#clock.now() }
    await trx.insertInto('team_members').values(row).execute()
  }

  /** The role that the actor has there now; undefined once they have none. */
  async roleNow(teamId: string, actor: Actor, trx?: Queryable): Promise<Role | undefined> {
    if (!('userId' in actor)) return roleOn(actor, { kind: 'team', teamId })
    return (await this.personIn(teamId, actor.userId, trx))?.role
  }

  /** A person with their role there, which an administrator of the platform has everywhere. */
  async personIn(
    teamId: string,
    userId: string,
    trx?: Queryable,
  ): Promise<{ name: string; role: Role | undefined } | undefined> {
    const person = await this.#access.person(userId, trx)
    return person && { name: person.name, role: roleOn(asSignedIn(person), { kind: 'team', teamId }) }
  }

  /** The actor with their rights as they are now, after a change to them in this request. */
  async refreshed(actor: Actor): Promise<Actor> {
    const person = 'userId' in actor ? await this.#access.person(actor.userId) : undefined
    return person ? { ...actor, ...person } : actor
  }

  /** Teams in which nobody else could act as owner if this person went. */
  async onlyOwnedBy(userId: string, trx?: Queryable): Promise<TeamRow[]> {
    const db = trx ?? this.#store.db
    const owned = await db
      .selectFrom('teams')
      .innerJoin('team_members', 'team_members.team_id', 'teams.id')
      .selectAll('teams')
      .where('team_members.user_id', '=', userId)
      .where('team_members.role', '=', 'owner')
      .orderBy('teams.slug')
      .execute()
    const others = await Promise.all(owned.map(({ id }) => hasOtherOwner(db, id, userId)))
    return owned.filter((_, index) => !others[index])
  }

  #change<Result>(
    { team, actor, person }: About,
    change: (trx: Transaction, own: Role, member: MemberRecord) => Promise<Result>,
  ): Promise<Result> {
    return this.#store.transaction(async trx => {
      await lockTeam(this.#store, trx, team.id)
      const own = await this.roleNow(team.id, actor, trx)
      if (own === undefined) throw httpErrors.team_not_found({ team: team.slug })
      const member = await findMember(trx, team.id, person)
      if (!member) throw teamErrors.member_not_found({ person, team: team.slug })
      return change(trx, own, member)
    })
  }

  async #takeOut(trx: Transaction, team: TeamRow, member: MemberRecord): Promise<void> {
    await this.#keepAnOwner(trx, team, member)
    const apps = trx.selectFrom('apps').select('id').where('team_id', '=', team.id)
    await trx.deleteFrom('app_grants').where('user_id', '=', member.id).where('app_id', 'in', apps).execute()
    await trx
      .deleteFrom('team_members')
      .where('team_id', '=', team.id)
      .where('user_id', '=', member.id)
      .execute()
  }

  async #keepAnOwner(trx: Transaction, team: TeamRow, { id, role }: MemberRecord): Promise<void> {
    if (role === 'owner' && !(await hasOtherOwner(trx, team.id, id)))
      throw teamErrors.last_owner({ team: team.slug })
  }
}

function membersOf(db: Queryable, teamId: string) {
  return db
    .selectFrom('team_members')
    .innerJoin('user', 'user.id', 'team_members.user_id')
    .select(['user.id', 'user.email', 'user.name', 'user.suspendedAt'])
    .select(['team_members.role', 'team_members.created_at as since'])
    .where('team_members.team_id', '=', teamId)
}

function findMember(db: Queryable, teamId: string, idOrEmail: string): Promise<MemberRecord | undefined> {
  const email = idOrEmail.toLowerCase()
  return membersOf(db, teamId)
    .where(eb =>
      eb.or([eb('user.id', '=', idOrEmail), sql<boolean>`lower(${eb.ref('user.email')}) = ${email}`]),
    )
    .executeTakeFirst()
}

/** One who is suspended cannot act, and so does not count. */
async function hasOtherOwner(db: Queryable, teamId: string, userId: string): Promise<boolean> {
  const owners = membersOf(db, teamId).where('team_members.role', '=', 'owner')
  const other = owners.where('user.suspendedAt', 'is', null).where('user.id', '!=', userId)
  return (await other.limit(1).executeTakeFirst()) !== undefined
}

function refuse(reason: string | undefined): void {
  if (reason !== undefined) throw httpErrors.not_allowed({ reason })
}
