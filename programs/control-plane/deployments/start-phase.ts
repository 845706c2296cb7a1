import { AppError } from '@seaworthy/kit'
import type { InstanceExit } from '@seaworthy/runtime'
import type { LogStore } from '@seaworthy/telemetry'
import type { InstanceManager, LiveInstance } from '../instances/instance-manager.ts'
import { lastingProcesses, wantedCount } from '../instances/instance-plan.ts'
import type { InstanceRecords } from '../instances/instance-records.ts'
import type { InstanceStarter } from '../instances/instance-starter.ts'
import type { ReleaseSettings } from '../releases/release-settings.ts'
import type { AppRow, DeploymentRow, ReleaseRow } from '../store/schema.ts'
import type { DeploymentLog } from './deployment-log.ts'
import { isCutOff } from './job-signal.ts'

/** Healthy probes in a row before a new instance may take the place of one that works. */
const SUCCESSES_BEFORE_SWITCH = 2
const LAST_LINES = 20
const RELEASE_STOP_GRACE_MS = 10_000

export interface StartPhaseRequest {
  app: AppRow
  deployment: DeploymentRow
  release: ReleaseRow
  settings: ReleaseSettings
  log: DeploymentLog
  signal: AbortSignal
}

export interface StartPhaseOptions {
  manager: InstanceManager
  starter: InstanceStarter
  instanceRecords: InstanceRecords
  logs: LogStore
  releaseDeadlineMs: number
}

/** Runs the `release` process once, then brings the new instances to health. Users see nothing of it yet. */
export class StartPhase {
  readonly #options: StartPhaseOptions

  constructor(options: StartPhaseOptions) {
    this.#options = options
  }

