/** How a platform gets its owner, and how people sign in and out. */
import type { Identity, Session } from '@seaworthy/api'
import { AppError } from '@seaworthy/kit'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Actor } from '../access/actor.ts'
import type { AuditTarget } from '../audit/audit-entry.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { Implementations } from '../http/endpoint-implementation.ts'
import { expiredSessionCookie, sessionCookie } from '../http/session-cookie.ts'
import { isoTime } from '../http/times.ts'
import type { Accounts } from './accounts.ts'
import { deviceName } from './device-name.ts'
import type { Factors } from './factors.ts'
import { setupLink } from './link-urls.ts'
import type { Visit } from './sessions.ts'
import { type SignedIn, signInErrors } from './sign-in.ts'
import { TooManyAttempts } from './sign-in-limits.ts'
import { giveSessionFor } from './sign-in-steps.routes.ts'

export interface AccountsRoutesOptions {
  accounts: Accounts
  audit: Pick<AuditLog, 'append'>
  factors: Factors
  /** Where the dashboard answers, for links and for the kind of cookie. */
  dashboardUrl: string
}

export function accountsRoutes(options: AccountsRoutesOptions): Implementations {
  const { accounts, dashboardUrl } = options
  const secure = dashboardUrl.startsWith('https:')
  return {
    'setup.get': { answer: async () => ({ claimed: await accounts.isClaimed() }) },
    'setup.claim': {
      async answer({ body, request, reply, audit }) {
        const claim = { ...body, from: request.ip, userAgent: request.headers['user-agent'] }
        const signedIn = await tellingWhenAgain(reply, () => accounts.claim(claim))
        audit({ ...signInFacts(signedIn, request), after: { owner: signedIn.person.userId } })
        return giveSession(reply, signedIn, secure)
      },
    },
    'setup.link': {
      async answer({ audit }) {
        const token = await accounts.createSetupToken()
        if (token === undefined) audit.skip()
        return { url: token === undefined ? null : setupLink(dashboardUrl, token) }
      },
    },
    'session.create': {
      async answer({ body, actor, request, reply, audit }) {
        const { client, ...given } = body
        const credentials = { ...given, from: request.ip, userAgent: request.headers['user-agent'] }
        const signedIn = await tellingWhenAgain(reply, () =>
          accounts.signIn(credentials).catch(async error => {
            await recordRefusal(options, { actor, request, error })
            throw error
          }),
        )
        audit(signInFacts(signedIn, request))
        return giveSessionFor(options, { client, reply, signedIn })
      },
    },
    'session.mail-link': {
      async answer({ body, request, reply, audit }) {
        audit.skip()
        const asked = { email: body.email, visit: visitOf(request) }
        await tellingWhenAgain(reply, () => accounts.links.request('sign-in', asked))
        return { asked: true }
      },
    },
    'session.open-link': {
      async answer({ body, request, reply, audit }) {
        const signedIn = await accounts.links.signIn({ token: body.token, visit: visitOf(request) })
        audit({ ...signInFacts(signedIn, request), after: { by: 'link' } })
        return giveSession(reply, signedIn, secure)
      },
    },
    'session.get': { answer: async ({ actor }) => identityDocument(actor) },
    'session.delete': {
      async answer({ actor, reply, audit }) {
        if (actor.kind === 'user') {
          await accounts.sessions.end(actor.userId, actor.sessionId)
          audit({ target: { kind: 'session', id: actor.sessionId } })
        } else audit.skip()
        reply.header('set-cookie', expiredSessionCookie({ secure }))
        return { signedOut: true }
      },
    },
  }
}

export function visitOf(request: FastifyRequest): Visit {
  return { address: request.ip, userAgent: request.headers['user-agent'] }
}

/** The answer to whoever signed in, by whatever way: as a cookie for browsers, as a token for programs. */
export function giveSession(reply: FastifyReply, signedIn: SignedIn, secure: boolean): Session {
  const { token, expiresAt, person } = signedIn
  reply.header('set-cookie', sessionCookie({ token, expiresAt, secure }))
  const until = isoTime(expiresAt)
  const { email, name } = person
  return { token, expiresAt: until, identity: { kind: 'user', email, name, expiresAt: until } }
}

/** Who it turned out to be, for the audit entry. */
export function signInFacts({ person, sessionId, expiresAt }: SignedIn, request: FastifyRequest) {
  const access = { platformRole: 'member' as const, teams: new Map(), apps: new Map() }
  const actor: Actor = { kind: 'user', ...person, sessionId, expiresAt, via: 'bearer', access }
  const target: AuditTarget = {
    kind: 'session',
    id: sessionId,
    name: deviceName(request.headers['user-agent']),
  }
  return { actor, target }
}

/** Adds `Retry-After` to the answer of somebody who tried too often. */
export async function tellingWhenAgain<Result>(
  reply: FastifyReply,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof TooManyAttempts) reply.header('retry-after', error.retryAfterSeconds)
    throw error
  }
}

/**
 * Attempts that reached the password check leave an entry; the limit keeps them few. It names the account, if there is
 * one, and never what was typed: people type passwords into the wrong field.
 */
async function recordRefusal(
  { audit }: AccountsRoutesOptions,
  { actor, request, error }: { actor: Actor; request: FastifyRequest; error: unknown },
): Promise<void> {
  if (!(error instanceof AppError) || !signInErrors.wrong_credentials.is(error)) return
  const { userId = null } = error.details as { userId?: string }
  const target: AuditTarget = { kind: 'person', id: userId }
  await audit.append({ actor, request, action: 'session:create', outcome: 'refused', target })
}

function identityDocument(actor: Actor): Identity {
  if (actor.kind === 'public' || actor.kind === 'local')
    return { kind: 'local', email: null, name: null, expiresAt: null }
  const { kind, email, name } = actor
  return { kind, email, name, expiresAt: actor.kind === 'user' ? isoTime(actor.expiresAt) : null }
}
