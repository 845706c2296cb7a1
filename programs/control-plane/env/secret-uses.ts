import type { Store } from '../store/database.ts'
import type { AppRow } from '../store/schema.ts'
import { envOfRelease } from './env-names.ts'
import type { EnvVars } from './env-vars.ts'

export interface SecretUse {
  /** Milliseconds since 1970. */
  at: number
  kind: 'build' | 'instance' | 'release process' | 'run'
  /** The number of the release whose env it got. */
  release: number
  process: string | null
  /** Who asked for the deployment behind it; null for what the platform started by itself, and for `run`. */
  by: string | null
}

interface Given extends SecretUse {
  env_version: number
  shared_env_json: string | null
}

const LOOKED_AT = 100
const SHOWN = 20

/** What was given a variable: whatever was built or started with a release whose env holds it. */
export class SecretUses {
  readonly #store: Store
  readonly #envVars: EnvVars

  constructor({ store, envVars }: { store: Store; envVars: EnvVars }) {
    this.#store = store
    this.#envVars = envVars
  }

  /** Newest first, as far as instances and builds are kept. */
  async last(app: AppRow, key: string): Promise<SecretUse[]> {
    const given = [...(await this.#instances(app)), ...(await this.#builds(app))]
    const uses: SecretUse[] = []
    const known = new Map<string, Promise<boolean>>()
    for (const { env_version, shared_env_json, ...use } of given.toSorted((a, b) => b.at - a.at)) {
      const name = `${env_version} ${shared_env_json}`
      if (!known.has(name)) known.set(name, this.#holds(app, key, { env_version, shared_env_json }))
      if (await known.get(name)) uses.push(use)
      if (uses.length === SHOWN) break
    }
    return uses
  }

  async #holds(
    app: AppRow,
    key: string,
    release: Pick<Given, 'env_version' | 'shared_env_json'>,
  ): Promise<boolean> {
    const { variables } = await this.#envVars.describe(app, envOfRelease(release))
    return Object.hasOwn(variables, key)
  }

  async #instances(app: AppRow): Promise<Given[]> {
    const rows = await this.#store.db
      .selectFrom('instances as i')
      .innerJoin('releases as r', 'r.id', 'i.release_id')
      .leftJoin('deployments as d', 'd.id', 'i.deployment_id')
      .select(['i.created_at as at', 'i.process', 'r.version as release', 'd.created_by as by'])
      .select(['r.env_version', 'r.shared_env_json'])
      .where('i.app_id', '=', app.id)
      .orderBy('i.created_at', 'desc')
      .limit(LOOKED_AT)
      .execute()
    return rows.map(row => ({ ...row, kind: kindOf(row.process) }))
  }

  /** A build gets the env that its release then names. */
  async #builds(app: AppRow): Promise<Given[]> {
    const rows = await this.#store.db
      .selectFrom('builds as b')
      .innerJoin('releases as r', 'r.build_id', 'b.id')
      .select(['b.started_at as at', 'r.version as release', 'r.created_by as by'])
      .select(['r.env_version', 'r.shared_env_json'])
      .where('b.app_id', '=', app.id)
      .where('r.reason', '=', 'deploy')
      .where('b.started_at', 'is not', null)
      .orderBy('b.number', 'desc')
      .limit(LOOKED_AT)
      .execute()
    return rows.map(row => ({ ...row, at: row.at!, kind: 'build', process: null }))
  }
}

function kindOf(process: string): SecretUse['kind'] {
  if (process === 'run') return 'run'
  return process === 'release' ? 'release process' : 'instance'
}
