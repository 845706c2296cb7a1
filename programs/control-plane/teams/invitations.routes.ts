import { tellingWhenAgain } from '../accounts/accounts.routes.ts'
import type { Accounts } from '../accounts/accounts.ts'
import { requirePerson } from '../accounts/require-person.ts'
import type { Implementations } from '../http/endpoint-implementation.ts'
import { isoTime } from '../http/times.ts'
import type { InvitationRow } from '../store/schema.ts'
import type { Invitations, Joined } from './invitations.ts'
import { invitationDocument } from './team-document.ts'

export interface InvitationsRoutesOptions {
  invitations: Invitations
  accounts: Pick<Accounts, 'limits'>
}

export function invitationsRoutes(options: InvitationsRoutesOptions): Implementations {
  const { invitations } = options
  return {
    'invitations.list': {
      async page({ team, query }, page) {
        const { items, total } = await invitations.list(team.id, { ...page, order: query.order ?? 'desc' })
        const now = Date.now()
        return { items: items.map(row => invitationDocument(row, row.inviter, now)), total }
      },
    },
    'invitations.create': {
      async answer({ team, body, actor, audit }) {
        const { invitation, url } = await invitations.create({ ...body, team, actor })
        audit({ target: targetOf(invitation), after: factsOf(invitation) })
        const inviter = 'userId' in actor ? actor.name : null
        return { invitation: invitationDocument(invitation, inviter, Date.now()), url }
      },
    },
    'invitations.revoke': {
      async answer({ team, params, audit }) {
        const invitation = await invitations.revoke({ team, id: params.id })
        audit({ target: targetOf(invitation), before: factsOf(invitation) })
        return invitationDocument(invitation, invitation.inviter, Date.now())
      },
    },
    ...acceptingRoutes(options),
  }
}

function acceptingRoutes({ invitations, accounts }: InvitationsRoutesOptions): Implementations {
  return {
    'invitations.open': {
      async answer({ body, audit }) {
        audit.skip()
        const { invitation, team, inviter } = await invitations.open(body.token)
        const { role, email, expires_at } = invitation
        return {
          ...{ team: team.name, role, email },
          invitedBy: inviter?.name ?? null,
          expiresAt: isoTime(expires_at),
        }
      },
    },
    'invitations.accept': {
      async answer({ body, actor, audit }) {
        const joined = await invitations.accept({ token: body.token, actor: requirePerson(actor) })
        audit(auditOfJoined(joined))
        return joinedDocument(joined)
      },
    },
    'invitations.join': {
      async answer({ body, request, reply, audit }) {
        const joined = await tellingWhenAgain(reply, () =>
          accounts.limits.register(request.ip, () => invitations.join(body)),
        )
        audit(auditOfJoined(joined))
        return joinedDocument(joined)
      },
    },
  }
}

function joinedDocument({ team: { slug, name }, role, person }: Joined) {
  return { team: { slug, name }, role, email: person.email }
}

function auditOfJoined({ team, role, person }: Joined) {
  const target = { kind: 'team', id: team.id, name: team.slug }
  return { target, teamId: team.id, after: { person: person.id, role } }
}

function targetOf({ id, email }: InvitationRow) {
  return { kind: 'invitation', id, name: email }
}

function factsOf({ email, role }: InvitationRow) {
  return { role, by: email === null ? 'link' : 'mail' }
}
