import type { Token } from '@seaworthy/api'
import type { Actor, UserActor } from '../access/actor.ts'
import { can } from '../access/policy.ts'
import type { Scope } from '../access/roles.ts'
import type { Factors } from '../accounts/factors.ts'
import type { Apps } from '../apps/apps.ts'
import type { Call, Implementations, PageRequest } from '../http/endpoint-implementation.ts'
import type { Store } from '../store/database.ts'
import type { ApiTokenRow } from '../store/schema.ts'
import { tokenErrors } from './errors.ts'
import { tokenDocuments } from './token-document.ts'
import { readLimits } from './token-limits.ts'
import type { MadeToken, Tokens, TokensOf } from './tokens.ts'

export interface TokensRoutesOptions {
  store: Store
  apps: Pick<Apps, 'getBySlug'>
  tokens: Tokens
  factors: Pick<Factors, 'fresh'>
}

const DEFAULT_EXPIRY_DAYS = 90

export function tokensRoutes(options: TokensRoutesOptions): Implementations {
  const { tokens } = options
  const pageOf = async (of: TokensOf, page: PageRequest) => {
    const { items, total } = await tokens.list(of, page)
    return { items: await documents(options, items), total }
  }
  return {
    'tokens.list': { page: ({ actor }, page) => pageOf(ownOf(actor), page) },
    'tokens.team': { page: ({ team }, page) => pageOf({ teamId: team.id }, page) },
    'tokens.all': { page: (_, page) => pageOf('everybody', page) },
    'tokens.create': { answer: call => create(options, call) },
    'tokens.rotate': { answer: call => rotate(options, call) },
    'tokens.revoke': { answer: call => revoke(options, call) },
  }
}

/** Over the socket nobody is a person; the machine's administrator sees all. */
function ownOf(actor: Actor): TokensOf {
  return 'userId' in actor ? { userId: actor.userId } : 'everybody'
}

async function create(options: TokensRoutesOptions, { actor, body, audit }: Call<'tokens.create'>) {
  const { userId } = requirePerson(actor)
  // It outlives the session, so one that was left open must not be enough for it.
  if (body.scopes.includes('admin')) await options.factors.fresh.require({ actor })
  const limits = await readLimits(options, actor, body)
  const { name, scopes } = body
  const expiresInDays = body.expiresInDays === 'never' ? null : body.expiresInDays
  const made = await options.store.transaction(async trx => {
    const created = await options.tokens.create({ userId, name, scopes, expiresInDays, ...limits }, trx)
    await audit.within(trx, { ...about(created.row), after: facts(created.row) })
    return created
  })
  return madeDocument(options, made)
}

async function rotate(options: TokensRoutesOptions, { actor, params, body, audit }: Call<'tokens.rotate'>) {
  const { userId } = requirePerson(actor)
  const row = await options.tokens.get(params.id)
  // Only its person may: whoever rotates a token gets its new secret.
  if (row?.user_id !== userId) throw tokenErrors.token_not_found({ token: params.id })
  if ((JSON.parse(row.scopes_json) as Scope[]).includes('admin'))
    await options.factors.fresh.require({ actor })
  const { overlapHours } = body
  const made = await options.store.transaction(async trx => {
    const rotated = await options.tokens.rotate(
      row,
      { overlapHours, expiresInDays: newExpiry(body, row) },
      trx,
    )
    await audit.within(trx, { ...about(row), before: facts(row), after: facts(rotated.row) })
    return rotated
  })
  return madeDocument(options, made)
}

function newExpiry({ expiresInDays }: Call<'tokens.rotate'>['body'], row: ApiTokenRow): number | null {
  const days = expiresInDays ?? (row.expires_at === null ? 'never' : DEFAULT_EXPIRY_DAYS)
  return days === 'never' ? null : days
}

async function revoke(options: TokensRoutesOptions, { actor, params, audit }: Call<'tokens.revoke'>) {
  const row = await options.tokens.get(params.id)
  if (!row || !mayRevoke(actor, row)) throw tokenErrors.token_not_found({ token: params.id })
  const revoked = await options.store.transaction(async trx => {
    const ended = await options.tokens.revoke(row.id, trx)
    await audit.within(trx, { ...about(row), before: facts(row), after: facts(ended) })
    return ended
  })
  return (await documents(options, [revoked]))[0]!
}

/** Its person, an administrator of the team it is limited to, or one of the platform. */
function mayRevoke(actor: Actor, { user_id, team_id }: ApiTokenRow): boolean {
  if ('userId' in actor && actor.userId === user_id) return true
  if (can(actor, 'all-tokens:revoke')) return true
  return team_id !== null && can(actor, 'team-tokens:revoke', { kind: 'team', teamId: team_id })
}

function requirePerson(actor: Actor): UserActor {
  if (actor.kind !== 'user') throw tokenErrors.token_needs_person()
  return actor
}

function about({ id, name, team_id }: ApiTokenRow) {
  return { target: { kind: 'token', id, name }, teamId: team_id }
}

/** For the audit log. */
function facts(row: ApiTokenRow) {
  return {
    hint: row.hint,
    scopes: JSON.parse(row.scopes_json) as string[],
    appIds: row.app_ids_json === null ? null : (JSON.parse(row.app_ids_json) as string[]),
    teamId: row.team_id,
    expiresAt: row.expires_at,
    previousUntil: row.previous_until,
    revokedAt: row.revoked_at,
  }
}

async function madeDocument(options: TokensRoutesOptions, { secret, row }: MadeToken) {
  return { secret, token: (await documents(options, [row]))[0]! }
}

function documents({ store }: TokensRoutesOptions, rows: readonly ApiTokenRow[]): Promise<Token[]> {
  return tokenDocuments(store.db, rows, Date.now())
}
