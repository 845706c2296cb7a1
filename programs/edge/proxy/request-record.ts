import type { IncomingHttpHeaders } from 'node:http'
import type { AccessLog } from '../access-log/access-log.ts'
import { SHARED_SLOT } from '../counters/counter-memory.ts'
import type { WorkerCounters } from '../counters/worker-counters.ts'
import type { VisitCounter } from '../visits/visit-counter.ts'
import type { ActiveRoute } from './active-routes.ts'

/** Where a request is counted and logged. */
export interface RecordBooks {
  counters: WorkerCounters
  accessLog: AccessLog
  visits: VisitCounter
}

/** What becomes of one request: counted in shared memory and written to the access log when it ends. */
export class RequestRecord {
  readonly #books: RecordBooks
  readonly id: string
  readonly ip: string
  readonly method: string
  readonly host: string
  readonly url: string
  /** Of the request. */
  readonly headers: IncomingHttpHeaders
  /** `1.0`, `1.1` or `2.0`. */
  readonly protocol: string
  readonly startedAt: number
  /** Milliseconds from the request's headers to the answer's headers; undefined before. */
  latencyMs: number | undefined
  status = 0
  targetId = ''
  /** What the cache did for the request: `hit`, `miss`, `stale` …; empty where it was not asked. */
  cache = ''
  /** Names and values of the app's answer, for who wants to know what it is. */
  answerHead: readonly string[] | undefined
  bytesIn = 0
  bytesOut = 0
  route: ActiveRoute | undefined
  /** Gives back what the request took on its way. */
  onEnd: (() => void) | undefined
  #ended = false

  constructor(
    books: RecordBooks,
    facts: {
      id: string
      ip: string
      method: string
      host: string
      url: string
      headers: IncomingHttpHeaders
      protocol: string
    },
  ) {
    this.#books = books
    this.id = facts.id
    this.ip = facts.ip
    this.method = facts.method
    this.host = facts.host
    this.url = facts.url
    this.headers = facts.headers
    this.protocol = facts.protocol
    this.startedAt = performance.now()
  }

  get hasEnded(): boolean {
    return this.#ended
  }

  /** The request belongs to `route` from now on; a held one may be moved to the release that woke up. */
  countFor(route: ActiveRoute | undefined): void {
    const { counters } = this.#books
    const slot = route?.counterSlot ?? SHARED_SLOT
    if (this.route === undefined) counters.requestStarted(slot, Date.now())
    else if (this.#slot !== slot) counters.requestMoved(this.#slot, slot)
    this.route = route
  }

  /** The head of the answer is known. `byEdge`: it is the edge's own. */
  answered(
    status: number,
    { byEdge, isPlanned }: { byEdge: boolean; isPlanned?: boolean | undefined },
  ): void {
    const { counters } = this.#books
    this.status = status
    this.latencyMs = performance.now() - this.startedAt
    counters.answered(this.#slot, status, this.latencyMs)
    if (status < 500 || isPlanned) return
    if (byEdge) counters.edgeFailed(this.#slot)
    else counters.appFailed(this.#slot)
  }

  /** The release on trial did not serve the request: there it counts as failed, and from now on it is the other's. */
  failedOver(stable: ActiveRoute): void {
    const { counters } = this.#books
    counters.requestAbandoned(this.#slot)
    counters.edgeFailed(this.#slot)
    this.countFor(stable)
  }

  /** The target broke off after the head of its answer had gone to the client. */
  cutShort(): void {
    this.#books.counters.edgeFailed(this.#slot)
  }

  /** Idempotent. A request whose client left before an answer is logged as 499. */
  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.onEnd?.()
    if (this.status === 0) {
      this.status = 499
      this.#books.counters.requestAbandoned(this.#slot)
    }
    this.#books.counters.requestEnded(this.#slot, this.bytesIn, this.bytesOut)
    if (this.cache === 'hit') this.#books.counters.cacheHit(this.#slot)
    this.#books.accessLog.write(this)
    this.#books.visits.see(this)
  }

  get #slot(): number {
    return this.route?.counterSlot ?? SHARED_SLOT
  }
}
