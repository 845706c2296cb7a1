import { statfs } from 'node:fs/promises'
import type { Logger } from '@seaworthy/kit'
import type { InstanceFindings } from '@seaworthy/runtime'
import type { Events } from '../events/events.ts'
import type { AppReconciler } from '../instances/app-reconciler.ts'
import { type ProbeResult, probe } from '../instances/health-probe.ts'
import {
  type InstanceManager,
  isOneOff,
  type LiveInstance,
  type PrintedSoFar,
} from '../instances/instance-manager.ts'
import { RegularLook } from '../platform/regular-look.ts'
import type { ReleaseSettings } from '../releases/release-settings.ts'
import type { Releases } from '../releases/releases.ts'
import type { InstanceUsage } from '../request-figures/resource-sampler.ts'
import type { AppLimits } from './app-limits.ts'
import type { Replacement } from './end-sentence.ts'
import { beyondLimit, dueReplacement, type InstanceFacts } from './replacement-rules.ts'
import {
  LOOK_AT_WAITING_MS,
  printRate,
  type StrainKind,
  strainOf,
  type WaitedSoFar,
  waitedShare,
} from './strain.ts'

export interface InstanceWatchOptions {
  manager: InstanceManager
  reconciler: Pick<AppReconciler, 'replace' | 'endForLimit'>
  limits: Pick<AppLimits, 'effective'>
  releases: Releases
  events: Events
  /** The last look at what each instance uses, by id. */
  usage: () => ReadonlyMap<string, InstanceUsage>
  /** Where temporary files lie. */
  home: string
  log: Logger
}

const LOOK_EVERY_MS = 1_000
/** Counting files costs most of what an idle app costs, so it is done seldom, unless the disk fills fast. */
const DISK_EVERY_MS = 10_000
const FAST_FILL_BYTES = 128 * 1_048_576
/** Between two replacements of a process: what does not get better by it must not be replaced all the time. */
const REST_MS = 60_000
const DEFAULT_FAILURES = 3
const NOTHING_FOUND: InstanceFindings = {
  diskBytes: 0,
  openFiles: 0,
  refusedProcesses: 0,
  memoryKills: 0,
  throttledMs: 0,
  uncollected: 0,
}

/** What is known of an instance from look to look. */
interface Watched {
  failures: number
  problem: string
  isProbing: boolean
  nextProbeAt: number
  findings: InstanceFindings | undefined
  printed: PrintedSoFar | undefined
  printedBytesPerSecond: number
  waited: WaitedSoFar | undefined
  waitedShare: number
  /** What was told of this instance already. */
  told: Set<StrainKind>
  /** A release is never edited. */
  settings: ReleaseSettings | undefined
  /** The app's own limits may change while it runs, so it is asked for anew with each count of files. */
  recycle: InstanceFacts['recycle']
}

/** Looks after instances that run: asks their health path, counts their files, and replaces what has to go. */
export class InstanceWatch {
  readonly #options: InstanceWatchOptions
  readonly #regular: RegularLook
  readonly #watched = new Map<string, Watched>()
  /** By app and process: not to be replaced before, in milliseconds since 1970. */
  readonly #restUntil = new Map<string, number>()
  #diskLookAt = 0
  #freeBytes = Number.POSITIVE_INFINITY

