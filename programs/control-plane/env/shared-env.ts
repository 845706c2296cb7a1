import type { KeyRing } from '@seaworthy/kit'
import { type Clock, systemClock } from '../store/clock.ts'
import type { Store } from '../store/database.ts'
import type { Page, PageRequest } from '../store/paging.ts'
import type { AppRow } from '../store/schema.ts'
import type { EnvChange } from './env-change.ts'
import type { EnvDifference } from './env-document.ts'
import type { SharedEnvVersions } from './env-names.ts'
import { sharedEnvTable } from './env-version-table.ts'
import { type ChangedEnv, type EnvDescription, type EnvVersionSummary, EnvVersions } from './env-versions.ts'
import { envErrors } from './errors.ts'
import type { SharedEnvOwner } from './shared-env-owner.ts'

/** In addresses and on command lines: every environment of the team. */
export const ALL_ENVIRONMENTS = 'all'

export interface SharedEnvDocument extends SharedEnvOwner {
  version: number
  keys: string[]
  author: string
  /** Milliseconds since 1970. */
  updatedAt: number
}

/** What a team shares with its apps: one document for all of them, and one for each environment. */
export class SharedEnv {
  readonly #store: Store
  readonly #versions: EnvVersions

  constructor({
    store,
    keyRing,
    clock = systemClock,
  }: { store: Store; keyRing: KeyRing; clock?: Pick<Clock, 'now'> }) {
    this.#store = store
    this.#versions = new EnvVersions({ store, keyRing, clock })
  }

  /** See `EnvVersions.change`. */
  change(owner: SharedEnvOwner, change: EnvChange, author: string): Promise<ChangedEnv> {
    return this.#versions.change(sharedEnvTable(owner), change, author)
  }

  /** See `EnvVersions.restore`. */
  restore(
    owner: SharedEnvOwner,
    input: { version: number; baseVersion?: number; author: string },
  ): Promise<ChangedEnv> {
    return this.#versions.restore(sharedEnvTable(owner), input)
  }

  describe(owner: SharedEnvOwner): Promise<EnvDescription> {
    return this.#versions.describe(sharedEnvTable(owner))
  }

  summary(owner: SharedEnvOwner, version: number): Promise<EnvVersionSummary> {
    return this.#versions.summary(sharedEnvTable(owner), version)
  }

  list(
    owner: SharedEnvOwner,
    page: PageRequest & { order?: 'asc' | 'desc' } = {},
  ): Promise<Page<EnvVersionSummary>> {
    return this.#versions.list(sharedEnvTable(owner), page)
  }

  diff(owner: SharedEnvOwner, from: number, to: number): Promise<EnvDifference[]> {
    return this.#versions.diff(sharedEnvTable(owner), from, to)
  }

  /** The documents of a team that were ever written, the one for all environments first. */
  async documents(teamId: string): Promise<SharedEnvDocument[]> {
    const rows = await this.#store.db
      .selectFrom('shared_env_versions')
      .select('environment')
      .distinct()
      .where('team_id', '=', teamId)
      .orderBy('environment')
      .execute()
    return Promise.all(rows.map(({ environment }) => this.#newest({ teamId, environment })))
  }

  /** The apps that get a document, by slug: with their next release. */
  apps({ teamId, environment }: SharedEnvOwner): Promise<AppRow[]> {
    const ofTeam = this.#store.db
      .selectFrom('apps')
      .selectAll()
      .where('team_id', '=', teamId)
      .where('deleted_at', 'is', null)
      .orderBy('slug')
    return (environment === '' ? ofTeam : ofTeam.where('environment', '=', environment)).execute()
  }

  async #newest(owner: SharedEnvOwner): Promise<SharedEnvDocument> {
    const { version, keys, author, createdAt } = (await this.list(owner, { limit: 1 })).items[0]!
    return { ...owner, version, keys, author, updatedAt: createdAt }
  }
}

/** As the API names them. */
export function namedVersions(shared: SharedEnvVersions | null): Record<string, number> {
  const versions = Object.entries(shared?.versions ?? {})
  return Object.fromEntries(
    versions.map(([environment, version]) => [shownEnvironment(environment), version]),
  )
}

/** The empty name → `all`. */
export function shownEnvironment(environment: string): string {
  return environment === '' ? ALL_ENVIRONMENTS : environment
}

/** `all` → the empty name. Throws `environment_invalid`. */
export function parseEnvironment(text: string): string {
  if (text === ALL_ENVIRONMENTS) return ''
  refuseEnvironment(text)
  return text
}

/** Throws `environment_invalid` for what an app cannot be in. */
export function refuseEnvironment(environment: string): void {
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(environment) || environment === ALL_ENVIRONMENTS)
    throw envErrors.environment_invalid({ environment })
}
