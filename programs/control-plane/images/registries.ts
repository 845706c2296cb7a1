import type { RegistryAuth } from '@seaworthy/docker'
import { defineErrors, type KeyRing, type SealBinding } from '@seaworthy/kit'
import type { Queryable, Store } from '../store/database.ts'
import { newId } from '../store/ids.ts'
import type { RegistryRow } from '../store/schema.ts'

const errors = defineErrors({
  registry_not_found: {
    status: 404,
    message: 'No sign-in for the registry {host} is stored. See `seaworthy registries`.',
  },
})

/** What of a sign-in people may see. */
export interface StoredRegistry {
  host: string
  username: string
  updatedAt: number
}

/** A password opens for this team and host only. */
export function registryBinding(teamId: string, host: string): SealBinding {
  return { purpose: 'registry', context: `${teamId}/${host}` }
}

/** The sign-ins for private images of each team. Passwords are sealed and never shown again. */
export class Registries {
  readonly #store: Store
  readonly #keyRing: KeyRing

  constructor({ store, keyRing }: { store: Store; keyRing: KeyRing }) {
    this.#store = store
    this.#keyRing = keyRing
  }

  /** Stores a sign-in, or replaces the one for this host. */
  async set(teamId: string, host: string, { username, password }: RegistryAuth): Promise<StoredRegistry> {
    const sealed = this.#keyRing.seal(password, registryBinding(teamId, host))
    const row: RegistryRow = {
      id: newId('reg'),
      team_id: teamId,
      host,
      document_json: JSON.stringify({ username, password: sealed }),
      updated_at: Date.now(),
    }
    const { document_json, updated_at } = row
    await this.#store.db
      .insertInto('registries')
      .values(row)
      .onConflict(conflict =>
        conflict.columns(['team_id', 'host']).doUpdateSet({ document_json, updated_at }),
      )
      .execute()
    return { host, username, updatedAt: updated_at }
  }

  async list(teamId: string): Promise<StoredRegistry[]> {
    const rows = await this.#of(teamId).selectAll().orderBy('host').limit(1000).execute()
    return rows.map(({ host, document_json, updated_at }) => {
      const { username } = JSON.parse(document_json) as RegistryAuth
      return { host, username, updatedAt: updated_at }
    })
  }

  /** @throws `registry_not_found` */
  async remove(teamId: string, host: string): Promise<void> {
    const { numDeletedRows } = await this.#store.db
      .deleteFrom('registries')
      .where('team_id', '=', teamId)
      .where('host', '=', host)
      .executeTakeFirst()
    if (Number(numDeletedRows) === 0) throw errors.registry_not_found({ host })
  }

  /** The sign-in that an app's team has for this registry; undefined where it has none. */
  async authFor(appId: string, host: string): Promise<RegistryAuth | undefined> {
    const row = await this.#store.db
      .selectFrom('registries')
      .innerJoin('apps', 'apps.team_id', 'registries.team_id')
      .select(['registries.team_id', 'registries.document_json'])
      .where('apps.id', '=', appId)
      .where('registries.host', '=', host)
      .executeTakeFirst()
    if (!row) return undefined
    const { username, password } = JSON.parse(row.document_json) as RegistryAuth
    return { username, password: this.#keyRing.open(password, registryBinding(row.team_id, host)) }
  }

  #of(teamId: string, trx?: Queryable) {
    return (trx ?? this.#store.db).selectFrom('registries').where('team_id', '=', teamId)
  }
}
