import type { FastifyInstance, FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { defineErrors } from '../error-catalogue.ts'
import { createCsrfTokens } from './csrf-token.ts'
import { originOf } from './request-origin.ts'

export interface CsrfOptions {
  /** At least 32 random bytes, used for nothing else; the same on all servers and after every restart. */
  secret: string | Buffer
  /** The id of the session that a cookie brought; undefined for anybody who did not come by a cookie. */
  session(request: FastifyRequest): string | undefined
  /** What no browser sends by itself needs no proof: a bearer token, a local socket. */
  exempt?(request: FastifyRequest): boolean
  /** `csrf` unless told. */
  cookieName?: string
  /** `x-csrf-token` unless told. */
  headerName?: string
}

export const csrfErrors = defineErrors({
  origin_refused: { status: 403, message: 'Requests from other sites are not taken.' },
  origin_missing: {
    status: 403,
    message:
      'A request with a cookie must say where it comes from. Programs use a token instead of a cookie.',
  },
  csrf_token_missing: {
    status: 403,
    message: 'The header {header} is missing. Send in it what the cookie {cookie} holds.',
  },
  csrf_token_wrong: {
    status: 403,
    message: 'This page belongs to an earlier session. Load it again, then repeat what you did.',
  },
})

declare module 'fastify' {
  interface FastifyReply {
    /** Gives the browser the token of a session that this answer begins. */
    issueCsrfToken(session: string): void
  }
}

/**
 * Against requests that another site makes a browser send. Every unsafe request must not come from a foreign origin
 * (which also stops signing somebody in to a stranger's account); one that a cookie signs in must come from our own
 * and bring the session's token in a header, which only a page of ours can read from its cookie. The cookie is given
 * with the first answer of a session. Works in `onRequest`: register it after the hooks that tell who asks.
 */
export const csrf = fastifyPlugin(addCsrf, { fastify: '5.x', name: 'kit-csrf' })

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

async function addCsrf(app: FastifyInstance, options: CsrfOptions): Promise<void> {
  const { secret, session: sessionOf, exempt = () => false } = options
  const { cookieName = 'csrf', headerName = 'x-csrf-token' } = options
  const tokens = createCsrfTokens(secret)

  app.decorateReply('issueCsrfToken', function (session: string) {
    this.header('set-cookie', tokenCookie(cookieName, tokens.issue(session), this.request.protocol))
  })
  app.addHook('onRequest', async (request, reply) => {
    const session = sessionOf(request)
    const cookie = cookieOf(request, cookieName)
    const hasToken = session !== undefined && cookie !== undefined && tokens.isFor(session, cookie)
    if (session !== undefined && !hasToken) reply.issueCsrfToken(session)
    if (SAFE_METHODS.has(request.method) || exempt(request)) return
    requireOwnOrigin(request, session)
    if (session !== undefined) requireToken(request, hasToken ? cookie : undefined)
  })

  function requireToken({ headers }: FastifyRequest, expected: string | undefined): void {
    const given = headers[headerName]
    if (given === undefined || given === '')
      throw csrfErrors.csrf_token_missing({ header: headerName, cookie: cookieName })
    // The cookie was found to be signed for this session, so that a comparison tells an attacker nothing.
    if (given !== expected) throw csrfErrors.csrf_token_wrong()
  }
}

function requireOwnOrigin(request: FastifyRequest, session: string | undefined): void {
  const origin = originOf(request)
  if (origin === 'foreign') throw csrfErrors.origin_refused()
  if (origin === 'unknown' && session !== undefined) throw csrfErrors.origin_missing()
}

/** Pages must read it, so it is not HttpOnly. It is worth nothing without the session's cookie, which is. */
function tokenCookie(name: string, token: string, protocol: FastifyRequest['protocol']): string {
  return `${name}=${token}; Path=/; SameSite=Strict${protocol === 'https' ? '; Secure' : ''}`
}

function cookieOf({ headers }: Pick<FastifyRequest, 'headers'>, name: string): string | undefined {
  const pairs = (headers.cookie ?? '').split(';').map(pair => pair.trim())
  return pairs.find(pair => pair.startsWith(`${name}=`))?.slice(name.length + 1)
}
