import type { Action, SecretReaders as SecretReadersDocument } from '@seaworthy/api'
import type { AccessReader, PersonWithAccess } from '../access/access-reader.ts'
import { type Actor, asSignedIn } from '../access/actor.ts'
import { can } from '../access/policy.ts'
import { appResource } from '../http/request-resource.ts'
import { isoTime } from '../http/times.ts'
import type { Store } from '../store/database.ts'
import type { ApiTokenRow, AppRow } from '../store/schema.ts'
import type { EnvSource, EnvVars } from './env-vars.ts'
import { envErrors } from './errors.ts'
import { SecretUses } from './secret-uses.ts'

/** A secret is shown to nobody; with one of these a person makes the app use it, and so can find it out. */
const WAYS: readonly Action[] = ['app:deploy', 'app:run', 'env:write']

export interface SecretReadersOptions {
  store: Store
  envVars: EnvVars
  access: AccessReader
}

/** "Who can read this secret?", answered by the policy that decides about requests. */
export class SecretReaders {
  readonly #options: SecretReadersOptions
  readonly #uses: SecretUses

  constructor(options: SecretReadersOptions) {
    this.#options = options
    this.#uses = new SecretUses(options)
  }

  /** Rejects with `env_key_not_set`. */
  async describe(app: AppRow, key: string): Promise<SecretReadersDocument> {
    const { variables } = await this.#options.envVars.describe(app)
    const variable = Object.hasOwn(variables, key) ? variables[key] : undefined
    if (!variable) throw envErrors.env_key_not_set({ owner: app.slug, key })
    const uses = await this.#uses.last(app, key)
    return {
      key,
      secret: variable.secret,
      from: variable.from satisfies EnvSource,
      people: await this.#people(app),
      uses: uses.map(use => ({ ...use, at: isoTime(use.at) })),
    }
  }

  async #people(app: AppRow): Promise<SecretReadersDocument['people']> {
    const candidates = await this.#candidates(app)
    const all = await Promise.all(candidates.map(id => this.#options.access.person(id)))
    const people = all.filter(person => person !== undefined)
    const able = people.map(person => ({ person, can: waysOf(asSignedIn(person), app) }))
    return Promise.all(
      able
        .filter(({ can: ways }) => ways.length > 0)
        .map(async ({ person, can: ways }) => ({
          userId: person.userId,
          name: person.name,
          email: person.email,
          can: ways,
          tokens: await this.#tokens(person, app),
        })),
    )
  }

  /** Everybody who has any role that could matter; the policy then says what it is worth. */
  async #candidates({ id, team_id }: AppRow): Promise<string[]> {
    const { db } = this.#options.store
    const rows = await db
      .selectFrom('user')
      .select('id')
      .where(eb =>
        eb.or([
          eb('platformRole', '=', 'admin'),
          eb('id', 'in', eb.selectFrom('team_members').select('user_id').where('team_id', '=', team_id)),
          eb('id', 'in', eb.selectFrom('app_grants').select('user_id').where('app_id', '=', id)),
        ]),
      )
      .orderBy('email')
      .execute()
    return rows.map(row => row.id)
  }

  async #tokens(person: PersonWithAccess, app: AppRow) {
    const rows = await this.#options.store.db
      .selectFrom('api_tokens')
      .selectAll()
      .where('user_id', '=', person.userId)
      .where('revoked_at', 'is', null)
      .where(eb => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', Date.now())]))
      .execute()
    return rows
      .map(row => ({ id: row.id, name: row.name, can: waysOf(asToken(person, row), app) }))
      .filter(token => token.can.length > 0)
  }
}

function waysOf(actor: Actor, app: AppRow): Action[] {
  return WAYS.filter(action => can(actor, action, appResource(app)))
}

function asToken({ userId, email, name, access }: PersonWithAccess, row: ApiTokenRow): Actor {
  return {
    kind: 'token',
    userId,
    email,
    name,
    access,
    tokenId: row.id,
    tokenName: row.name,
    scopes: JSON.parse(row.scopes_json),
    appIds: row.app_ids_json === null ? null : JSON.parse(row.app_ids_json),
    teamId: row.team_id,
  }
}
