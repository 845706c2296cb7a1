import { rm } from 'node:fs/promises'
import type { ArtifactStore } from '@seaworthy/artifacts'
import type { Builder, BuilderSet, BuildLogWriter, BuildResult, Manifest } from '@seaworthy/builder'
import { AppError, type KeyRing, type Logger } from '@seaworthy/kit'
import type { SourceStore } from '@seaworthy/source'
import type { BuildLog, OpenBuildLog } from '@seaworthy/telemetry'
import type { Apps } from '../apps/apps.ts'
import { roomForBuild } from '../builds/build-room.ts'
import { BuildStepRecorder } from '../builds/build-step-recorder.ts'
import type { Builds } from '../builds/builds.ts'
import type { BuildGovernor, BuildGrant } from '../builds/governor/build-governor.ts'
import { pastBuilds } from '../builds/governor/build-history.ts'
import { type DeclaredMemory, declaredMemory } from '../builds/governor/declared-memory.ts'
import { forecast } from '../builds/governor/governor-plan.ts'
import type { DiskRoom } from '../disk/disk-room.ts'
import type { EngineRoom } from '../disk/engine-room.ts'
import type { EnvVars } from '../env/env-vars.ts'
import type { ImageFetcher, ImageOrigin } from '../images/image-fetcher.ts'
import type { Quotas } from '../quotas/quotas.ts'
import { settingsOf } from '../releases/release-settings.ts'
import type { Releases } from '../releases/releases.ts'
import { checkForBakedSecrets } from '../secrets/secret-tripwire.ts'
import { openGitOrigin, type StoredGitOrigin, sealGitOrigin, secretsOfGitUrl } from '../sources/git-origin.ts'
import type { SourceRecords } from '../sources/source-records.ts'
import type { Store } from '../store/database.ts'
import type { AppRow, BuildRow, DeploymentRow, ReleaseRow, SourceRow } from '../store/schema.ts'
import { bothWriters, type DeploymentLog } from './deployment-log.ts'
import type { DeploymentRecords } from './deployment-records.ts'
import { isCancelled, isCutOff, isTimeout } from './job-signal.ts'

export interface BuildPhaseOptions {
  store: Store
  records: DeploymentRecords
  sources: SourceStore
  sourceRecords: SourceRecords
  builds: Builds
  builder: Builder & Pick<BuilderSet, 'builderFor'>
  imageFetcher: ImageFetcher
  buildLogs: BuildLog
  artifacts: ArtifactStore
  releases: Releases
  envVars: EnvVars
  apps: Apps
  keyRing: KeyRing
  quotas: Pick<Quotas, 'hold' | 'instanceDefaults'>
  /** Shares the machine among builds. */
  governor: BuildGovernor
  /** Asked once a build may start: what was free when it was asked for may be full by then. */
  diskRoom: Pick<DiskRoom, 'require'>
  /** The same of the disk on which images lie. */
  engineRoom: Pick<EngineRoom, 'require'>
  buildDeadlineMs: number
  log: Logger
}

export interface BuildPhaseRequest {
  app: AppRow
  deployment: DeploymentRow
  /** Where to fetch the code from, when it was not uploaded. */
  git?: StoredGitOrigin
  log: DeploymentLog
  signal: AbortSignal
}

/** What a build is given. */
interface BuildMeans {
  env: Record<string, string>
  secrets: Readonly<Record<string, string>>
  grant: BuildGrant
  log: BuildLogWriter
}

/** Source → build → artifact → release. Each part is skipped when an earlier attempt finished it. */
export class BuildPhase {
  readonly #options: BuildPhaseOptions

  constructor(options: BuildPhaseOptions) {
    this.#options = options
  }

  async run(request: BuildPhaseRequest): Promise<ReleaseRow> {
    const { builds, records } = this.#options
    const deployment = await records.get(request.deployment.id)
    if (deployment.release_id) return this.#releaseOf(deployment)

    const build = deployment.build_id
      ? await builds.get(deployment.build_id)
      : await this.#fetchSource(request)
    if (!build) throw new AppError('build_not_found', 'The build of this deployment is gone. Deploy again.')
    const built = build.state === 'succeeded' ? build : await this.#build(request, build)
    return this.#makeRelease(request, built)
  }

