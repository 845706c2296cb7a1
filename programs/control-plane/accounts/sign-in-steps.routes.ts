/** How a sign-in goes on after its first step, and how programs keep theirs. */
import type { ClientSession, ClientTokens } from '@seaworthy/api'
import { AppError } from '@seaworthy/kit'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Actor } from '../access/actor.ts'
import type { Implementations } from '../http/endpoint-implementation.ts'
import { isoTime } from '../http/times.ts'
import {
  type AccountsRoutesOptions,
  giveSession,
  signInFacts,
  tellingWhenAgain,
  visitOf,
} from './accounts.routes.ts'
import type { ApiTokens } from './api-sessions.ts'
import { requirePerson } from './require-person.ts'
import { secondFactorErrors } from './second-factors.ts'
import type { SignedIn } from './sign-in.ts'

export function signInStepsRoutes(options: AccountsRoutesOptions): Implementations {
  const { accounts, factors } = options
  return {
    'session.finish': {
      async answer({ body, actor, request, reply, audit }) {
        const userId = await tellingWhenAgain(reply, () =>
          factors.second.finishPending(body.pendingToken, body).catch(async error => {
            await recordWrongCode(options, { actor, request, error })
            throw error
          }),
        )
        const signedIn = await accounts.openSession(userId, visitOf(request))
        const by = body.code === undefined ? 'recovery code' : 'code'
        audit({ ...signInFacts(signedIn, request), after: { by } })
        return giveSessionFor(options, { client: body.client, reply, signedIn })
      },
    },
    'session.refresh': {
      async answer({ body, request, audit }) {
        // Every client does this four times an hour. A token that was copied leaves an entry of its own.
        audit.skip()
        return tokensDocument(await factors.apiSessions.refresh(body.refreshToken, request))
      },
    },
    'session.confirm': {
      async answer({ body, actor, request, reply, audit }) {
        const person = requirePerson(actor)
        await tellingWhenAgain(reply, () => factors.fresh.confirm(person, body, request.ip))
        audit({ target: { kind: 'session', id: person.sessionId } })
        return { confirmed: true as const }
      },
    },
    'session.passkey-begin': {
      async answer({ body, audit }) {
        audit.skip()
        const { ceremony, options } = await factors.passkeys.beginSignIn(body.email)
        return { ceremony, options: { ...options } }
      },
    },
    'session.passkey': {
      async answer({ body, request, reply, audit }) {
        const person = await factors.passkeys.finishSignIn(body.ceremony, body.response as never)
        const signedIn = await accounts.openSession(person.userId, visitOf(request))
        audit({ ...signInFacts(signedIn, request), after: { by: 'passkey' } })
        return giveSessionFor(options, { client: body.client, reply, signedIn })
      },
    },
  }
}

/** A cookie and a session token for browsers; for programs tokens that change, and no cookie. */
export async function giveSessionFor(
  { factors, dashboardUrl }: Pick<AccountsRoutesOptions, 'factors' | 'dashboardUrl'>,
  {
    client,
    reply,
    signedIn,
  }: { client: 'browser' | 'cli' | undefined; reply: FastifyReply; signedIn: SignedIn },
): Promise<ClientSession> {
  if (client !== 'cli') return giveSession(reply, signedIn, dashboardUrl.startsWith('https:'))
  const tokens = tokensDocument(await factors.apiSessions.issue(signedIn.sessionId))
  const { email, name } = signedIn.person
  return { ...tokens, identity: { kind: 'user', email, name, expiresAt: tokens.expiresAt } }
}

function tokensDocument({ accessToken, accessExpiresAt, ...refresh }: ApiTokens): ClientTokens {
  return {
    token: accessToken,
    expiresAt: isoTime(accessExpiresAt),
    refreshToken: refresh.refreshToken,
    refreshExpiresAt: isoTime(refresh.refreshExpiresAt),
  }
}

/** Somebody has the right password and not the factor: worth knowing. The limit keeps the entries few. */
async function recordWrongCode(
  { audit }: AccountsRoutesOptions,
  { actor, request, error }: { actor: Actor; request: FastifyRequest; error: unknown },
): Promise<void> {
  if (!(error instanceof AppError) || !secondFactorErrors.wrong_code.is(error)) return
  const { userId = null } = (error.details ?? {}) as { userId?: string }
  const target = { kind: 'person', id: userId }
  const after = { reason: 'wrong code of the second factor' }
  await audit.append({ actor, request, action: 'session:create', outcome: 'refused', target, after })
}
