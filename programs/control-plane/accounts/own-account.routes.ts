/** What people do about their own account, and how they get back into it. */
import type { Account } from '@seaworthy/api'
import type { FastifyRequest } from 'fastify'
import type { UserActor } from '../access/actor.ts'
import type { AuditTarget } from '../audit/audit-entry.ts'
import type { Implementations } from '../http/endpoint-implementation.ts'
import { isoTime } from '../http/times.ts'
import { type AccountsRoutesOptions, tellingWhenAgain, visitOf } from './accounts.routes.ts'
import type { Self } from './own-account.ts'
import { type PersonWithPassword, peopleErrors } from './people.ts'
import { requirePerson } from './require-person.ts'

export function ownAccountRoutes({ accounts }: AccountsRoutesOptions): Implementations {
  return {
    'account.get': {
      async answer({ actor }) {
        const person = requirePerson(actor)
        return accountDocument(await accounts.own.read(person.userId), person)
      },
    },
    'account.update': {
      async answer({ actor, body, audit }) {
        const person = requirePerson(actor)
        await accounts.own.rename(person.userId, body.name)
        audit({ target: targetOf(person), after: { changed: ['name'] } })
        return accountDocument(await accounts.own.read(person.userId), person)
      },
    },
    'account.password': {
      async answer({ actor, body, request, reply, audit }) {
        const person = requirePerson(actor)
        const change = { current: body.currentPassword, password: body.newPassword }
        const ended = await tellingWhenAgain(reply, () =>
          accounts.own.changePassword(selfOf(person, request), change),
        )
        audit({ target: targetOf(person), after: { sessionsEnded: ended } })
        return { changed: true, sessionsEnded: ended }
      },
    },
    'account.email': {
      async answer({ actor, body, request, reply, audit }) {
        const person = requirePerson(actor)
        await tellingWhenAgain(reply, () => accounts.own.requestEmail(selfOf(person, request), body))
        audit({ target: targetOf(person), after: { asked: body.email } })
        return { asked: true }
      },
    },
    'account.confirm-email': {
      async answer({ actor, body, request, audit }) {
        const person = requirePerson(actor)
        const { before, after } = await accounts.own.confirmEmail(selfOf(person, request), body.token)
        audit({ target: targetOf(person), before: { email: before }, after: { email: after } })
        return accountDocument(await accounts.own.read(person.userId), person)
      },
    },
    'password.forgot': {
      async answer({ body, request, reply, audit }) {
        audit.skip()
        const asked = { email: body.email, visit: visitOf(request) }
        await tellingWhenAgain(reply, () => accounts.links.request('password-reset', asked))
        return { asked: true }
      },
    },
    'password.reset': {
      async answer({ body, audit }) {
        const person = await accounts.links.resetPassword(body)
        audit({ target: targetOf(person) })
        return { reset: true }
      },
    },
    'password.reset-link': {
      async answer({ body, audit }) {
        const link = await accounts.links.createResetUrl(body.email)
        if (!link) throw peopleErrors.person_unknown({ email: body.email })
        audit({ target: { kind: 'person', id: link.userId } })
        return { url: link.url, expiresAt: isoTime(link.expiresAt) }
      },
    },
  }
}

function selfOf({ userId, sessionId }: UserActor, { ip }: FastifyRequest): Self {
  return { userId, sessionId, address: ip }
}

function targetOf({ userId, name }: { userId: string; name: string }): AuditTarget {
  return { kind: 'person', id: userId, name }
}

function accountDocument(person: PersonWithPassword, { access }: UserActor): Account {
  const { userId: id, email, name, emailVerified, passwordHash, twoFactorEnabled } = person
  return {
    ...{ id, email, name, emailVerified, twoFactorEnabled },
    hasPassword: passwordHash !== undefined,
    platformRole: access.platformRole,
  }
}
