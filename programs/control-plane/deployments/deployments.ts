import type { DeploymentEvent } from '@seaworthy/api'
import { readManifest } from '@seaworthy/builder'
import { AppError, type KeyRing } from '@seaworthy/kit'
import type { GitOrigin, Source, SourceStore } from '@seaworthy/source'
import type { BuildLog } from '@seaworthy/telemetry'
import type { ActorReference } from '../access/actor-finder.ts'
import type { Apps } from '../apps/apps.ts'
import type { Builds } from '../builds/builds.ts'
import { type EnvNames, envOfRelease } from '../env/env-names.ts'
import type { EnvVars } from '../env/env-vars.ts'
import type { ImageOrigin } from '../images/image-fetcher.ts'
import type { Images } from '../images/images.ts'
import type { JobLedger } from '../jobs/job-ledger.ts'
import type { Quotas } from '../quotas/quotas.ts'
import type { Releases } from '../releases/releases.ts'
import { openGitOrigin, type StoredGitOrigin, sealGitOrigin } from '../sources/git-origin.ts'
import type { SourceRecords } from '../sources/source-records.ts'
import type { Store, Transaction } from '../store/database.ts'
import type { AppRow, DeploymentRow, ReleaseRow } from '../store/schema.ts'
import type { Approvals } from './approvals/approvals.ts'
import type { Canaries } from './canaries.ts'
import { type CanaryPlan, newCanary } from './canary-record.ts'
import { followDeployment } from './deployment-follow.ts'
import type { DeployPayload } from './deployment-pipeline.ts'
import type { DeploymentRecords, NewDeployment } from './deployment-records.ts'
import { isCancellable } from './deployment-state.ts'
import { MAX_ATTEMPTS } from './job-signal.ts'

export interface DeploymentsOptions {
  store: Store
  records: DeploymentRecords
  apps: Apps
  sources: SourceStore
  sourceRecords: SourceRecords
  builds: Builds
  releases: Releases
  envVars: EnvVars
  keyRing: KeyRing
  jobs: JobLedger
  deploymentLogs: BuildLog
  quotas: Pick<Quotas, 'hold'>
  canaries: Canaries
  approvals: Pick<Approvals, 'isAsked' | 'cancel'>
  images: Pick<Images, 'resolve'>
  /** Longest time one deployment may take, build included. */
  deadlineMs: number
}

/** A push waits for nothing: each of these writes the deployment and its job in one transaction, and returns it. */
export class Deployments {
  readonly #options: DeploymentsOptions

  constructor(options: DeploymentsOptions) {
    this.#options = options
  }

  /** Keeps an uploaded archive as a source and deploys it. Rejects with `SourceRefused` before anything is queued. */
  async deployArchive(input: {
    app: AppRow
    stream: AsyncIterable<Uint8Array>
    filename?: string
    actor: string
    by?: ActorReference | undefined
    scheduledAt?: number
    canary?: CanaryPlan | undefined
    signal?: AbortSignal
  }): Promise<DeploymentRow> {
    const source = await this.#options.sources.fromArchive(input.stream, { signal: input.signal })
    const origin = { filename: input.filename ?? null }
    return this.#deploySource({ ...input, source, kind: 'archive', origin })
  }

  /** Builds and deploys code that is kept as a source already. */
  async deployTree(input: {
    app: AppRow
    source: Source
    origin: { filename: string | null }
    actor: string
    by?: ActorReference | undefined
  }): Promise<DeploymentRow> {
    return this.#deploySource({ ...input, kind: 'archive' })
  }

