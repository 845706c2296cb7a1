import type { WorkerReport } from '../workers/worker-messages.ts'
import type { ActiveRoute, ActiveRoutes } from './active-routes.ts'
import type { Deadlines } from './deadlines.ts'

/** A request that waits for its app. Its body is not read. */
export interface HeldRequest {
  readonly host: string
  readonly url: string
  /** The table changed and there is nothing to wait for any more, or the app is gone (undefined). */
  resume(route: ActiveRoute | undefined): void
  /** It took too long, or too many wait already. */
  refuse(): void
}

interface Waiting {
  request: HeldRequest
  deadlineAt: number
  watchIndex: number
  onDeadline(): void
}

/** What requests wait for. */
export interface HoldReason {
  /** Whether a request at this route has to wait. */
  holds(route: ActiveRoute): boolean
  waitMs(route: ActiveRoute): number
  /** Tells that somebody waits for an app, and that nobody does any more. */
  report?(report: WorkerReport): void
}

/**
 * Requests at sleeping apps: the first one asks for the wake-up, which the main thread repeats for as long as any wait;
 * they end with 503 when it takes longer than `wakeMs`.
 */
export function untilAwake(report: (report: WorkerReport) => void): HoldReason {
  return { holds: route => route.mode === 'wake', waitMs: route => route.timeouts.wakeMs, report }
}

/** Requests at apps that are being worked on. */
export const untilMaintained: HoldReason = {
  holds: route => route.maintenance !== undefined,
  waitMs: route => route.maintenance?.holdMs ?? 0,
}

/** Requests that wait at the edge. They go on as soon as a table says that there is nothing to wait for. */
export class HeldRequests {
  readonly #deadlines: Deadlines
  readonly #maxPerApp: number
  readonly #reason: HoldReason
  readonly #byApp = new Map<string, Set<Waiting>>()

  constructor({
    deadlines,
    maxPerApp,
    reason,
  }: {
    deadlines: Deadlines
    maxPerApp: number
    reason: HoldReason
  }) {
    this.#deadlines = deadlines
    this.#maxPerApp = maxPerApp
    this.#reason = reason
  }

  /** @returns a function that takes the request back, for when its client leaves */
  hold(route: ActiveRoute, request: HeldRequest): () => void {
    const { appId } = route
    const waiting = this.#byApp.get(appId) ?? new Set<Waiting>()
    if (waiting.size >= this.#maxPerApp) {
      request.refuse()
      return () => undefined
    }
    const item: Waiting = {
      request,
      deadlineAt: performance.now() + this.#reason.waitMs(route),
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
      this.#reason.report?.({ kind: 'wake-wanted', appId })
    }
    return () => this.#remove(appId, item)
  }

  /** Looks at every held request again: to be called after each new table. */
  resume(routes: ActiveRoutes): void {
    for (const [appId, waiting] of this.#byApp) {
      for (const item of waiting) {
        const { request } = item
        const route = routes.match(request.host, request.url)
        if (route?.appId === appId && this.#reason.holds(route)) continue
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
    this.#reason.report?.({ kind: 'wake-settled', appId })
  }
}