  constructor(options: InstanceWatchOptions) {
    this.#options = options
    this.#regular = new RegularLook({
      everyMs: LOOK_EVERY_MS,
      look: now => this.#look(now),
      failure: 'could not look after instances',
      log: options.log,
    })
  }

  start(): void {
    this.#regular.start()
  }

  stop(): Promise<void> {
    return this.#regular.stop()
  }

  /** One look at all; a second call joins the one that is under way. Never rejects. */
  look(now = Date.now()): Promise<void> {
    return this.#regular.now(now)
  }

  async #look(now: number): Promise<void> {
    const running = this.#options.manager.live().filter(live => !live.stopping)
    this.#forgetEnded(running)
    const countFiles = await this.#isDiskLookDue(now)
    for (const live of running) {
      await this.#lookAt(live, { now, countFiles }).catch(error => {
        this.#options.log.warn({ instance: live.row.id, err: error }, 'could not look after an instance')
      })
    }
  }

  #forgetEnded(running: readonly LiveInstance[]): void {
    const ids = new Set(running.map(live => live.row.id))
    for (const id of this.#watched.keys()) if (!ids.has(id)) this.#watched.delete(id)
  }

  /** When it is time, or when the disk lost space so fast that somebody may be filling it. */
  async #isDiskLookDue(now: number): Promise<boolean> {
    const { bavail, bsize } = await statfs(this.#options.home)
    const free = bavail * bsize
    const isDue = now >= this.#diskLookAt || free < this.#freeBytes - FAST_FILL_BYTES
    if (!isDue) return false
    this.#diskLookAt = now + DISK_EVERY_MS
    this.#freeBytes = free
    return true
  }

  async #lookAt(
    live: LiveInstance,
    { now, countFiles }: { now: number; countFiles: boolean },
  ): Promise<void> {
    const watched = this.#watchedOf(live)
    watched.settings ??= await this.#settingsOf(live)
    const { settings } = watched
    if (!settings) return
    if (countFiles || watched.findings === undefined) await this.#count(live, { watched, settings, now })
    this.#probe(live, watched, settings, now)
    const facts = this.#factsOf(live, watched, settings, now)
    await this.#tellStrain(live, watched, facts)
    const excess = beyondLimit(facts)
    if (excess) return this.#options.reconciler.endForLimit(live, excess)
    const due = mayBeReplaced(live) ? dueReplacement(facts) : undefined
    if (due) this.#replace(live, due, now)
  }

  #watchedOf({ row }: LiveInstance): Watched {
    const known = this.#watched.get(row.id)
    const nothing = { failures: 0, problem: '', isProbing: false, nextProbeAt: 0 }
    const watched = known ?? {
      ...nothing,
      ...{ findings: undefined, printed: undefined, printedBytesPerSecond: 0 },
      ...{ waited: undefined, waitedShare: 0 },
      ...{ told: new Set<StrainKind>(), settings: undefined, recycle: {} },
    }
    this.#watched.set(row.id, watched)
    return watched
  }

  async #count(
    live: LiveInstance,
    { watched, settings, now }: { watched: Watched; settings: ReleaseSettings; now: number },
  ): Promise<void> {
    const { manager, limits } = this.#options
    const { app_id: id, process } = live.row
    watched.findings = (await manager.examine(live)) ?? NOTHING_FOUND
    const { bytes } = await manager.printed(live)
    const printed = { at: now, bytes }
    watched.printedBytesPerSecond = printRate(watched.printed, printed)
    watched.printed = printed
    watched.waitedShare = waitedShare(watched.waited, { at: now, ms: watched.findings.throttledMs })
    if (now - (watched.waited?.at ?? 0) >= LOOK_AT_WAITING_MS)
      watched.waited = { at: now, ms: watched.findings.throttledMs }
    watched.recycle = (await limits.effective({ id }, settings, process)).recycle
  }

  /** Once for each instance and kind: what is refused to it does no harm to others, but its owner should know. */
  async #tellStrain({ row }: LiveInstance, watched: Watched, { limits }: InstanceFacts): Promise<void> {
    const { findings = NOTHING_FOUND, printedBytesPerSecond, waitedShare: share } = watched
    const facts = { ...findings, printedBytesPerSecond, waitedShare: share }
    for (const { kind, detail } of strainOf(facts, limits)) {
      if (watched.told.has(kind)) continue
      watched.told.add(kind)
      const sentence = `${row.process} ${detail}.`
      const data = { instance: row.id, process: row.process, limit: kind, sentence }
      await this.#options.events.append({ appId: row.app_id, type: 'instance:limited', data })
    }
  }

  /** Asks in the background: a silent app must not keep the others waiting. */
  #probe(live: LiveInstance, watched: Watched, { health }: ReleaseSettings, now: number): void {
    const { address } = live.instance
    const isAsked = live.row.process === 'web' && health.path !== undefined && mayBeReplaced(live)
    if (!address || !isAsked || watched.isProbing || now < watched.nextProbeAt) return
    watched.isProbing = true
    watched.nextProbeAt = now + health.intervalSeconds * 1000
    probe({ ...address, path: health.path, timeoutMs: health.timeoutSeconds * 1000 }).then(result => {
      watched.isProbing = false
      note(watched, result)
    })
  }

  #factsOf({ row }: LiveInstance, watched: Watched, settings: ReleaseSettings, now: number): InstanceFacts {
    return {
      now,
      healthyAt: row.healthy_at ?? now,
      limits: row.limits_json === null ? {} : JSON.parse(row.limits_json),
      recycle: watched.recycle,
      memoryBytes: this.#options.usage().get(row.id)?.memoryBytes,
      diskBytes: watched.findings?.diskBytes,
      memoryKills: watched.findings?.memoryKills ?? 0,
      failures: watched.failures,
      failuresUntilReplaced: settings.health.failuresUntilReplaced ?? DEFAULT_FAILURES,
      problem: watched.problem,
    }
  }

  /** In the background; one at a time for each process of an app, with a rest in between. */
  #replace(live: LiveInstance, replacement: Replacement, now: number): void {
    const key = `${live.row.app_id} ${live.row.process}`
    if (now < (this.#restUntil.get(key) ?? 0)) return
    this.#restUntil.set(key, now + REST_MS)
    const { log, reconciler } = this.#options
    log.info({ instance: live.row.id, reason: replacement.reason }, 'instance is to be replaced')
    reconciler.replace(live, replacement).catch(error => {
      log.warn(
        { instance: live.row.id, err: error },
        'no fresh instance could be put in the place of an old one',
      )
    })
  }

  async #settingsOf({ row }: LiveInstance): Promise<ReleaseSettings | undefined> {
    const release = await this.#options.releases.getById(row.release_id)
    return release && JSON.parse(release.settings_json)
  }
}

/** Neither on its way in nor out. */
function mayBeReplaced(live: LiveInstance): boolean {
  const { state } = live.row
  return !live.stopping && !isOneOff(live) && (state === 'healthy' || state === 'unhealthy')
}

function note(watched: Watched, result: ProbeResult): void {
  watched.failures = result.healthy ? 0 : watched.failures + 1
  watched.problem = result.healthy ? '' : result.detail
}
