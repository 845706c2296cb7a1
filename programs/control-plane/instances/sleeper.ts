import type { Logger } from '@seaworthy/kit'
import type { RouteCounters } from '@seaworthy/routes'
import type { Apps } from '../apps/apps.ts'
import { asFailure } from '../deployments/build-phase.ts'
import type { EdgeClient } from '../edge/edge-client.ts'
import type { EdgeEventStream } from '../edge/edge-event-stream.ts'
import type { Events } from '../events/events.ts'
import type { ReleaseSettings } from '../releases/release-settings.ts'
import type { Releases } from '../releases/releases.ts'
import type { RoutePublisher } from '../routing/route-publisher.ts'
import type { AppRow } from '../store/schema.ts'
import type { AppLocks } from './app-locks.ts'
import { type AppReconciler, otherProcessCount } from './app-reconciler.ts'
import { type InstanceManager, isOneOff } from './instance-manager.ts'
import type { InstanceStarter } from './instance-starter.ts'
import { shouldSleep } from './sleep-policy.ts'

export interface SleeperOptions {
  apps: Apps
  releases: Releases
  manager: InstanceManager
  starter: InstanceStarter
  reconciler: AppReconciler
  locks: AppLocks
  publisher: RoutePublisher
  edge: EdgeClient
  events: Events
  /** The platform's default; 0: never. */
  defaultMinutes: number
  lookEveryMs: number
  /** Whether the app has a deployment under way. */
  isDeploying: (appId: string) => Promise<boolean>
  log: Logger
}

/** Puts idle apps to sleep, and wakes them when the edge holds a request for one. */
export class Sleeper {
  readonly #options: SleeperOptions
  readonly #waking = new Map<string, Promise<void>>()
  /** Milliseconds since 1970 by app, as the database knows it: an app that nobody asks for costs no write. */
  readonly #noted = new Map<string, number>()
  /** A release is never edited, so one look at it is enough for each app. */
  readonly #settingsByApp = new Map<string, { releaseId: string; settings: ReleaseSettings }>()
  #timer: NodeJS.Timeout | undefined
  /** The edge calls for an app whose requests it holds. */
  #calls: EdgeEventStream | undefined

  constructor(options: SleeperOptions) {
    this.#options = options
  }

  start(): void {
    this.#calls = this.#options.edge.events(event => {
      if (event.type === 'wake-needed') void this.wake(event.appId)
    })
    this.#timer = setInterval(() => {
      this.look().catch(error => {
        this.#options.log.warn({ err: error }, 'could not look for idle apps')
      })
    }, this.#options.lookEveryMs)
  }

  stop(): void {
    this.#calls?.close()
    clearInterval(this.#timer)
  }

  /** Starts the app's instances unless that is under way. Never rejects: the edge asks again while requests wait. */
  wake(appId: string): Promise<void> {
    const running = this.#waking.get(appId)
    if (running) return running
    const waking = this.#wake(appId)
      .catch(error => this.#tellFailure(appId, error))
      .finally(() => this.#waking.delete(appId))
    this.#waking.set(appId, waking)
    return waking
  }

  /** One look at all apps: notes their last requests, and puts to sleep those that are idle. */
  async look(): Promise<void> {
    const counters = await this.#options.edge.counters()
    await this.#noteLastRequests(counters)
    await this.#putIdleAppsToSleep(counters)
  }

  /** A new edge counts from zero, so the database remembers. */
  async #noteLastRequests(counters: readonly RouteCounters[]): Promise<void> {
    for (const { appId, lastRequestAt } of counters) {
      if (lastRequestAt <= (this.#noted.get(appId) ?? 0)) continue
      await this.#options.apps.touchLastRequest(appId, lastRequestAt)
      this.#noted.set(appId, lastRequestAt)
    }
  }

  async #putIdleAppsToSleep(counters: readonly RouteCounters[]): Promise<void> {
    const { manager, apps } = this.#options
    const inFlight = inFlightByApp(counters)
    const awake = manager.live().filter(live => live.row.process === 'web')
    for (const app of await apps.listByIds([...new Set(awake.map(live => live.row.app_id))])) {
      if (app.state === 'active' && (await this.#isIdle(app, inFlight.get(app.id) ?? 0)))
        await this.sleep(app)
    }
  }

  /** Requests are held from now on; those in flight are finished; then the processes stop. */
  async sleep(app: AppRow): Promise<void> {
    const { locks, manager, apps, publisher, starter, events, log } = this.#options
    await locks.run(app.id, async () => {
      const settings = await this.#settings(app)
      if (!settings) return
      const instances = manager.live(app.id).filter(live => !live.stopping && !isOneOff(live))
      await apps.setState(app.id, 'asleep')
      for (const live of instances) await manager.setState(live, 'draining')
      await publisher.publish()
      await events.append({ appId: app.id, type: 'app:slept', data: {} })
      await Promise.all(instances.map(live => starter.drainAndStop(live, settings)))
      log.info({ app: app.slug }, 'app fell asleep')
    })
  }

  async #wake(appId: string): Promise<void> {
    const { apps, reconciler, events } = this.#options
    const app = await apps.getById(appId)
    if (!app || app.deleted_at !== null) return
    if (app.state === 'asleep') {
      await apps.setState(appId, 'active')
      await events.append({ appId, type: 'app:woke', data: {} })
    }
    await reconciler.reconcile(appId)
  }

  async #tellFailure(appId: string, error: unknown): Promise<void> {
    const { events, log } = this.#options
    log.warn({ app: appId, err: error }, 'waking failed')
    const { message } = asFailure(error)
    await events
      .append({ appId, type: 'app:wake-failed', data: { reason: message } })
      .catch(cause => log.error({ app: appId, err: cause }, 'could not record a failed wake-up'))
  }

  async #isIdle(app: AppRow, inFlight: number): Promise<boolean> {
    const settings = await this.#settings(app)
    if (!settings) return false
    const healthySince = this.#options.manager.live(app.id).map(live => live.row.healthy_at ?? Date.now())
    const isDue = shouldSleep({
      appMinutes: app.sleep_after_minutes ?? settings.idle.sleepAfterMinutes ?? null,
      defaultMinutes: this.#options.defaultMinutes,
      now: Date.now(),
      lastActiveAt: Math.max(app.last_request_at ?? 0, ...healthySince),
      inFlight,
      otherProcesses: otherProcessCount(settings, JSON.parse(app.scale_json)),
    })
    return isDue && !(await this.#options.isDeploying(app.id))
  }

  async #settings({ id, current_release_id: releaseId }: AppRow): Promise<ReleaseSettings | undefined> {
    const known = this.#settingsByApp.get(id)
    if (known !== undefined && known.releaseId === releaseId) return known.settings
    const release = releaseId ? await this.#options.releases.getById(releaseId) : undefined
    if (!release) return undefined
    const settings: ReleaseSettings = JSON.parse(release.settings_json)
    this.#settingsByApp.set(id, { releaseId: release.id, settings })
    return settings
  }
}

function inFlightByApp(counters: readonly RouteCounters[]): Map<string, number> {
  const byApp = new Map<string, number>()
  for (const { appId, inFlight } of counters) byApp.set(appId, (byApp.get(appId) ?? 0) + inFlight)
  return byApp
}
