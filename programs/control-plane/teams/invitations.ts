import { randomBytes } from 'node:crypto'
import type { Actor, UserActor } from '../access/actor.ts'
import { type Role, roleIncludes } from '../access/roles.ts'
import type { Accounts } from '../accounts/accounts.ts'
import { normalizeEmail } from '../accounts/people.ts'
import { tokenHash } from '../accounts/token-hash.ts'
import { httpErrors } from '../http/errors.ts'
import type { Mailer } from '../mail/mailer.ts'
import { type Clock, systemClock } from '../store/clock.ts'
import type { Queryable, Store, Transaction } from '../store/database.ts'
import { newId } from '../store/ids.ts'
import { fetchPage, type Page, type PageRequest } from '../store/paging.ts'
import type { InvitationRow, TeamRow } from '../store/schema.ts'
import { teamErrors } from './errors.ts'
import { invitationState } from './invitation-state.ts'
import type { Members } from './members.ts'
import { findPersonRef } from './person-ref.ts'
import { whyNotChangeRole } from './role-rules.ts'
import { lockTeam } from './teams.ts'

export interface InvitationsOptions {
  store: Store
  members: Members
  accounts: Pick<Accounts, 'hashPassword' | 'createPerson'>
  mailer: Mailer
  /** Where the dashboard answers: `http://localhost:4400`. */
  dashboardUrl: string
  clock?: Pick<Clock, 'now'>
}

export interface Newcomer {
  token: string
  name: string
  password: string
  email?: string
}

/** Somebody who has come in. */
export interface Joined {
  team: TeamRow
  role: Role
  person: { id: string; email: string }
}

/** With the name of the one who invited; null for the administrator of the machine. */
export type ListedInvitation = InvitationRow & { inviter: string | null }

interface OpenInvitation {
  invitation: InvitationRow
  team: TeamRow
  /** Null: the administrator of the machine. */
  inviter: { name: string } | null
}

const DAYS_7_MS = 7 * 86_400_000
const LOCAL = 'local'

/**
 * Ways into a team: by mail, for one address, or by a link, for whoever has it. Only the hash of a link is kept. It
 * works once, for seven days, and only while the one who invited may still give that role.
 */
export class Invitations {
  readonly #options: InvitationsOptions
  readonly #clock: Pick<Clock, 'now'>

  constructor(options: InvitationsOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
  }

  /**
   * With an `email`, sends a mail and resolves without a `url`; else with a link that nobody can be shown again.
   * Rejects with `not_allowed` for a role above the inviter's, `already_member` or `already_invited`.
   */
  async create(input: { team: TeamRow; actor: Actor; role: Role; email?: string }): Promise<{
    invitation: InvitationRow
    url: string | null
  }> {
    const { store } = this.#options
    const token = `swi_${randomBytes(32).toString('base64url')}`
    const url = new URL(`/invitation#token=${token}`, this.#options.dashboardUrl).href
    return store.transaction(async trx => {
      await lockTeam(store, trx, input.team.id)
      await this.#checkInviter(input, trx)
      const invitation = await this.#insert(input, tokenHash(token), trx)
      if (invitation.email === null) return { invitation, url }
      await this.#mail(input, { ...invitation, email: invitation.email }, url, trx)
      return { invitation, url: null }
    })
  }

  /** Newest first. */
  list(
    teamId: string,
    { order = 'desc', ...page }: PageRequest & { order?: 'asc' | 'desc' },
  ): Promise<Page<ListedInvitation>> {
    const own = listed(this.#options.store.db, teamId)
    return fetchPage(own.orderBy('created_at', order).orderBy('invitations.id', order), page)
  }

  /** Rejects with `invitation_not_found` or `invitation_not_open`. */
  async revoke({ team, id }: { team: TeamRow; id: string }): Promise<ListedInvitation> {
    return this.#options.store.transaction(async trx => {
      await lockTeam(this.#options.store, trx, team.id)
      const row = await listed(trx, team.id).where('invitations.id', '=', id).executeTakeFirst()
      if (!row) throw teamErrors.invitation_not_found({ team: team.slug })
      const state = invitationState(row, this.#clock.now())
      if (state !== 'open') throw teamErrors.invitation_not_open({ state })
      const changes = { revoked_at: this.#clock.now() }
      await trx.updateTable('invitations').set(changes).where('id', '=', id).execute()
      return { ...row, ...changes }
    })
  }

  /** What a link is for. Rejects with `invitation_invalid`, whatever it is that makes it worthless. */
  open(token: string): Promise<OpenInvitation> {
    return this.#find(token, this.#options.store.db)
  }

  /** As a person who is signed in. Rejects with `invitation_invalid`, `invitation_for_another` or `already_member`. */
  async accept({ token, actor }: { token: string; actor: UserActor }): Promise<Joined> {
    const person = { id: actor.userId, email: actor.email }
    return this.#options.store.transaction(async trx => {
      const { invitation, team } = await this.#claim(token, trx)
      if (invitation.email !== null && invitation.email !== normalizeEmail(person.email))
        throw teamErrors.invitation_for_another()
      await this.#enter(invitation, team, person, trx)
      return { team, role: invitation.role, person }
    })
  }

  /**
   * As somebody new. An address that an invitation was mailed to is confirmed by it. Rejects with
   * `invitation_invalid`, `invitation_for_another`, `email_needed`, `password_too_weak` or `email_taken`; the
   * invitation stays open then.
   */
  async join({ token, name, password, ...given }: Newcomer): Promise<Joined> {
    const { store, accounts } = this.#options
    const { invitation: open } = await this.open(token)
    const email = addressOf(open, given.email)
    const passwordHash = await accounts.hashPassword({ password, about: [email, name] })
    return store.transaction(async trx => {
      const { invitation, team } = await this.#claim(token, trx)
      const emailVerified = invitation.email !== null
      const id = await accounts.createPerson({ email, name, passwordHash, emailVerified }, trx)
      const person = { id, email }
      await this.#enter(invitation, team, person, trx)
      return { team, role: invitation.role, person }
    })
  }

  async #checkInviter(
    { team, actor, role, email }: { team: TeamRow; actor: Actor; role: Role; email?: string },
    trx: Transaction,
  ): Promise<void> {
    const own = await this.#options.members.roleNow(team.id, actor, trx)
    if (own === undefined) throw httpErrors.team_not_found({ team: team.slug })
    const reason = whyNotChangeRole({ own, from: undefined, to: role })
    if (reason !== undefined) throw httpErrors.not_allowed({ reason })
    if (email !== undefined) await this.#checkAddress(team, email, trx)
  }

