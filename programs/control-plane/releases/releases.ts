import { type SharedEnvVersions, sharedEnvJson } from '../env/env-names.ts'
import { type Clock, systemClock } from '../store/clock.ts'
import type { Queryable, Store } from '../store/database.ts'
import { newId } from '../store/ids.ts'
import { fetchPage, type Page, type PageRequest } from '../store/paging.ts'
import type { ReleaseRow } from '../store/schema.ts'
import type { ReleaseSettings } from './release-settings.ts'

export interface NewRelease {
  appId: string
  artifactDigest: string
  buildId: string
  envVersion: number
  /** The versions of what the team shares; nothing when missing. */
  sharedEnv?: SharedEnvVersions | null
  settings: ReleaseSettings
  reason: ReleaseRow['reason']
  /** The version that this one repeats. */
  rollbackOf?: number | null
  createdBy: string
}

/** An artifact whose release is being made is safe for this long. */
const FRESH_BUILD_MS = 86_400_000

/** The `releases` table: append-only, numbered v1, v2 … without gaps for each app. */
export class Releases {
  readonly #store: Store
  readonly #clock: Pick<Clock, 'now'>

  constructor({ store, clock = systemClock }: { store: Store; clock?: Pick<Clock, 'now'> }) {
    this.#store = store
    this.#clock = clock
  }

  async create(release: NewRelease, trx?: Queryable): Promise<ReleaseRow> {
    if (!trx) return this.#store.transaction(own => this.create(release, own))
    await this.#store.lock(trx, `app:${release.appId}`)
    const row: ReleaseRow = {
      id: newId('rel'),
      app_id: release.appId,
      version: (await this.#lastVersion(release.appId, trx)) + 1,
      artifact_digest: release.artifactDigest,
      build_id: release.buildId,
      env_version: release.envVersion,
      settings_json: JSON.stringify(release.settings),
      reason: release.reason,
      rollback_of: release.rollbackOf ?? null,
      shared_env_json: sharedEnvJson(release.sharedEnv ?? null),
      created_by: release.createdBy,
      created_at: this.#clock.now(),
    }
    await trx.insertInto('releases').values(row).execute()
    return row
  }

  get(appId: string, version: number, trx?: Queryable): Promise<ReleaseRow | undefined> {
    return this.#of(appId, trx).selectAll().where('version', '=', version).executeTakeFirst()
  }

  getById(id: string, trx?: Queryable): Promise<ReleaseRow | undefined> {
    return (trx ?? this.#store.db).selectFrom('releases').selectAll().where('id', '=', id).executeTakeFirst()
  }

  /** Newest first unless told. */
  async list(
    appId: string,
    { order = 'desc', ...page }: PageRequest & { order?: 'asc' | 'desc' } = {},
  ): Promise<Page<ReleaseRow>> {
    return fetchPage(this.#of(appId).selectAll().orderBy('version', order), page)
  }

  /** The newest release older than the one that serves; undefined when nothing serves or nothing is older. */
  previous(appId: string): Promise<ReleaseRow | undefined> {
    return this.#of(appId)
      .selectAll()
      .where('version', '<', eb =>
        eb
          .selectFrom('apps')
          .innerJoin('releases as current', 'current.id', 'apps.current_release_id')
          .select('current.version')
          .where('apps.id', '=', appId),
      )
      .orderBy('version', 'desc')
      .limit(1)
      .executeTakeFirst()
  }

  /**
   * Every artifact that a sweep must leave: those of all releases (a listed release can always be started), and
   * those of recent builds, whose release may be about to be written.
   */
  async referencedArtifactDigests(): Promise<string[]> {
    const rows = await this.#store.db
      .selectFrom('releases')
      .select('artifact_digest as digest')
      .union(
        this.#store.db
          .selectFrom('builds')
          .select(eb => eb.ref('artifact_digest').$notNull().as('digest'))
          .where('artifact_digest', 'is not', null)
          .where('finished_at', '>', this.#clock.now() - FRESH_BUILD_MS),
      )
      .execute()
    return rows.map(({ digest }) => digest)
  }

  async #lastVersion(appId: string, trx: Queryable): Promise<number> {
    const last = await this.#of(appId, trx)
      .select(eb => eb.fn.max('version').as('version'))
      .executeTakeFirst()
    return Number(last?.version ?? 0)
  }

  #of(appId: string, trx?: Queryable) {
    return (trx ?? this.#store.db).selectFrom('releases').where('app_id', '=', appId)
  }
}