  async #fetchSource({ app, deployment, git, log, signal }: BuildPhaseRequest): Promise<BuildRow> {
    if (!git) throw new AppError('source_missing', 'This deployment names no source. Deploy again.')
    const { sources, sourceRecords, builds, records, quotas, apps, keyRing } = this.#options
    const origin = openGitOrigin(git, keyRing, app.id)
    log.hide(secretsOfGitUrl(origin.url))
    return log.step('fetch', `Fetching ${git.url}${git.ref ? ` at ${git.ref}` : ''}`, async () => {
      const source = await sources.fromGit(origin, { signal })
      log.line(`commit ${source.commit}, ${source.entries} files`, 'platform')
      return quotas.hold(app, ['diskMb'], async trx => {
        // Only now: "pull the latest" must not try again where nothing could be fetched. Sealed anew, since the job
        // may carry what a key sealed that is retired by now.
        const sealed = sealGitOrigin(origin, keyRing, app.id)
        await apps.update(app.id, { origin_json: JSON.stringify({ kind: 'git', ...sealed }) }, trx)
        const { url, ref, subdirectory } = git
        const fetched = { url, ref, subdirectory, commit: source.commit }
        const row = await sourceRecords.create(
          { appId: app.id, kind: 'git', origin: fetched, ...source },
          trx,
        )
        const build = await builds.create({ appId: app.id, sourceId: row.id }, trx)
        await records.update(deployment.id, { build_id: build.id }, trx)
        return build
      })
    })
  }

  async #build(request: BuildPhaseRequest, build: BuildRow): Promise<BuildRow> {
    const { builds, buildLogs, envVars } = this.#options
    const { app, log } = request
    let own: OpenBuildLog | undefined
    let grant: BuildGrant | undefined
    try {
      grant = await this.#admit(request, build)
      await this.#requireRoom(request, build)
      // Once, and after the wait: what the build sees is what its log keeps out.
      const { env, secrets, secretValues } = await envVars.resolve(app, await envVars.current(app))
      log.hide(secretValues)
      own = await buildLogs.open(build.id, { secrets: secretValues })
      await builds.start(build.id)
      const steps = new BuildStepRecorder({ builds, buildId: build.id, log: this.#options.log })
      const both = bothWriters(bothWriters(log, own), steps)
      const result = await this.#runBuilder(request, build, { env, secrets, grant, log: both }).finally(() =>
        steps.written(),
      )
      await this.#refuseBakedSecrets(request, result, secrets)
      return await this.#keepArtifact(request, build, result)
    } catch (error) {
      await this.#buildEnded(build, error, request)
      throw error
    } finally {
      await own?.close()
      await builds.recordPeak(build.id, grant?.peakBytes())
      grant?.release()
    }
  }

  /** Waits for a place among the builds of this machine, and says why for as long as it waits. */
  async #admit({ app, log, signal }: BuildPhaseRequest, build: BuildRow): Promise<BuildGrant> {
    const { builds, governor, store } = this.#options
    const expected = forecast(await pastBuilds(store, app.id))
    const declared = await this.#declaredMemory(build)
    return governor.acquire({
      id: build.id,
      app: app.slug,
      needBytes: declared?.bytes ?? expected.needBytes,
      ...(declared ? { declaredAt: { line: declared.line } } : {}),
      durationMs: expected.durationMs,
      signal,
      onPace: sentence => log.line(sentence, 'platform'),
      onWait: reason => {
        log.line(`waiting: ${reason}`, 'platform')
        builds.recordWait(build.id, reason).catch(error => {
          this.#options.log.warn({ build: build.id, err: error }, 'could not record why a build waits')
        })
      },
    })
  }

  async #requireRoom({ app }: BuildPhaseRequest, build: BuildRow): Promise<void> {
    const { diskRoom, engineRoom, store } = this.#options
    const makesImage = await this.#makesImage(build)
    const { homeBytes, engineBytes } = await roomForBuild(store, build, { makesImage })
    const what = `build ${build.number} of ${app.slug}`
    await diskRoom.require({ what, neededBytes: homeBytes })
    if (makesImage) await engineRoom.require({ what, neededBytes: engineBytes })
  }

  /** Or pulls one. */
  async #makesImage(build: BuildRow): Promise<boolean> {
    const { builder, sources, sourceRecords } = this.#options
    const row = await sourceRecords.get(build.source_id)
    if (row?.kind === 'image') return true
    const source = row && (await sources.open(row.digest))
    return source !== undefined && (await builder.builderFor(source.path)) === 'docker'
  }

  /** A manifest that is wrong is the builder's to tell. */
  async #declaredMemory(build: BuildRow): Promise<DeclaredMemory | undefined> {
    const { sources, sourceRecords } = this.#options
    const row = await sourceRecords.get(build.source_id)
    const source = row && (await sources.open(row.digest))
    return source && declaredMemory(source.path)
  }

  async #runBuilder(
    { app, signal }: BuildPhaseRequest,
    build: BuildRow,
    { env, secrets, grant, log }: BuildMeans,
  ): Promise<BuildResult> {
    const { builder, buildDeadlineMs, sourceRecords, imageFetcher } = this.#options
    const row = await sourceRecords.get(build.source_id)
    if (row?.kind === 'image') {
      const origin: ImageOrigin = JSON.parse(row.origin_json)
      return imageFetcher.fetch({ app, origin, log, signal })
    }
    const source = await this.#openSource(build)
    return builder.build({
      id: build.id,
      app: { id: app.id, slug: app.slug, userNumber: app.user_number },
      sourceDirectory: source,
      env,
      secretNames: Object.keys(secrets),
      limits: grant.limits,
      observe: usage => grant.observe(usage),
      deadlineMs: buildDeadlineMs,
      log,
      signal,
    })
  }

  async #openSource(build: BuildRow): Promise<string> {
    const { sources, sourceRecords } = this.#options
    const row: SourceRow | undefined = await sourceRecords.get(build.source_id)
    const source = row && (await sources.open(row.digest))
    if (!source)
      throw new AppError('source_missing', 'The code of this build is no longer kept. Deploy it again.', {
        status: 409,
      })
    return source.path
  }

  /** What a secret is written into is public, or may become so: better told now than found by a stranger. */
  async #refuseBakedSecrets(
    { log, signal }: BuildPhaseRequest,
    { directory, static: files }: BuildResult,
    secrets: Readonly<Record<string, string>>,
  ): Promise<void> {
    if (directory === undefined) return // who builds images looks into each layer, which nobody sees from here
    const warn = (text: string) => log.line(text, 'platform')
    try {
      await checkForBakedSecrets({ directory, secrets, publicRoot: files?.root, warn, signal })
    } catch (error) {
      await rm(directory, { recursive: true, force: true })
      throw error
    }
  }

  async #keepArtifact(
    { app, log }: BuildPhaseRequest,
    build: BuildRow,
    result: BuildResult,
  ): Promise<BuildRow> {
    const { builds, quotas } = this.#options
    const { directory: _, ...kept } = result
    for (const field of unusedFields(result.manifest)) {
      log.line(
        `note: "${field}" in seaworthy.json is read, but this version does not act on it yet`,
        'platform',
      )
    }
    const artifact = await this.#storeArtifact(result, log)
    log.line(`artifact ${artifact.digest.slice(0, 25)}, ${sizeText(artifact.sizeBytes)}`, 'platform')
    return quotas.hold(app, ['diskMb'], async trx => {
      await trx
        .insertInto('artifacts')
        .values({
          digest: artifact.digest,
          kind: artifact.kind,
          size_bytes: artifact.sizeBytes,
          created_at: Date.now(),
        })
        .onConflict(conflict => conflict.column('digest').doNothing())
        .execute()
      return builds.succeed(build.id, { artifactDigest: artifact.digest, result: kept }, trx)
    })
  }

  /** An image stays on its engine: its reference says which. */
  async #storeArtifact({ directory, image }: BuildResult, log: DeploymentLog) {
    if (image) return { kind: 'image' as const, digest: image.reference, sizeBytes: image.sizeBytes }
    const stored = await log.step('store', 'Storing the artifact', () =>
      this.#options.artifacts.put(directory),
    )
    return { kind: 'tree' as const, ...stored }
  }

  /** A build that was cut off by a stop of the control plane is neither failed nor cancelled: it is run again. */
  async #buildEnded(build: BuildRow, error: unknown, { signal, log }: BuildPhaseRequest): Promise<void> {
    if (isCutOff(signal)) return
    const { code, message } = isTimeout(signal) ? TOO_LATE : asFailure(error)
    await this.#options.builds.fail(build.id, {
      cancelled: isCancelled(signal),
      code,
      message: log.redact(message),
    })
  }

  async #makeRelease({ app, deployment }: BuildPhaseRequest, build: BuildRow): Promise<ReleaseRow> {
    const { store, releases, records, quotas } = this.#options
    const env = await this.#options.envVars.current(app)
    const settings = settingsOf(JSON.parse(build.result_json!))
    // Where memory is a quota, an app that does not say how much it needs gets what it counts as.
    settings.resources = { ...(await quotas.instanceDefaults(app)), ...settings.resources }
    return store.transaction(async trx => {
      const release = await releases.create(
        {
          appId: app.id,
          artifactDigest: build.artifact_digest!,
          buildId: build.id,
          envVersion: env.version,
          sharedEnv: env.shared,
          settings,
          reason: 'deploy',
          createdBy: deployment.created_by,
        },
        trx,
      )
      await records.update(deployment.id, { release_id: release.id, build_id: build.id }, trx)
      return release
    })
  }

  async #releaseOf(deployment: DeploymentRow): Promise<ReleaseRow> {
    const release = await this.#options.releases.getById(deployment.release_id!)
    if (!release)
      throw new AppError('release_not_found', 'The release of this deployment is gone. Deploy again.')
    return release
  }
}

/** Of a deployment that its deadline ended, and of the build in it. */
export const TOO_LATE = {
  code: 'deployment_timeout',
  message: 'The deployment took longer than it may and was ended.',
}

/** What to write into a row for people to read. A bug of ours is logged elsewhere and leaks nothing here. */
export function asFailure(error: unknown): { code: string; message: string } {
  if (error instanceof AppError && error.isOperational) return { code: error.code, message: error.message }
  return {
    code: 'internal_error',
    message: 'Something went wrong inside the platform. Its log has the details.',
  }
}

/** What the manifest may say already and nothing carries out yet: better told than silently ignored. */
function unusedFields({ cron }: Manifest): string[] {
  return cron.length > 0 ? ['cron'] : []
}

function sizeText(bytes: number): string {
  return bytes < 1_048_576 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1_048_576).toFixed(1)} MB`
}
