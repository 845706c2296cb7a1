import type { Identity, Session } from '@seaworthy/api'
import type { Actor } from '../access/actor.ts'
import type { Implementations } from '../http/endpoint-implementation.ts'
import { expiredSessionCookie, sessionCookie } from '../http/session-cookie.ts'
import { isoTime } from '../http/times.ts'
import type { Accounts, SignedIn } from './accounts.ts'

export interface AccountsRoutesOptions {
  accounts: Accounts
  /** Where the dashboard answers, for the setup link. */
  dashboardUrl: string
}

export function accountsRoutes({ accounts, dashboardUrl }: AccountsRoutesOptions): Implementations {
  const secure = dashboardUrl.startsWith('https:')
  return {
    'setup.get': { answer: async () => ({ claimed: await accounts.isClaimed() }) },
    'setup.claim': {
      async answer({ body, reply }) {
        const signedIn = await accounts.claim(body)
        reply.header('set-cookie', sessionCookie({ ...signedIn, secure }))
        return sessionDocument(signedIn)
      },
    },
    'setup.link': {
      async answer() {
        const token = await accounts.createSetupToken()
        return { url: token === undefined ? null : setupLink(dashboardUrl, token) }
      },
    },
    'session.create': {
      async answer({ body, request, reply }) {
        const signedIn = await accounts.signIn({ ...body, from: request.ip })
        reply.header('set-cookie', sessionCookie({ ...signedIn, secure }))
        return sessionDocument(signedIn)
      },
    },
    'session.get': { answer: async ({ actor }) => identityDocument(actor) },
    'session.delete': {
      async answer({ actor, reply }) {
        if (actor.kind === 'user') await accounts.signOut(actor.sessionId)
        reply.header('set-cookie', expiredSessionCookie({ secure }))
        return { signedOut: true }
      },
    },
  }
}

/** The token stands in the fragment, which a browser never sends, so that it reaches no log. */
export function setupLink(dashboardUrl: string, token: string): string {
  return new URL(`/setup#token=${token}`, dashboardUrl).href
}

function sessionDocument({ token, expiresAt, person: { email, name } }: SignedIn): Session {
  const until = isoTime(expiresAt)
  return { token, expiresAt: until, identity: { kind: 'user', email, name, expiresAt: until } }
}

function identityDocument(actor: Actor): Identity {
  if (actor.kind === 'public' || actor.kind === 'local')
    return { kind: 'local', email: null, name: null, expiresAt: null }
  const { kind, email, name } = actor
  return { kind, email, name, expiresAt: actor.kind === 'user' ? isoTime(actor.expiresAt) : null }
}
