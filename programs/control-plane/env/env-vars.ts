import type { KeyRing } from '@seaworthy/kit'
import type { Clock } from '../store/clock.ts'
import type { Queryable, Store } from '../store/database.ts'
import type { Page, PageRequest } from '../store/paging.ts'
import type { AppRow } from '../store/schema.ts'
import type { EnvChange } from './env-change.ts'
import { type EnvDifference, type ShownVariable, showDocument } from './env-document.ts'
import { type EnvNames, type SharedEnvVersions, sharedLayers } from './env-names.ts'
import { appEnvTable, type EnvVersionTable, sharedEnvTable } from './env-version-table.ts'
import { type ChangedEnv, type EnvVersionSummary, EnvVersions } from './env-versions.ts'

/** What an app's env is found by. */
export type EnvApp = Pick<AppRow, 'id' | 'slug' | 'team_id' | 'environment'>

/** Where a value comes from; each wins over the ones before it. */
export type EnvSource = 'team' | 'environment' | 'app'

export interface EnvVariable extends ShownVariable {
  from: EnvSource
}

export interface AppEnvDescription extends EnvNames {
  variables: Record<string, EnvVariable>
}

export interface ResolvedEnv {
  env: Record<string, string>
  /** The secrets among them. */
  secrets: Record<string, string>
  /** Which values a log must not show. */
  secretValues: string[]
}

export interface EnvVarsOptions {
  store: Store
  keyRing: KeyRing
  clock?: Pick<Clock, 'now'>
}

interface Layer {
  from: EnvSource
  table: EnvVersionTable
  version: number
}

/** The env of apps: what their team shares, with their own variables on top. */
export class EnvVars {
  readonly #store: Store
  readonly #versions: EnvVersions

  constructor(options: EnvVarsOptions) {
    this.#store = options.store
    this.#versions = new EnvVersions(options)
  }

  /** Of the app's own variables: see `EnvVersions.change`. */
  change(app: EnvApp, change: EnvChange, author: string): Promise<ChangedEnv> {
    return this.#versions.change(appEnvTable(app), change, author)
  }

  /** Of the app's own variables: see `EnvVersions.restore`. */
  restore(
    app: EnvApp,
    input: { version: number; baseVersion?: number; author: string },
  ): Promise<ChangedEnv> {
    return this.#versions.restore(appEnvTable(app), input)
  }

  summary(app: EnvApp, version: number): Promise<EnvVersionSummary> {
    return this.#versions.summary(appEnvTable(app), version)
  }

  list(app: EnvApp, page: PageRequest & { order?: 'asc' | 'desc' } = {}): Promise<Page<EnvVersionSummary>> {
    return this.#versions.list(appEnvTable(app), page)
  }

  diff(app: EnvApp, from: number, to: number): Promise<EnvDifference[]> {
    return this.#versions.diff(appEnvTable(app), from, to)
  }

  /** What a release that is made now would get. */
  async current(app: EnvApp, trx?: Queryable): Promise<EnvNames> {
    const version = await this.#versions.currentVersion(appEnvTable(app), trx)
    return { version, shared: await this.#currentShared(app, trx ?? this.#store.db) }
  }

  /** For people: secrets are masked, and each value says where it comes from. The newest unless told. */
  async describe(app: EnvApp, names?: EnvNames): Promise<AppEnvDescription> {
    const found = names ?? (await this.current(app))
    const variables: [string, EnvVariable][] = []
    for (const { table, version, from } of layersOf(app, found)) {
      const document = await this.#versions.document(table, version)
      for (const [key, shown] of Object.entries(showDocument(document)))
        variables.push([key, { ...shown, from }])
    }
    return { ...found, variables: Object.fromEntries(variables) }
  }

  /**
   * For instances and builds: everything in the clear. Fails closed: rejects with `env_version_not_found` or
   * `env_secret_unreadable`, which names the variable, and never gives a part.
   */
  async resolve(app: EnvApp, names: EnvNames): Promise<ResolvedEnv> {
    const opened = new Map<string, { secret: boolean; value: string }>()
    for (const { table, version } of layersOf(app, names)) {
      for (const [key, variable] of await this.#versions.open(table, version)) opened.set(key, variable)
    }
    const values = [...opened].map(([key, { secret, value }]) => ({ key, secret, value }))
    return {
      env: Object.fromEntries(values.map(({ key, value }) => [key, value])),
      secrets: Object.fromEntries(
        values.filter(({ secret }) => secret).map(({ key, value }) => [key, value]),
      ),
      secretValues: secretValuesOf([...opened.values()]),
    }
  }

  /** For logs: what can be opened of these versions, those that are overridden as well. */
  async secretValues(app: EnvApp, ...names: EnvNames[]): Promise<string[]> {
    const values = new Set<string>()
    for (const { table, version } of names.flatMap(each => layersOf(app, each))) {
      for (const value of secretValuesOf(await this.#versions.openReadable(table, version))) values.add(value)
    }
    return [...values]
  }

  async #currentShared({ team_id, environment }: EnvApp, db: Queryable): Promise<SharedEnvVersions | null> {
    const rows = await db
      .selectFrom('shared_env_versions')
      .select(({ fn }) => ['environment', fn.max('version').as('version')])
      .where('team_id', '=', team_id)
      .where('environment', 'in', ['', environment])
      .groupBy('environment')
      .execute()
    if (rows.length === 0) return null
    const versions = rows.map(row => [row.environment, Number(row.version)])
    return { teamId: team_id, versions: Object.fromEntries(versions) }
  }
}

/** What comes later wins. */
function layersOf(app: EnvApp, { version, shared }: EnvNames): Layer[] {
  const own: Layer = { from: 'app', table: appEnvTable(app), version }
  if (shared === null || shared.teamId !== app.team_id) return [own]
  const layers = sharedLayers(shared).map(({ environment, version }): Layer => {
    const table = sharedEnvTable({ teamId: shared.teamId, environment })
    return { from: environment === '' ? 'team' : 'environment', table, version }
  })
  return [...layers, own]
}

function secretValuesOf(variables: readonly { secret: boolean; value: string }[]): string[] {
  return variables.filter(({ secret, value }) => secret && value !== '').map(({ value }) => value)
}
