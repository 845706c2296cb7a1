import type { Call, Implementations } from '../http/endpoint-implementation.ts'
import type { Store } from '../store/database.ts'
import type { TeamRow } from '../store/schema.ts'
import { teamErrors } from './errors.ts'
import type { Members } from './members.ts'
import { memberDocument, teamDocuments } from './team-document.ts'
import type { Teams } from './teams.ts'

export interface TeamsRoutesOptions {
  store: Store
  teams: Teams
  members: Members
}

export function teamsRoutes(options: TeamsRoutesOptions): Implementations {
  const { store, teams } = options
  const show = async (row: TeamRow, { actor }: Pick<Call<'teams.get'>, 'actor'>) =>
    (await teamDocuments(store.db, [row], actor))[0]!
  return {
    'teams.list': {
      async page({ actor, query }, page) {
        const { items, total } = await teams.list({ ...page, order: query.order, actor })
        return { items: await teamDocuments(store.db, items, actor), total }
      },
    },
    'teams.create': {
      async answer({ body, actor, audit }) {
        const team = await teams.create({ ...body, actor })
        audit({ target: targetOf(team), teamId: team.id, after: namesOf(team) })
        return show(team, { actor: await options.members.refreshed(actor) })
      },
    },
    'teams.get': { answer: call => show(call.team, call) },
    'teams.update': {
      async answer({ team, body, actor, audit }) {
        const changed = await teams.update(team.id, body)
        audit({ before: namesOf(team), after: namesOf(changed) })
        return show(changed, { actor })
      },
    },
    'teams.delete': {
      async answer({ team, body }) {
        if (body.confirm !== team.slug) throw teamErrors.team_confirm_mismatch({ team: team.slug })
        await teams.delete(team)
        return { deleted: true }
      },
    },
    ...membersRoutes(options),
  }
}

function membersRoutes({ members }: TeamsRoutesOptions): Implementations {
  return {
    'teams.leave': {
      async answer({ team, actor, audit }) {
        const userId = 'userId' in actor ? actor.userId : undefined
        const { role } = await members.leave({ team, userId })
        audit({ before: { role } })
        return { left: true }
      },
    },
    'members.list': {
      async page({ team, query }, page) {
        const { items, total } = await members.list(team.id, { ...page, order: query.order })
        return { items: items.map(memberDocument), total }
      },
    },
    'members.update': {
      async answer({ team, params, body, actor, audit }) {
        const about = { team, actor, person: params.person }
        const { before, member } = await members.setRole({ ...about, role: body.role })
        audit({ target: personTarget(member), before: { role: before }, after: { role: member.role } })
        return memberDocument(member)
      },
    },
    'members.remove': {
      async answer({ team, params, actor, audit }) {
        const member = await members.remove({ team, actor, person: params.person })
        audit({ target: personTarget(member), before: { role: member.role } })
        return { removed: true }
      },
    },
  }
}

/** For the audit entry of what happened to a person. */
export function personTarget({ id, email }: { id: string; email: string }) {
  return { kind: 'person', id, name: email }
}

function targetOf({ id, slug }: TeamRow) {
  return { kind: 'team', id, name: slug }
}

function namesOf({ slug, name }: TeamRow) {
  return { slug, name }
}
