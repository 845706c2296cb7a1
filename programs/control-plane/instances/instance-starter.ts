import { setTimeout as sleep } from 'node:timers/promises'
import { AppError, type Logger } from '@seaworthy/kit'
import type { InstanceExit } from '@seaworthy/runtime'
import type { EdgeClient } from '../edge/edge-client.ts'
import type { ReleaseSettings } from '../releases/release-settings.ts'
import { type ProbeResult, waitUntilHealthy } from './health-probe.ts'
import type { InstanceManager, LiveInstance, StartRequest } from './instance-manager.ts'

export interface HealthyStartRequest extends StartRequest {
  /** Healthy probes in a row before the instance counts as up. */
  successes: number
  signal: AbortSignal
}

/** How long a process without a port must run to count as started. */
const WORKER_SETTLE_MS = 300
const DRAIN_POLL_MS = 50

/** Brings an instance to health or explains why not, and takes one out of traffic before it is stopped. */
export class InstanceStarter {
  readonly #manager: InstanceManager
  readonly #edge: EdgeClient
  readonly #log: Logger

  constructor({ manager, edge, log }: { manager: InstanceManager; edge: EdgeClient; log: Logger }) {
    this.#manager = manager
    this.#edge = edge
    this.#log = log
  }

  /**
   * Resolves with a running instance that passed its health check. Rejects with an `instance_…` AppError that says
   * what happened and what to do, and leaves nothing running.
   */
  async startHealthy(request: HealthyStartRequest): Promise<LiveInstance> {
    const live = await this.#manager.start(request)
    try {
      if (live.instance.address) await this.#waitForHealth(live, request)
      else await this.#waitForSettling(live, request)
      return live
    } catch (error) {
      await this.#manager.stop(live, 1000)
      throw error
    }
  }

  /** Waits until the edge has no request in flight to the instance (or the drain time is over), then stops it. */
  async drainAndStop(live: LiveInstance, settings: ReleaseSettings): Promise<void> {
    const giveUpAt = performance.now() + settings.deploy.drainSeconds * 1000
    while (live.instance.address && performance.now() < giveUpAt) {
      const inFlight = await this.#edge.inFlight(live.row.id).catch(() => 0)
      if (inFlight === 0) break
      await sleep(DRAIN_POLL_MS)
    }
    await this.#manager.stop(live, settings.deploy.stopGraceSeconds * 1000)
    this.#log.info({ instance: live.row.id }, 'instance drained and stopped')
  }

  async #waitForHealth(live: LiveInstance, request: HealthyStartRequest): Promise<void> {
    const { settings, process } = request
    const ended = new AbortController()
    const exit = live.instance.exited.then(value => {
      ended.abort()
      return value
    })
    const result = await waitUntilHealthy(
      {
        ...live.instance.address!,
        // The path of the manifest is one of `web`; another process that answers requests need not have it.
        path: process === 'web' ? settings.health.path : undefined,
        timeoutMs: settings.health.timeoutSeconds * 1000,
      },
      {
        successes: request.successes,
        timeoutMs: settings.deploy.startTimeoutSeconds * 1000,
        signal: AbortSignal.any([ended.signal, request.signal]),
      },
    )
    if (ended.signal.aborted) throw endedTooEarly(process, await exit)
    if (result.healthy) return
    if (request.signal.aborted)
      throw instanceProblem('instance_start_aborted', `Starting process "${process}" was interrupted.`)
    throw await this.#explain(live, request, result)
  }

  async #explain(live: LiveInstance, request: HealthyStartRequest, result: ProbeResult & { healthy: false }) {
    const { settings, process } = request
    const seconds = settings.deploy.startTimeoutSeconds
    const port = live.instance.address!.port
    if (result.problem === 'status') {
      return instanceProblem(
        'instance_unhealthy',
        `Process "${process}" runs, but its health check failed for ${seconds} s: ${result.detail}. Check the app's log, or the "health" part of seaworthy.json.`,
      )
    }
    if (result.problem === 'silent') {
      return instanceProblem(
        'instance_unhealthy',
        `Process "${process}" accepted a connection on port ${port} but did not answer (${result.detail}) for ${seconds} s. Check the app's log for what it waits for.`,
      )
    }
    const others = (await this.#manager.listeningPorts(live)).filter(other => other !== port)
    if (others.length > 0) {
      return instanceProblem(
        'instance_wrong_port',
        `Process "${process}" listens on port ${others.join(', ')}, but it must listen on the port in the PORT variable (here ${port}). Use process.env.PORT (or your language's equivalent) and deploy again.`,
        { opened: others, expected: port },
      )
    }
    return instanceProblem(
      'instance_never_listened',
      `Process "${process}" opened no port within ${seconds} s. It must listen on the port in the PORT variable (here ${port}).`,
    )
  }

  /** A process without a port has no health to ask for: it must merely not end at once. */
  async #waitForSettling(live: LiveInstance, { process, signal }: HealthyStartRequest): Promise<void> {
    const settled = sleep(WORKER_SETTLE_MS, undefined, { signal }).catch(() => undefined)
    const exit = await Promise.race([live.instance.exited, settled])
    if (exit) throw endedTooEarly(process, exit)
    if (signal.aborted)
      throw instanceProblem('instance_start_aborted', `Starting process "${process}" was interrupted.`)
  }
}

function endedTooEarly(process: string, exit: InstanceExit): AppError {
  const how = exit.oomKilled
    ? 'was killed because it used more memory than it may'
    : exit.signal
      ? `was ended by ${exit.signal}`
      : `ended with exit code ${exit.code}`
  return instanceProblem(
    'instance_exited',
    `Process "${process}" ${how} before it was healthy. Its last lines are in the app's log.`,
    { ...exit },
  )
}

/** A problem of the app, not of the platform: the user may read it and mend it. */
function instanceProblem(code: string, message: string, details?: object): AppError {
  return new AppError(code, message, { status: 422, details })
}
