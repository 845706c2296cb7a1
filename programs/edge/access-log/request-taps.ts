import { compileRequestFilter, type FilteredRequest, type RequestFilter } from '@seaworthy/routes'
import type { RequestRecord } from '../proxy/request-record.ts'

/** A live tail as the workers know it. */
export interface RequestTap {
  id: number
  appId: string
  filter: RequestFilter
}

/** What a worker saw for one tail since it last told. */
export interface TappedRequests {
  id: number
  /** `RequestLine`s as JSON texts. */
  lines: string[]
  /** Further ones that were left out. */
  dropped: number
}

const TELL_EVERY_MS = 100
/** Of one tail, in each of these spans of time: more would be read by nobody, and fill the main thread's queue. */
const MAX_LINES = 200

interface OpenTap extends TappedRequests {
  appId: string
  takes: (request: FilteredRequest) => boolean
}

/** Live tails in one worker: while there is none, a request pays for one look at `isIdle`. */
export class RequestTaps {
  readonly #tell: (seen: TappedRequests[]) => void
  #taps: OpenTap[] = []
  #timer: NodeJS.Timeout | undefined
  isIdle = true

  constructor({ tell }: { tell: (seen: TappedRequests[]) => void }) {
    this.#tell = tell
  }

  /** The tails from now on. */
  set(taps: readonly RequestTap[]): void {
    const kept = new Map(this.#taps.map(tap => [tap.id, tap]))
    this.#taps = taps.map(
      ({ id, appId, filter }) =>
        kept.get(id) ?? { id, appId, takes: compileRequestFilter(filter), lines: [], dropped: 0 },
    )
    this.isIdle = this.#taps.length === 0
  }

  wants(record: RequestRecord, ms: number): boolean {
    return this.#taps.some(tap => takes(tap, record, ms))
  }

  offer(record: RequestRecord, ms: number, line: string): void {
    for (const tap of this.#taps) {
      if (!takes(tap, record, ms)) continue
      if (tap.lines.length < MAX_LINES) tap.lines.push(line)
      else tap.dropped++
    }
    this.#timer ??= setTimeout(() => this.#tellNow(), TELL_EVERY_MS).unref()
  }

  #tellNow(): void {
    this.#timer = undefined
    const seen = this.#taps.filter(tap => tap.lines.length > 0)
    if (seen.length === 0) return
    this.#tell(seen.map(({ id, lines, dropped }) => ({ id, lines, dropped })))
    for (const tap of seen) {
      tap.lines = []
      tap.dropped = 0
    }
  }
}

function takes(tap: OpenTap, { route, status, method, url, ip }: RequestRecord, ms: number): boolean {
  if (route?.appId !== tap.appId) return false
  const question = url.indexOf('?')
  return tap.takes({ status, method, path: question === -1 ? url : url.slice(0, question), ms, ip })
}
