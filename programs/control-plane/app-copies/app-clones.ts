import type { KeyRing } from '@seaworthy/kit'
import type { Actor } from '../access/actor.ts'
import { authorOf } from '../access/actor-finder.ts'
import type { Apps } from '../apps/apps.ts'
import type { Builds } from '../builds/builds.ts'
import type { Deployments } from '../deployments/deployments.ts'
import type { EnvVars } from '../env/env-vars.ts'
import type { Quotas } from '../quotas/quotas.ts'
import { personOf } from '../quotas/spender.ts'
import type { Releases } from '../releases/releases.ts'
import { openGitOrigin, type StoredGitOrigin, sealGitOrigin } from '../sources/git-origin.ts'
import type { SourceRecords } from '../sources/source-records.ts'
import type { AppRow, DeploymentRow, ReleaseRow } from '../store/schema.ts'
import type { AppCopier } from './app-copier.ts'

export interface AppClonesOptions {
  copier: AppCopier
  apps: Apps
  releases: Releases
  builds: Builds
  sourceRecords: SourceRecords
  envVars: EnvVars
  deployments: Pick<Deployments, 'deployRelease'>
  quotas: Pick<Quotas, 'hold' | 'spend'>
  keyRing: KeyRing
}

export interface CloneRequest {
  app: AppRow
  slug: string
  name?: string | undefined
  /** With the values of secrets. */
  secrets: boolean
  actor: Actor
}

export interface MadeCopy {
  app: AppRow
  deployment: DeploymentRow | undefined
  notes: string[]
}

/** A second app of the same team that begins as the first one is. The artifact is shared, not copied. */
export class AppClones {
  readonly #options: AppClonesOptions

  constructor(options: AppClonesOptions) {
    this.#options = options
  }

  /** Rejects as the creation of an app, and the setting of what it has, would. */
  async clone({ app, slug, name, secrets, actor }: CloneRequest): Promise<MadeCopy> {
    const { copier } = this.#options
    const settings = { ...(await copier.settingsOf(app)), name: name ?? slug }
    const all = Object.entries(await copier.variablesOf(app))
    const kept = all.filter(([, variable]) => secrets || !variable.secret)
    const made = await copier.create({
      ...{ slug, settings, actor, variables: Object.fromEntries(kept) },
      ...{ teamId: app.team_id, environment: app.environment },
    })
    return copier.orForget(made, async () => {
      await this.#copyOrigin(app, made, secrets)
      const deployment = await this.#deployRelease(app, made, actor)
      const left = all.filter(([key]) => !kept.some(([name]) => name === key)).map(([key]) => key)
      return { app: (await this.#options.apps.getById(made.id))!, deployment, notes: notesOf(left) }
    })
  }

  /** Credentials of a repository are a secret as others are. */
  async #copyOrigin({ id, origin_json }: AppRow, made: AppRow, secrets: boolean): Promise<void> {
    if (origin_json === null) return
    const { apps, keyRing } = this.#options
    const { sealedUrl, ...shown }: StoredGitOrigin = JSON.parse(origin_json)
    const origin =
      secrets && sealedUrl !== undefined ? openGitOrigin({ sealedUrl, ...shown }, keyRing, id) : shown
    const stored = { kind: 'git', ...sealGitOrigin(origin, keyRing, made.id) }
    await apps.update(made.id, { origin_json: JSON.stringify(stored) })
  }

  async #deployRelease(app: AppRow, made: AppRow, actor: Actor): Promise<DeploymentRow | undefined> {
    const { releases, deployments, quotas } = this.#options
    const current = app.current_release_id ? await releases.getById(app.current_release_id) : undefined
    if (!current) return undefined
    return quotas.spend({ app: made, userId: personOf(actor) }, ['deploymentsPerDay'], async () => {
      const release = await this.#copyRelease(current, made, actor)
      return deployments.deployRelease({ app: made, release, ...authorOf(actor) })
    })
  }

  /** With a build and a source of its own, so that the new app can be built again and outlives the first. */
  async #copyRelease(current: ReleaseRow, made: AppRow, actor: Actor): Promise<ReleaseRow> {
    const { builds, sourceRecords, releases, envVars, quotas } = this.#options
    const original = (await builds.get(current.build_id))!
    const source = (await sourceRecords.get(original.source_id))!
    const env = await envVars.current(made)
    return quotas.hold(made, ['diskMb'], async trx => {
      const { digest, kind, size_bytes: sizeBytes, entries } = source
      const origin = JSON.parse(source.origin_json)
      const copy = await sourceRecords.create(
        { appId: made.id, kind, origin, digest, sizeBytes, entries },
        trx,
      )
      const { id } = await builds.create({ appId: made.id, sourceId: copy.id }, trx)
      await builds.start(id, trx)
      const result = JSON.parse(original.result_json!)
      await builds.succeed(id, { artifactDigest: current.artifact_digest, result }, trx)
      return releases.create(
        {
          ...{ appId: made.id, artifactDigest: current.artifact_digest, buildId: id },
          ...{ envVersion: env.version, sharedEnv: env.shared, settings: JSON.parse(current.settings_json) },
          ...{ reason: 'deploy', createdBy: authorOf(actor).actor },
        },
        trx,
      )
    })
  }
}

function notesOf(left: readonly string[]): string[] {
  return [
    ...(left.length > 0 ? [`Secrets that were left behind: ${left.join(', ')}.`] : []),
    'Domains stay with the first app, and volumes begin empty.',
  ]
}