  async #checkAddress(team: TeamRow, email: string, trx: Transaction): Promise<void> {
    const person = await findPersonRef(trx, email)
    const member = trx.selectFrom('team_members').select('role').where('team_id', '=', team.id)
    if (person && (await member.where('user_id', '=', person.id).executeTakeFirst()))
      throw teamErrors.already_member({ person: email, team: team.slug })
    const open = await openInvitations(trx, this.#clock.now())
      .select('id')
      .where('team_id', '=', team.id)
      .where('email', '=', normalizeEmail(email))
      .executeTakeFirst()
    if (open) throw teamErrors.already_invited({ email })
  }

  async #insert(
    { team, actor, role, email }: { team: TeamRow; actor: Actor; role: Role; email?: string },
    hash: string,
    trx: Transaction,
  ): Promise<InvitationRow> {
    const now = this.#clock.now()
    const row: InvitationRow = {
      id: newId('inv'),
      team_id: team.id,
      email: email === undefined ? null : normalizeEmail(email),
      role,
      token_hash: hash,
      invited_by: 'userId' in actor ? actor.userId : LOCAL,
      created_at: now,
      expires_at: now + DAYS_7_MS,
      accepted_at: null,
      accepted_by: null,
      revoked_at: null,
    }
    await trx.insertInto('invitations').values(row).execute()
    return row
  }

  async #mail(
    { team, actor }: { team: TeamRow; actor: Actor },
    { email, role, expires_at }: InvitationRow & { email: string },
    url: string,
    trx: Transaction,
  ): Promise<void> {
    const invitedBy = 'userId' in actor ? actor.name : 'The administrator'
    const data = { url, team: team.name, invitedBy, role, expiresAt: expires_at }
    await this.#options.mailer.send({ to: email, kind: 'invitation', data }, trx)
  }

  /** Of two who come at once with the same link, the second one finds it used. */
  async #claim(token: string, trx: Transaction): Promise<OpenInvitation> {
    const { team } = await this.#find(token, trx)
    await lockTeam(this.#options.store, trx, team.id)
    return this.#find(token, trx)
  }

  async #enter(
    { id, role }: InvitationRow,
    team: TeamRow,
    person: { id: string; email: string },
    trx: Transaction,
  ): Promise<void> {
    await this.#options.members.add({ team, person, role }, trx)
    const accepted = { accepted_at: this.#clock.now(), accepted_by: person.id }
    await trx.updateTable('invitations').set(accepted).where('id', '=', id).execute()
  }

  async #find(token: string, db: Queryable): Promise<OpenInvitation> {
    const invitation = await openInvitations(db, this.#clock.now())
      .selectAll()
      .where('token_hash', '=', tokenHash(token))
      .executeTakeFirst()
    const inviter = invitation && (await this.#inviter(invitation, db))
    if (!invitation || inviter === undefined) throw teamErrors.invitation_invalid()
    const team = db.selectFrom('teams').selectAll().where('id', '=', invitation.team_id)
    return { invitation, inviter, team: await team.executeTakeFirstOrThrow() }
  }

  /** Undefined when they may not give that role any more: what they made is then worth nothing either. */
  async #inviter(
    { team_id, invited_by, role }: InvitationRow,
    db: Queryable,
  ): Promise<{ name: string } | null | undefined> {
    if (invited_by === LOCAL) return null
    const inviter = await this.#options.members.personIn(team_id, invited_by, db)
    const mayStill =
      inviter?.role !== undefined && roleIncludes(inviter.role, 'admin') && roleIncludes(inviter.role, role)
    return mayStill ? { name: inviter.name } : undefined
  }
}

function listed(db: Queryable, teamId: string) {
  return db
    .selectFrom('invitations')
    .leftJoin('user', 'user.id', 'invitations.invited_by')
    .selectAll('invitations')
    .select('user.name as inviter')
    .where('team_id', '=', teamId)
}

function openInvitations(db: Queryable, now: number) {
  return db
    .selectFrom('invitations')
    .where('accepted_at', 'is', null)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now)
}

function addressOf({ email }: InvitationRow, given: string | undefined): string {
  if (email === null && given === undefined) throw teamErrors.email_needed()
  if (email !== null && given !== undefined && normalizeEmail(given) !== email)
    throw teamErrors.invitation_for_another()
  return email ?? normalizeEmail(given!)
}
