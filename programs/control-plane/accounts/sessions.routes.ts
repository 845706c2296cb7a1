/** A person's own sessions. */
import type { LiveSession as SessionDocument } from '@seaworthy/api'
import type { Implementations } from '../http/endpoint-implementation.ts'
import { httpErrors } from '../http/errors.ts'
import { expiredSessionCookie } from '../http/session-cookie.ts'
import { isoTime } from '../http/times.ts'
import type { AccountsRoutesOptions } from './accounts.routes.ts'
import { deviceName } from './device-name.ts'
import { requirePerson } from './require-person.ts'
import type { LiveSession } from './sessions.ts'

export function sessionsRoutes({ accounts, dashboardUrl }: AccountsRoutesOptions): Implementations {
  const secure = dashboardUrl.startsWith('https:')
  return {
    'sessions.list': {
      async page({ actor }, page) {
        const { userId, sessionId } = requirePerson(actor)
        const { items, total } = await accounts.sessions.list(userId, page)
        return { total, items: items.map(session => sessionDocument(session, sessionId)) }
      },
    },
    'sessions.end': {
      async answer({ actor, params, reply, audit }) {
        const { userId, sessionId } = requirePerson(actor)
        if (!(await accounts.sessions.end(userId, params.id))) throw httpErrors.nothing_here()
        if (params.id === sessionId) reply.header('set-cookie', expiredSessionCookie({ secure }))
        audit({ target: { kind: 'session', id: params.id } })
        return { ended: 1 }
      },
    },
    'sessions.end-all': {
      async answer({ actor, query, reply, audit }) {
        const { userId, sessionId } = requirePerson(actor)
        const keepsCurrent = query.keep === 'current'
        const ended = await accounts.sessions.endAll(userId, { except: keepsCurrent ? sessionId : undefined })
        if (!keepsCurrent) reply.header('set-cookie', expiredSessionCookie({ secure }))
        audit({ target: { kind: 'session' }, after: { ended, keptCurrent: keepsCurrent } })
        return { ended }
      },
    },
  }
}

function sessionDocument(session: LiveSession, currentId: string): SessionDocument {
  const { id, userAgent, ipAddress, createdAt, lastUsedAt, expiresAt } = session
  return {
    id,
    device: deviceName(userAgent),
    address: ipAddress || null,
    createdAt: isoTime(createdAt),
    lastUsedAt: isoTime(lastUsedAt),
    expiresAt: isoTime(expiresAt),
    current: id === currentId,
  }
}
