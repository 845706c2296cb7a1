import type { WorkerReport } from '../workers/worker-messages.ts'
import type { ActiveRoute, ActiveRoutes } from './active-routes.ts'
import type { Deadlines } from './deadlines.ts'

/** A request that waits for its app to wake up. Its body is not read. */
export interface HeldRequest {
  readonly host: string
  readonly url: string
  /** The table changed and the app does not sleep any more, or is gone (undefined). */
  resume(route: ActiveRoute | undefined): void
  /** The app did not wake up in time, or too many wait already. */
  refuse(): void
}

interface Waiting {
  request: HeldRequest
  deadlineAt: number
  watchIndex: number
  onDeadline(): void
}

/**
 * Requests at sleeping apps. The first one asks for the wake-up; the main thread repeats that for as long as any wait.
 * They go on as soon as a table says that the app is awake, or end with 503 when it takes longer than `wakeMs`.
 */
export class HeldRequests {
  readonly #deadlines: Deadlines
  readonly #maxPerApp: number
  readonly #report: (report: WorkerReport) => void
  readonly #byApp = new Map<string, Set<Waiting>>()

  constructor({
    deadlines,
    maxPerApp,
    report,
  }: {
    deadlines: Deadlines
    maxPerApp: number
    report: (report: WorkerReport) => void
  }) {
    this.#deadlines = deadlines
    this.#maxPerApp = maxPerApp
    this.#report = report
  }

  /** @returns a function that takes the request back, for when its client leaves */
  hold(route: ActiveRoute, request: HeldRequest): () => void {
    const { appId, timeouts } = route
    const waiting = this.#byApp.get(appId) ?? new Set<Waiting>()
    if (waiting.size >= this.#maxPerApp) {
      request.refuse()
      return () => undefined
    }
    const item: Waiting = {
      request,
      deadlineAt: performance.now() + timeouts.wakeMs,
      watchIndex: -1,
      onDeadline: () => {
        this.#remove(appId, item)
        request.refuse()
      },
    }
    waiting.add(item)
    this.#deadlines.watch(item)
    if (waiting.size === 1) {
      this.#byApp.set(appId, waiting)
      this.#report({ kind: 'wake-wanted', appId })
    }
    return () => this.#remove(appId, item)
  }

  /** Looks at every held request again: to be called after each new table. */
  resume(routes: ActiveRoutes): void {
    for (const [appId, waiting] of this.#byApp) {
      for (const item of waiting) {
        const { request } = item
        const route = routes.match(request.host, request.url)
        if (route?.mode === 'wake' && route.appId === appId) continue
        this.#remove(appId, item)
        request.resume(route)
      }
    }
  }

  #remove(appId: string, item: Waiting): void {
    this.#deadlines.unwatch(item)
    const waiting = this.#byApp.get(appId)
    if (!waiting?.delete(item) || waiting.size > 0) return
    this.#byApp.delete(appId)
    this.#report({ kind: 'wake-settled', appId })
  }
}
