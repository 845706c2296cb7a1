import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ArtifactStore } from '@seaworthy/artifacts'
import type { AppRuntime, Builder } from '@seaworthy/builder'
import { AppError, type Logger } from '@seaworthy/kit'
import type {
  AttachedCommand,
  AttachSpec,
  CpuPace,
  CpuTime,
  Instance,
  InstanceExit,
  InstanceFindings,
  ResourceUsage,
  Runtime,
  RuntimeSet,
  VolumeMount,
} from '@seaworthy/runtime'
import type { LogStore } from '@seaworthy/telemetry'
import { envOfRelease } from '../env/env-names.ts'
import type { EnvVars } from '../env/env-vars.ts'
import type { AppLimits } from '../limits/app-limits.ts'
import { imageOf } from '../releases/release-image.ts'
import type { ReleaseSettings } from '../releases/release-settings.ts'
import type { AppRow, InstanceRow, InstanceState, ReleaseRow } from '../store/schema.ts'
import type { InstanceRecords } from './instance-records.ts'
import type { InternalCalls } from './internal-calls.ts'

/** Processes that end by themselves: migrations and `run` commands. */
export function isOneOff({ row }: { row: Pick<InstanceRow, 'process'> }): boolean {
  return row.process === 'release' || row.process === 'run'
}

/** An instance that runs now, as far as anybody knows. */
export interface PrintedSoFar {
  /** Up to when it is counted, in milliseconds since 1970. */
  at: number
  bytes: number
}

export interface LiveInstance {
  row: InstanceRow
  instance: Instance
  /** Set once its end is wanted: its exit is then no crash. */
  stopping: boolean
  /** Resolves once the instance has ended by itself and its row and its log are complete. */
  closed: Promise<void>
}

export interface StartRequest {
  app: AppRow
  release: ReleaseRow
  settings: ReleaseSettings
  process: string
  /** A manifest line; by default the release's line of that process. */
  command?: string
  deploymentId: string | null
}

export interface InstanceManagerOptions {
  records: InstanceRecords
  runtimes: RuntimeSet
  builder: Pick<Builder, 'runtimeEnv'>
  artifacts: ArtifactStore
  envVars: EnvVars
  /** Whether requests may reach this process, beside `web`. */
  needsPort: (app: AppRow, settings: ReleaseSettings, process: string) => Promise<boolean>
  /** What each instance may take. */
  limits: Pick<AppLimits, 'effective'>
  logs: LogStore
  /** Apps that it may call by name. */
  internalCalls: Pick<InternalCalls, 'namesFor'>
  /** Folder for the spool files that instances write. */
  outputDirectory: string
  /** Folder of all volumes: `<app id>/<name>`. */
  volumesDirectory: string
  /** Volumes that a release names again after an earlier one did not. */
  volumeTrash: { bringBack(app: AppRow, names: readonly string[]): Promise<void> }
  log: Logger
}

/** Of an instance that was stopped, and of which something had to be killed. */
export interface Overstay {
  graceMs: number
  /** After the grace period. */
  killedProcesses: number
  /** With the first process of the instance, without having been asked to end: see `InstanceExit`. */
  orphanedProcesses: number
}

/**
 * Starts, finds again and stops single instances, and keeps their rows true. It decides nothing: which instances
 * there should be is for the reconciler and the deployments.
 */
export class InstanceManager {
  readonly #options: InstanceManagerOptions
  readonly #live = new Map<string, LiveInstance>()
  readonly #exitListeners: ((live: LiveInstance, exit: InstanceExit) => void)[] = []
  /** Ends that were found out before anybody listened: of instances that ended while the platform was away. */
  #untold: { live: LiveInstance; exit: InstanceExit }[] = []
  readonly #overstayListeners: ((live: LiveInstance, overstay: Overstay) => void)[] = []

  constructor(options: InstanceManagerOptions) {
    this.#options = options
  }

  /** Called for each instance that ends without having been asked to, also before there was a listener. */
  onUnexpectedExit(listener: (live: LiveInstance, exit: InstanceExit) => void): void {
    this.#exitListeners.push(listener)
    const untold = this.#untold
    this.#untold = []
    for (const { live, exit } of untold) listener(live, exit)
  }