  /** Brings a release live that was made with what another app had built. */
  async deployRelease({
    app,
    release,
    actor,
    by,
  }: {
    app: AppRow
    release: ReleaseRow
    actor: string
    by?: ActorReference | undefined
  }): Promise<DeploymentRow> {
    return this.#options.store.transaction(trx =>
      this.#queue(
        { ...blank(app, actor, 'deploy'), release_id: release.id, build_id: release.build_id },
        { by },
        trx,
      ),
    )
  }

  /** Rejects a name that leads to no image for this server before anything is queued. */
  async deployImage(input: {
    app: AppRow
    image: { reference: string; manifest?: string | undefined }
    actor: string
    by?: ActorReference | undefined
    scheduledAt?: number
    canary?: CanaryPlan | undefined
    signal?: AbortSignal
  }): Promise<DeploymentRow> {
    const { app, image, signal } = input
    const { reference, manifest } = image
    if (manifest !== undefined) readManifest({ manifest })
    const { pinned, digest } = await this.#options.images.resolve(reference, app.id, signal)
    const origin: ImageOrigin = { reference, pinned, manifest }
    return this.#deploySource({
      ...input,
      source: { digest, sizeBytes: 0, entries: 0 },
      kind: 'image',
      origin,
    })
  }

  async deployGit(input: {
    app: AppRow
    origin: GitOrigin
    actor: string
    by?: ActorReference | undefined
    scheduledAt?: number
    canary?: CanaryPlan | undefined
  }): Promise<DeploymentRow> {
    const { app, origin, actor, by, scheduledAt, canary } = input
    const git = sealGitOrigin(origin, this.#options.keyRing, app.id)
    return this.#options.store.transaction(trx =>
      this.#queue(
        { ...blank(app, actor, 'deploy', canary), scheduled_at: scheduledAt ?? null },
        { git, by },
        trx,
      ),
    )
  }

  /** Fetches the newest commit of where the app's code last came from, and deploys it. */
  async pullLatest({
    app,
    actor,
    by,
    scheduledAt,
    canary,
  }: {
    app: AppRow
    actor: string
    by?: ActorReference | undefined
    scheduledAt?: number
    canary?: CanaryPlan | undefined
  }): Promise<DeploymentRow> {
    const stored: StoredGitOrigin | null = app.origin_json ? JSON.parse(app.origin_json) : null
    if (!stored) {
      throw new AppError(
        'no_git_origin',
        `The code of ${app.slug} did not come from a git repository, so there is nothing to pull. Deploy a git URL first.`,
        { status: 409 },
      )
    }
    const origin = openGitOrigin(stored, this.#options.keyRing, app.id)
    return this.deployGit({ app, origin, actor, by, scheduledAt, canary })
  }

  /** Builds the newest source again, for example after a change of its build-time env. */
  async rebuild({
    app,
    actor,
    by,
    scheduledAt,
    canary,
  }: {
    app: AppRow
    actor: string
    by?: ActorReference | undefined
    scheduledAt?: number | undefined
    canary?: CanaryPlan | undefined
  }): Promise<DeploymentRow> {
    const { sourceRecords, builds, store } = this.#options
    const latest = await sourceRecords.latest(app.id)
    if (!latest)
      throw new AppError('no_source', `${app.slug} has no source to build yet. Deploy a folder first.`, {
        status: 409,
      })
    return store.transaction(async trx => {
      const build = await builds.create({ appId: app.id, sourceId: latest.id }, trx)
      const times = { scheduled_at: scheduledAt ?? null }
      return this.#queue(
        { ...blank(app, actor, 'deploy', canary), build_id: build.id, ...times },
        { by },
        trx,
      )
    })
  }

  /** A new release with the artifact of an old one; by default the one before the current. */
  async rollback(input: {
    app: AppRow
    release?: number
    env: 'release' | 'current'
    actor: string
    by?: ActorReference | undefined
  }): Promise<DeploymentRow> {
    const { app, actor, by } = input
    const { store, releases, envVars } = this.#options
    const target = await this.#rollbackTarget(app, input.release)
    const env = input.env === 'release' ? envOfRelease(target) : await envVars.current(app)
    return store.transaction(async trx => {
      const release = await releases.create(
        { ...repeated(target, env, actor), reason: 'rollback', rollbackOf: target.version },
        trx,
      )
      return this.#queue({ ...blank(app, actor, 'rollback'), release_id: release.id }, { by }, trx)
    })
  }

  /** Runs the app anew: with its newest env (a new release), or the same release after a restart. */
  async redeploy({
    app,
    reason,
    actor,
    by,
  }: {
    app: AppRow
    reason: 'env' | 'settings' | 'restart'
    actor: string
    by?: ActorReference | undefined
  }): Promise<DeploymentRow | undefined> {
    const { store, releases, envVars } = this.#options
    const current = app.current_release_id ? await releases.getById(app.current_release_id) : undefined
    if (!current) return undefined
    const env = await envVars.current(app)
    return store.transaction(async trx => {
      const release =
        reason === 'restart'
          ? current
          : await releases.create({ ...repeated(current, env, actor), reason }, trx)
      return this.#queue({ ...blank(app, actor, reason), release_id: release.id }, { by }, trx)
    })
  }

  /** Stops a deployment that users have not seen yet. */
  async cancel({
    app,
    number,
    actor,
  }: {
    app: AppRow
    number: number
    actor: string
  }): Promise<DeploymentRow> {
    const { records, jobs, store, builds } = this.#options
    const deployment = await records.getByNumber(app.id, number)
    if (!deployment)
      throw new AppError('deployment_not_found', `${app.slug} has no deployment ${number}.`, { status: 404 })
    if (!isCancellable(deployment.state)) {
      throw new AppError('deployment_not_cancellable', tooLateToCancel(app.slug, deployment), { status: 409 })
    }
    if (deployment.state === 'canary') return this.#options.canaries.end(app, 'abort', { actor })
    if (await this.#options.approvals.cancel(deployment, actor)) return records.get(deployment.id)
    const job = deployment.job_id ? await jobs.cancel(deployment.job_id) : undefined
    if (job?.state === 'cancelled') {
      await store.transaction(async trx => {
        await records.move(
          deployment.id,
          'cancelled',
          { error_code: 'cancelled', error_message: 'Cancelled.' },
          trx,
        )
        if (deployment.build_id) await builds.cancelQueued(deployment.build_id, trx)
      })
      records.announce(deployment.id)
    }
    return records.get(deployment.id)
  }

  get(appId: string, number: number): Promise<DeploymentRow | undefined> {
    return this.#options.records.getByNumber(appId, number)
  }

  list(appId: string, page: Parameters<DeploymentRecords['list']>[1]) {
    return this.#options.records.list(appId, page)
  }

  /** Everything that happened in a deployment, from its start, then what happens until its `end`. */
  follow(deploymentId: string, signal: AbortSignal): AsyncIterable<DeploymentEvent> {
    const { records, deploymentLogs } = this.#options
    return followDeployment({ records, logs: deploymentLogs }, deploymentId, signal)
  }

  async #deploySource(input: {
    app: AppRow
    source: Pick<Source, 'digest' | 'sizeBytes' | 'entries'>
    kind: 'archive' | 'directory' | 'image'
    origin: object
    actor: string
    by?: ActorReference | undefined
    scheduledAt?: number
    canary?: CanaryPlan | undefined
  }): Promise<DeploymentRow> {
    const { quotas, sourceRecords, builds } = this.#options
    const { app, actor, by, scheduledAt, source, kind, origin, canary } = input
    return quotas.hold(app, ['diskMb'], async trx => {
      const row = await sourceRecords.create({ appId: app.id, kind, origin, ...source }, trx)
      const build = await builds.create({ appId: app.id, sourceId: row.id }, trx)
      return this.#queue(
        {
          ...blank(app, actor, 'deploy', canary),
          build_id: build.id,
          scheduled_at: scheduledAt ?? null,
        },
        { by },
        trx,
      )
    })
  }

  async #queue(
    fields: NewDeployment,
    payload: Omit<DeployPayload, 'deploymentId'>,
    trx: Transaction,
  ): Promise<DeploymentRow> {
    const { records, jobs, approvals, deadlineMs } = this.#options
    const isBuiltAhead = await approvals.isAsked(fields.app_id, trx)
    const deployment = await records.create(fields, trx)
    const job = await jobs.enqueue(
      {
        kind: 'deploy',
        payload: { ...payload, deploymentId: deployment.id },
        queueKey: `app:${fields.app_id}`,
        runAt: isBuiltAhead ? undefined : (fields.scheduled_at ?? undefined),
        maxAttempts: MAX_ATTEMPTS,
        deadlineMs,
      },
      trx,
    )
    await records.update(deployment.id, { job_id: job.id }, trx)
    return { ...deployment, job_id: job.id }
  }

  async #rollbackTarget(app: AppRow, version?: number): Promise<ReleaseRow> {
    const { releases } = this.#options
    const current = app.current_release_id ? await releases.getById(app.current_release_id) : undefined
    if (version !== undefined) {
      const release = await releases.get(app.id, version)
      if (!release)
        throw new AppError('release_not_found', `${app.slug} has no release v${version}.`, { status: 404 })
      return release
    }
    const previous = current && (await this.#previousServed(current))
    if (!previous)
      throw new AppError('nothing_to_roll_back_to', `${app.slug} has no earlier release to roll back to.`, {
        status: 409,
      })
    return previous
  }

  /** The release that served before this one. A release whose deployment failed never served. */
  async #previousServed(current: ReleaseRow): Promise<ReleaseRow | undefined> {
    const { store, releases } = this.#options
    const deployment = await store.db
      .selectFrom('deployments')
      .select('previous_release_id')
      .where('app_id', '=', current.app_id)
      .where('release_id', '=', current.id)
      .where('state', 'in', ['draining', 'succeeded'])
      .where('reason', '!=', 'restart')
      .orderBy('number', 'desc')
      .executeTakeFirst()
    return deployment?.previous_release_id ? releases.getById(deployment.previous_release_id) : undefined
  }
}

function blank(
  app: AppRow,
  actor: string,
  reason: NewDeployment['reason'],
  canary?: CanaryPlan,
): NewDeployment {
  return {
    app_id: app.id,
    reason,
    build_id: null,
    release_id: null,
    scheduled_at: null,
    canary_json: canary ? JSON.stringify(newCanary(canary)) : null,
    created_by: actor,
  }
}

function repeated(release: ReleaseRow, env: EnvNames, actor: string) {
  return {
    appId: release.app_id,
    artifactDigest: release.artifact_digest,
    buildId: release.build_id,
    envVersion: env.version,
    sharedEnv: env.shared,
    settings: JSON.parse(release.settings_json),
    createdBy: actor,
  }
}

function tooLateToCancel(slug: string, { number, state }: DeploymentRow): string {
  const name = `Deployment ${number} of ${slug}`
  if (state === 'failed' || state === 'cancelled')
    return `${name} is over already: ${state}. Nothing of it runs.`
  if (state === 'succeeded')
    return `${name} went live, so it is over. Go back with: seaworthy rollback --app ${slug}`
  return `${name} has switched to the new release, so it ends first. Go back then with: seaworthy rollback --app ${slug}`
}