  /** Runs migrations. Rejects with `release_process_failed`; nothing else has happened then. */
  async runReleaseProcess(request: StartPhaseRequest): Promise<void> {
    const { settings, log, app, release, deployment } = request
    if (!settings.processes.release) return
    const earlier = await this.#earlierRun(deployment)
    if (earlier) return judgeEnd(earlier)
    await log.step('release', `Running the release process: ${settings.processes.release}`, async () => {
      const live = await this.#options.manager.start({
        app,
        release,
        settings,
        process: 'release',
        deploymentId: deployment.id,
      })
      const copied = this.#copyLines(live, log)
      const exit = await this.#waitForEnd(live, request.signal)
      await copied.stop()
      if (exit === 'late') {
        throw new AppError(
          'release_process_timeout',
          `The release process was still running after ${this.#options.releaseDeadlineMs / 60_000} minutes and was ended. The old release keeps serving.`,
          { status: 422 },
        )
      }
      judgeEnd(exit)
    })
  }

  /**
   * The new instances, all healthy, none of them in traffic. On failure none of them runs any more.
   * @param wanted process by process; by default as many of each as the app is scaled to
   */
  async startInstances(
    request: StartPhaseRequest,
    wanted: readonly string[] = wantedProcesses(request),
  ): Promise<LiveInstance[]> {
    const { log } = request
    if (wanted.length === 0) return []
    return log.step(
      'start',
      `Starting ${wanted.length === 1 ? `one instance (${wanted[0]})` : `${wanted.length} instances`}`,
      async () => {
        const results = await Promise.allSettled(wanted.map(process => this.#startOne(request, process)))
        const started = results.flatMap(result => (result.status === 'fulfilled' ? [result.value] : []))
        const failure = results.find(result => result.status === 'rejected')
        if (!failure) return started
        await Promise.all(started.map(live => this.#options.manager.stop(live, 1000)))
        throw failure.reason
      },
    )
  }

  async #startOne(request: StartPhaseRequest, process: string): Promise<LiveInstance> {
    const { app, release, settings, deployment, signal, log } = request
    try {
      return await this.#options.starter.startHealthy({
        app,
        release,
        settings,
        process,
        deploymentId: deployment.id,
        successes: SUCCESSES_BEFORE_SWITCH,
        signal,
      })
    } catch (error) {
      await this.#showLastLines(request, process, log)
      throw error
    }
  }

  async #showLastLines(
    { app, release, deployment }: StartPhaseRequest,
    process: string,
    log: DeploymentLog,
  ): Promise<void> {
    const instances = await this.#options.instanceRecords.listByApp(app.id, 20)
    const mine = instances.find(
      row => row.deployment_id === deployment.id && row.process === process && row.release_id === release.id,
    )
    if (!mine) return
    const lines = await this.#options.logs.query({ appId: app.id, instanceId: mine.id, limit: LAST_LINES })
    for (const line of lines) log.line(line.text, line.stream)
  }

  /** Copies what the release process writes into the deployment's log while it runs. */
  #copyLines(live: LiveInstance, log: DeploymentLog): { stop: () => Promise<void> } {
    const { logs } = this.#options
    const { app_id: appId, id: instanceId } = live.row
    const stopped = new AbortController()
    let cursor: string | undefined
    const copying = (async () => {
      for await (const line of logs.follow({ appId, instanceId }, stopped.signal)) {
        cursor = line.cursor
        log.line(line.text, line.stream)
      }
    })().catch(() => undefined)
    return {
      stop: async () => {
        stopped.abort()
        await copying
        // The spool was read to its end when the instance was forgotten: what the follower missed is stored now.
        for (const line of await logs.query({ appId, instanceId, after: cursor, limit: 1000 }))
          log.line(line.text, line.stream)
      },
    }
  }

  async #waitForEnd(live: LiveInstance, signal: AbortSignal) {
    const { manager, releaseDeadlineMs } = this.#options
    const late = AbortSignal.timeout(releaseDeadlineMs)
    const either = AbortSignal.any([late, signal])
    const aborted = new Promise<'aborted'>(resolve => {
      if (either.aborted) resolve('aborted')
      either.addEventListener('abort', () => resolve('aborted'), { once: true })
    })
    const exit = await Promise.race([live.instance.exited, aborted])
    if (exit !== 'aborted') {
      await live.closed
      return exit
    }
    // The platform stops, the migration does not: it is taken over after the restart.
    if (isCutOff(signal)) throw signal.reason
    await manager.stop(live, RELEASE_STOP_GRACE_MS)
    signal.throwIfAborted()
    return 'late' as const
  }

  /**
   * A migration must not run twice. An earlier attempt of this deployment that was cut off by a kill of the control
   * plane counts by its recorded end; where that is not known, the deployment fails and the user decides.
   */
  async #earlierRun(deployment: DeploymentRow): Promise<InstanceExit | undefined> {
    const instances = await this.#options.instanceRecords.listByDeployment(deployment.id)
    const earlier = instances.find(row => row.process === 'release')
    if (!earlier) return undefined
    await this.#options.manager.get(earlier.id)?.closed
    const row = await this.#options.instanceRecords.get(earlier.id)
    const exit: InstanceExit | null = row?.exit_json ? JSON.parse(row.exit_json) : null
    if (exit && (exit.code !== null || exit.signal !== null)) return exit
    throw new AppError(
      'release_process_interrupted',
      'The platform was restarted while the release process ran, so how it ended is not known. It is not run twice: check what it did, then deploy again.',
      { status: 422 },
    )
  }
}

/** The name of a process for each instance that the app is scaled to. */
export function wantedProcesses({ app, settings }: Pick<StartPhaseRequest, 'app' | 'settings'>): string[] {
  const scale: Record<string, number> = JSON.parse(app.scale_json)
  return lastingProcesses(settings.processes).flatMap(process =>
    Array.from({ length: wantedCount(scale, process) }, () => process),
  )
}

function judgeEnd(exit: InstanceExit): void {
  if (exit.code === 0) return
  throw new AppError(
    'release_process_failed',
    `The release process ended with ${exit.signal ?? `exit code ${exit.code}`}. The old release keeps serving; mend the command and deploy again.`,
    { status: 422 },
  )
}
