import { setTimeout as sleep } from 'node:timers/promises'
import type { RouteCounters } from '@seaworthy/routes'
import type { EdgeClient } from '../edge/edge-client.ts'
import { probe } from '../instances/health-probe.ts'
import type { InstanceManager, LiveInstance } from '../instances/instance-manager.ts'
import type { ReleaseSettings } from '../releases/release-settings.ts'
import { probePlace } from './probe-place.ts'
import { countsSince, type EdgeCounts, NO_COUNTS, type WatchResult, withoutProbes } from './receipt.ts'
import { watchVerdict } from './watch-verdict.ts'

const LOOK_EVERY_MS = 100
const PROBE_EVERY_MS = 250

export interface WatchRequest {
  appId: string
  host: string
  release: string
  settings: ReleaseSettings
  fresh: readonly LiveInstance[]
  /** What the edge counted for the previous release before the switch. */
  before: EdgeCounts
  /** What the edge had already counted for this release at the switch. */
  atSwitch: EdgeCounts
  windowMs: number
  signal: AbortSignal
}

export interface WatcherOptions {
  edge: EdgeClient
  manager: InstanceManager
  edgePort: number
  /** Whether rules of the app may keep our probes out. */
  isGuarded: (appId: string, settings: ReleaseSettings) => Promise<boolean>
}

interface Probes {
  sent: number
  failed: number
  /** Those that the edge counts as failed requests: answered 5xx. */
  countedAsFailures: number
  failedInARow: number
  lastAt: number
}

const NO_PROBES: Probes = {
  sent: 0,
  failed: 0,
  countedAsFailures: 0,
  failedInARow: 0,
  lastAt: Number.NEGATIVE_INFINITY,
}

/** Watches a release after the switch through the edge: real requests and its own probes. */
export class Watcher {
  readonly #edge: EdgeClient
  readonly #manager: InstanceManager
  readonly #edgePort: number

  readonly #isGuarded: WatcherOptions['isGuarded']

  constructor({ edge, manager, edgePort, isGuarded }: WatcherOptions) {
    this.#edge = edge
    this.#manager = manager
    this.#edgePort = edgePort
    this.#isGuarded = isGuarded
  }

  /** The edge's totals for one release of an app; zero when it has seen none. */
  async counts(appId: string, release: string | null): Promise<EdgeCounts> {
    return countsOf(await this.#edge.counters(appId), appId, release)
  }

  /**
   * Resolves with what was seen when the window is over, or as soon as the limits are breached. At least one probe
   * has to pass, through the edge unless its rules keep us out: "live" is never assumed.
   */
  async watch(request: WatchRequest): Promise<WatchResult> {
    const startedAt = performance.now()
    const probes = { ...NO_PROBES }
    let after = NO_COUNTS
    for (;;) {
      const now = performance.now()
      if (now - probes.lastAt >= PROBE_EVERY_MS) await this.#probe(request, probes, now)
      const counts = await this.#countsNow(request)
      if (counts) after = withoutProbes(counts, probes)
      const verdict = watchVerdict({
        before: request.before,
        after,
        failedProbesInARow: probes.failedInARow,
        endedProcesses: this.#endedProcesses(request.fresh),
      })
      const watchedMs = Math.round(performance.now() - startedAt)
      const isOver = watchedMs >= request.windowMs && probes.failedInARow === 0
      if (!verdict.keep || isOver) {
        return {
          breach: verdict.keep ? null : verdict.reason,
          before: request.before,
          after,
          probes: { sent: probes.sent, failed: probes.failed },
          watchedMs,
        }
      }
      await sleep(LOOK_EVERY_MS, undefined, { signal: request.signal })
    }
  }

  /** An edge that restarts meanwhile cannot be asked; whether it serves is for the probes to say. */
  async #countsNow({ appId, release, atSwitch }: WatchRequest): Promise<EdgeCounts | undefined> {
    const now = await this.counts(appId, release).catch(() => undefined)
    return now && countsSince(atSwitch, now)
  }

  #endedProcesses(fresh: readonly LiveInstance[]): string[] {
    const running = fresh.filter(live => this.#manager.get(live.row.id)).map(live => live.row.process)
    return [...new Set(fresh.map(live => live.row.process))].filter(process => !running.includes(process))
  }

  async #probe(request: WatchRequest, probes: Probes, now: number) {
    probes.lastAt = now
    const { appId, host, settings, fresh } = request
    const isGuarded = await this.#isGuarded(appId, settings)
    const place = probePlace({ isGuarded, edgePort: this.#edgePort, host, instances: fresh })
    if (!place) return
    const { path, timeoutSeconds } = settings.health
    const result = await probe({ ...place, path, timeoutMs: timeoutSeconds * 1000 })
    probes.failedInARow = result.healthy ? 0 : probes.failedInARow + 1
    if (!place.throughEdge) return
    probes.sent += 1
    probes.failed += result.healthy ? 0 : 1
    if (!result.healthy && (result.status ?? 0) >= 500) probes.countedAsFailures += 1
  }
}

/** Zero for a release that the edge has not seen. */
export function countsOf(all: readonly RouteCounters[], appId: string, release: string | null): EdgeCounts {
  const counters = all.find(counter => counter.appId === appId && counter.release === release)
  if (!counters) return NO_COUNTS
  const { requests, failures, edgeFailures, latencyBuckets } = counters
  return { requests, failures: failures + edgeFailures, latencyBuckets }
}
