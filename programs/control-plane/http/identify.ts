/** Who sends a request: by the credential that it carries, asked anew each time so that a revoked one opens nothing. */
import type { FastifyRequest } from 'fastify'
import type { AccessReader } from '../access/access-reader.ts'
import type { Actor } from '../access/actor.ts'
import type { Scope } from '../access/roles.ts'
import { mustHaveSecondFactor, type SecondFactorRule } from '../accounts/second-factor-rule.ts'
import { credentialsOf } from './session-cookie.ts'
import { isLocal } from './socket-listener.ts'

export interface FoundSession {
  sessionId: string
  userId: string
  /** Milliseconds since 1970. */
  expiresAt: number
}

export interface FoundApiToken {
  tokenId: string
  tokenName: string
  userId: string
  scopes: readonly Scope[]
  appIds: readonly string[] | null
  teamId: string | null
}

export interface IdentifyOptions {
  sessions: { authenticate(token: string): Promise<FoundSession | undefined> }
  /** Tokens that begin with `swa_`. */
  accessTokens?: { authenticate(token: string): Promise<FoundSession | undefined> }
  /** Tokens that begin with `swt_`. */
  apiTokens?: { authenticate(token: string, from: { address: string }): Promise<FoundApiToken | undefined> }
  access: Pick<AccessReader, 'person'>
  /** Whether the dashboard is behind TLS: its session cookie has another name there. */
  secure?: boolean
  /** Of whom a second factor is demanded; nobody unless told. */
  factorRule?: SecondFactorRule
}

export type Identify = (request: FastifyRequest) => Promise<Actor>

const PUBLIC: Actor = { kind: 'public' }

export function createIdentify(options: IdentifyOptions): Identify {
  return async request => {
    if (isLocal(request.raw)) return { kind: 'local' }
    const credential = credentialsOf(request.headers, options)
    if (!credential) return PUBLIC
    if (!credential.token.startsWith('swt_')) return bySession(options, credential)
    // A browser sends cookies by itself, so an API token in one would be open to forged requests.
    return credential.via === 'bearer' ? byApiToken(options, credential.token, request.ip) : PUBLIC
  }
}

async function byApiToken(
  { apiTokens, access }: IdentifyOptions,
  token: string,
  address: string,
): Promise<Actor> {
  const found = await apiTokens?.authenticate(token, { address })
  const person = found && (await access.person(found.userId))
  if (!person) return PUBLIC
  const { hasSecondFactor, ...known } = person
  return { kind: 'token', ...found, ...known }
}

async function bySession(
  { sessions, accessTokens, access, factorRule = 'none' }: IdentifyOptions,
  { token, via }: { token: string; via: 'cookie' | 'bearer' },
): Promise<Actor> {
  const found = token.startsWith('swa_')
    ? await accessTokens?.authenticate(token)
    : await sessions.authenticate(token)
  const person = found && (await access.person(found.userId))
  if (!person) return PUBLIC
  const { hasSecondFactor, ...known } = person
  const factorMissing = !hasSecondFactor && mustHaveSecondFactor(factorRule, known.access)
  return { kind: 'user', via, ...found, ...known, factorMissing }
}
