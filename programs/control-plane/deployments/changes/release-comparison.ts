import type { ReleaseChanges } from '@seaworthy/api'
import { defineErrors } from '@seaworthy/kit'
import type { SourceStore } from '@seaworthy/source'
import { type EnvNames, envOfRelease } from '../../env/env-names.ts'
import type { EnvVars } from '../../env/env-vars.ts'
import type { Releases } from '../../releases/releases.ts'
import type { Store } from '../../store/database.ts'
import type { AppRow, DeploymentRow, ReleaseRow, SourceRow } from '../../store/schema.ts'
import { fileChanges } from './file-changes.ts'
import { settingsChanges } from './settings-changes.ts'

export interface ReleaseComparisonOptions {
  store: Store
  releases: Releases
  envVars: EnvVars
  sources: Pick<SourceStore, 'open'>
}

const errors = defineErrors({
  release_not_found: { status: 404, message: '{slug} has no release v{version}.' },
})

interface Side {
  release: ReleaseRow
  env: EnvNames
}

/** What going to a release changes about what serves: told before it happens. Names of variables, never values. */
export class ReleaseComparison {
  readonly #options: ReleaseComparisonOptions

  constructor(options: ReleaseComparisonOptions) {
    this.#options = options
  }

  /** Against what it replaced, once it has started; before that against what serves now. */
  async ofDeployment(app: AppRow, deployment: DeploymentRow): Promise<ReleaseChanges> {
    const { releases } = this.#options
    const fromId = deployment.started_at === null ? app.current_release_id : deployment.previous_release_id
    const [from, to] = await Promise.all(
      [fromId, deployment.release_id].map(id => (id === null ? undefined : releases.getById(id))),
    )
    return this.#changes(app, from, to && { release: to, env: envOfRelease(to) })
  }

  /** With the env of that release, or with today's. Rejects with `release_not_found`. */
  async ofRelease(app: AppRow, version: number, env: 'release' | 'current'): Promise<ReleaseChanges> {
    const { releases, envVars } = this.#options
    const release = await releases.get(app.id, version)
    if (!release) throw errors.release_not_found({ slug: app.slug, version })
    const from = app.current_release_id ? await releases.getById(app.current_release_id) : undefined
    return this.#changes(app, from, {
      release,
      env: env === 'release' ? envOfRelease(release) : await envVars.current(app),
    })
  }

  async #changes(app: AppRow, from: ReleaseRow | undefined, to: Side | undefined): Promise<ReleaseChanges> {
    return {
      from: from?.version ?? null,
      to: to?.release.version ?? null,
      code: await this.#code(from, to?.release),
      env: to ? await this.#env(app, from, to.env) : [],
      settings: to ? settingsChanges(settingsOf(from), settingsOf(to.release)) : [],
    }
  }

  async #code(from: ReleaseRow | undefined, to: ReleaseRow | undefined): Promise<ReleaseChanges['code']> {
    const same = from !== undefined && from.artifact_digest === to?.artifact_digest
    const [old, fresh] = await Promise.all([this.#sourceOf(from), this.#sourceOf(to)])
    const files = old && fresh ? await this.#files(old, fresh) : undefined
    return { same, from: nameOf(from, old), to: nameOf(to, fresh), files: files ?? null }
  }

  async #files(old: SourceRow, fresh: SourceRow) {
    if (old.digest === fresh.digest) return { added: 0, changed: 0, removed: 0 }
    const { sources } = this.#options
    const [before, after] = await Promise.all([old, fresh].map(({ digest }) => sources.open(digest)))
    return before && after ? fileChanges(before.path, after.path) : undefined
  }

  async #sourceOf(release: ReleaseRow | undefined): Promise<SourceRow | undefined> {
    if (!release?.build_id) return undefined
    return this.#options.store.db
      .selectFrom('sources')
      .innerJoin('builds', 'builds.source_id', 'sources.id')
      .selectAll('sources')
      .where('builds.id', '=', release.build_id)
      .executeTakeFirst()
  }

  /** Values are compared here, where they may be read, and stay here. */
  async #env(app: AppRow, from: ReleaseRow | undefined, env: EnvNames): Promise<ReleaseChanges['env']> {
    const { envVars } = this.#options
    const old = from ? (await envVars.resolve(app, envOfRelease(from))).env : {}
    const fresh = (await envVars.resolve(app, env)).env
    const names = [...new Set([...Object.keys(old), ...Object.keys(fresh)])].sort()
    return names
      .filter(name => old[name] !== fresh[name])
      .map(name => ({
        name,
        change: !(name in old) ? 'added' : name in fresh ? 'changed' : 'removed',
      }))
  }
}

function settingsOf(release: ReleaseRow | undefined): object {
  return release ? JSON.parse(release.settings_json) : {}
}

const SHORT_COMMIT = 10
const SHORT_DIGEST = 19

/** What people know the code by: its commit where it has one. */
function nameOf(release: ReleaseRow | undefined, source: SourceRow | undefined): string | null {
  if (!release) return null
  const origin = source ? (JSON.parse(source.origin_json) as { commit?: string; pinned?: string }) : {}
  return (
    origin.commit?.slice(0, SHORT_COMMIT) ?? origin.pinned ?? release.artifact_digest.slice(0, SHORT_DIGEST)
  )
}