  /** Called for each instance that was asked to end and did not, or not with all it had started. */
  onOverstay(listener: (live: LiveInstance, overstay: Overstay) => void): void {
    this.#overstayListeners.push(listener)
  }

  live(appId?: string): LiveInstance[] {
    const all = [...this.#live.values()]
    return appId === undefined ? all : all.filter(live => live.row.app_id === appId)
  }

  get(id: string): LiveInstance | undefined {
    return this.#live.get(id)
  }

  /** Resolves once the instance runs; its row is `starting`. The row comes first, so that no start is ever lost. */
  async start(request: StartRequest): Promise<LiveInstance> {
    const { records, runtimes, log } = this.#options
    const kind = runtimes.kindFor(imageOf(request.release) ? 'image' : 'tree')
    const runtime = runtimes.of(kind)
    const row = await records.create({
      app_id: request.app.id,
      release_id: request.release.id,
      deployment_id: request.deploymentId,
      process: request.process,
      runtime: kind,
    })
    try {
      const names = await this.#options.internalCalls.namesFor(request.app, request.settings)
      const { env, secretValues } = await this.#environment(request, row.id)
      const { limits } = await this.#options.limits.effective(request.app, request.settings, request.process)
      row.limits_json = JSON.stringify(limits)
      const spec = { ...(await this.#spec(request, row.id, { ...names.env, ...env })), limits }
      const instance = await runtime.start({ ...spec, hosts: names.hosts })
      const live: LiveInstance = {
        row: {
          ...row,
          handle_json: JSON.stringify(instance.handle),
          port: instance.address?.port ?? null,
        },
        instance,
        stopping: false,
        closed: Promise.resolve(),
      }
      const { handle_json, port, limits_json } = live.row
      await records.update(row.id, { handle_json, port, limits_json })
      this.#watch(live, request.release.version, secretValues)
      log.info({ app: request.app.slug, instance: row.id, process: request.process }, 'instance started')
      return live
    } catch (error) {
      await records.update(row.id, { state: 'crashed', stopped_at: Date.now() })
      throw error
    }
  }

  /** Takes over what still runs after a restart. Of what is gone the end is recorded, as far as somebody knows it. */
  async adoptAll(
    releaseVersionOf: (row: InstanceRow) => Promise<{ version: number; secretValues: string[] }>,
  ): Promise<void> {
    const { records, runtimes, log } = this.#options
    for (const row of await records.listLive()) {
      const instance = await runtimes.of(row.runtime).adopt(row.id, JSON.parse(row.handle_json))
      const { version, secretValues } = await releaseVersionOf(row)
      const hasEnded = instance === undefined || instance.hasEnded === true
      if (hasEnded && !wasServing(row)) {
        await this.#closeGone(row, version, secretValues)
        continue
      }
      const found = instance ?? lostInstance(row)
      const live = { row, instance: found, stopping: false, closed: Promise.resolve() }
      this.#watch(live, version, secretValues)
      if (hasEnded) await live.closed
      else log.info({ instance: row.id, process: row.process }, 'instance adopted')
    }
  }

  /** It was on its way up or down when the platform went away: whoever wanted that deals with it. */
  async #closeGone(row: InstanceRow, version: number, secrets: readonly string[]): Promise<void> {
    const state = row.state === 'draining' ? 'stopped' : 'crashed'
    await this.#options.records.update(row.id, { state, stopped_at: Date.now() })
    // What it wrote while nobody read, its last words among them, belongs to the app's log.
    this.#readSpool(row, version, secrets)
    await this.#options.logs.detach(row.id)
  }

  async setState(live: LiveInstance, state: InstanceState): Promise<void> {
    live.row = { ...live.row, state, ...(state === 'healthy' ? { healthy_at: Date.now() } : {}) }
    await this.#options.records.update(live.row.id, { state, healthy_at: live.row.healthy_at })
  }

  /** Ends an instance with all it started. Idempotent. */
  async stop(live: LiveInstance, graceMs: number): Promise<void> {
    const { records } = this.#options
    live.stopping = true
    await this.#runtimeOf(live).stop(live.row.id, live.instance.handle, { graceMs })
    const killed = graceMs > 0 ? await killedAtStop(live) : undefined
    if (killed) for (const listener of this.#overstayListeners) listener(live, { graceMs, ...killed })
    live.row = { ...live.row, state: 'stopped', stopped_at: Date.now() }
    await records.update(live.row.id, { state: 'stopped', stopped_at: live.row.stopped_at })
    await this.#forget(live)
  }

  /** One more command within an instance. Rejects with `instance_not_running` when it is gone. */
  attach(live: LiveInstance, spec: AttachSpec): Promise<AttachedCommand> {
    return this.#runtimeOf(live).attach(live.row.id, live.instance.handle, spec)
  }

  /** What the instance uses now. */
  sample(live: LiveInstance): Promise<ResourceUsage> {
    return this.#runtimeOf(live).sample(live.row.id, live.instance.handle)
  }

  /** Cheap; undefined where its driver cannot tell. */
  async cpuTime(live: LiveInstance): Promise<CpuTime | undefined> {
    return this.#runtimeOf(live).cpuTime?.(live.row.id, live.instance.handle)
  }

  /** What it may take of the CPUs for now, where its driver can set it. */
  async setCpuPace(live: LiveInstance, pace: CpuPace): Promise<void> {
    await this.#runtimeOf(live).setCpuPace?.(live.row.id, live.instance.handle, pace)
  }

  /** What takes longer to find out; undefined where its driver cannot tell. */
  async examine(live: LiveInstance): Promise<InstanceFindings | undefined> {
    return this.#runtimeOf(live).examine?.(live.row.id, live.instance.handle)
  }

  /** How much it has printed, kept or not. */
  async printed(live: LiveInstance): Promise<PrintedSoFar> {
    const { row, instance } = live
    const at = await this.#runtimeOf(live).outputSeenUntil?.(row.id, instance.handle)
    return { bytes: await this.#spooledBytes(row), at: at ?? Date.now() }
  }

  async #spooledBytes(row: InstanceRow): Promise<number> {
    const sizes = Object.values(this.#spoolFiles(row)).map(file =>
      stat(file).then(
        ({ size }) => size,
        () => 0, // not made yet, or gone already
      ),
    )
    return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
  }

  /** TCP ports the instance really opened: what to say when it does not answer on PORT. */
  listeningPorts(live: LiveInstance): Promise<number[]> {
    return this.#runtimeOf(live).listeningPorts(live.row.id, live.instance.handle)
  }

  #runtimeOf({ row }: LiveInstance): Runtime {
    return this.#options.runtimes.of(row.runtime)
  }

  #watch(live: LiveInstance, releaseVersion: number, secrets: readonly string[]): void {
    const { row } = live
    this.#live.set(row.id, live)
    this.#readSpool(row, releaseVersion, secrets)
    live.closed = live.instance.exited
      .then(exit => this.#ended(live, exit))
      .catch(error => {
        this.#options.log.error({ instance: row.id, err: error }, 'could not record the end of an instance')
      })
  }

  #readSpool(row: InstanceRow, releaseVersion: number, secrets: readonly string[]): void {
    this.#options.logs.attach({
      appId: row.app_id,
      instanceId: row.id,
      process: row.process,
      release: `v${releaseVersion}`,
      ...this.#spoolFiles(row),
      secrets,
    })
  }

  #spoolFiles({ id }: InstanceRow): { stdoutFile: string; stderrFile: string } {
    const base = join(this.#options.outputDirectory, id)
    return { stdoutFile: `${base}.out`, stderrFile: `${base}.err` }
  }

  async #ended(live: LiveInstance, exit: InstanceExit): Promise<void> {
    if (live.stopping) return
    const { records, log } = this.#options
    const state = isOneOff(live) && exit.code === 0 ? 'stopped' : 'crashed'
    live.row = { ...live.row, state, stopped_at: Date.now(), exit_json: JSON.stringify(exit) }
    const { stopped_at, exit_json } = live.row
    await records.update(live.row.id, { state, stopped_at, exit_json })
    log.info({ instance: live.row.id, process: live.row.process, ...exit }, 'instance ended by itself')
    await this.#forget(live)
    if (this.#exitListeners.length === 0) this.#untold.push({ live, exit })
    for (const listener of this.#exitListeners) listener(live, exit)
  }

  async #forget(live: LiveInstance): Promise<void> {
    this.#live.delete(live.row.id)
    await this.#options.logs.detach(live.row.id)
    await this.#options.records.forgetOld(live.row.app_id)
  }

  async #spec(
    { app, release, settings, process, command }: StartRequest,
    id: string,
    env: Record<string, string>,
  ) {
    const line = command ?? settings.processes[process]
    if (line === undefined) {
      throw new AppError(
        'process_unknown',
        `Release v${release.version} of ${app.slug} has no process "${process}".`,
        {
          status: 409,
        },
      )
    }
    await mkdir(this.#options.outputDirectory, { recursive: true })
    await this.#options.volumeTrash.bringBack(app, Object.keys(settings.volumes ?? {}))
    return {
      id,
      app: { id: app.id, slug: app.slug, userNumber: app.user_number },
      release: `v${release.version}`,
      process,
      command: line,
      artifact: await this.#artifactOf({ app, release, settings }),
      volumes: this.#volumesOf(app, settings),
      env,
      needsPort: process === 'web' || (await this.#options.needsPort(app, settings, process)),
      outputDirectory: this.#options.outputDirectory,
    }
  }

  async #artifactOf({ app, release, settings }: Pick<StartRequest, 'app' | 'release' | 'settings'>) {
    const image = imageOf(release)
    if (image) return { kind: 'image' as const, reference: image, ...settings.image }
    const artifact = await this.#options.artifacts.open(release.artifact_digest)
    if (!artifact) {
      throw new AppError(
        'artifact_missing',
        `The files of release v${release.version} of ${app.slug} are gone. Deploy it again.`,
      )
    }
    return { kind: 'tree' as const, directory: artifact.path }
  }

  /** By the app's id, so that an app of the same name never gets another's data. */
  #volumesOf(app: AppRow, { volumes = {} }: ReleaseSettings): VolumeMount[] {
    return Object.entries(volumes).map(([name, target]) => ({
      name,
      source: join(this.#options.volumesDirectory, app.id, name),
      target,
    }))
  }

  async #environment({ app, release, settings }: StartRequest, instanceId: string) {
    const { env, secretValues } = await this.#options.envVars.resolve(app, envOfRelease(release))
    const platform = {
      ...(await this.#options.builder.runtimeEnv(settings.runtime as AppRuntime)),
      SEAWORTHY_APP: app.slug,
      SEAWORTHY_RELEASE: `v${release.version}`,
      SEAWORTHY_INSTANCE: instanceId,
    }
    // NODE_ENV is the app's to set; production is what a deployed Node app expects when it does not.
    return { env: { NODE_ENV: 'production', ...env, ...platform }, secretValues }
  }
}

/** What had to be killed, if anything; where its driver cannot count that, at least the first process tells. */
async function killedAtStop({ instance }: LiveInstance): Promise<Omit<Overstay, 'graceMs'> | undefined> {
  // It has ended, or nobody will ever learn how: not worth waiting for.
  const exit = await Promise.race([instance.exited, nextTurn(undefined)])
  const wasKilled = exit?.signal === 'SIGKILL' && !exit.oomKilled
  const { killedProcesses = wasKilled ? 1 : 0, orphanedProcesses = 0 } = exit ?? {}
  return killedProcesses + orphanedProcesses > 0 ? { killedProcesses, orphanedProcesses } : undefined
}

function wasServing({ state, healthy_at }: InstanceRow): boolean {
  return healthy_at !== null && state !== 'draining'
}

/** Nothing tells any more how it ended. */
function lostInstance(row: InstanceRow): Instance {
  const exited = Promise.resolve({ code: null, signal: null, oomKilled: false })
  return { id: row.id, handle: JSON.parse(row.handle_json), exited, hasEnded: true }
}
