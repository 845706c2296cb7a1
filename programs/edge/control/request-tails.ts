import type { RequestFilter } from '@seaworthy/routes'
import type { RequestTap, TappedRequests } from '../access-log/request-taps.ts'

/** One who reads along. */
export interface TailReader {
  /** @returns false when it does not keep up: what comes then is dropped until it does */
  write(line: string): boolean
  /** Whether it can take more now. */
  isReady(): boolean
}

/** Readers at the same time; each costs every request of its app a look. */
const MAX_TAILS = 100
/** Of one app, so that who may read along there does not take the places of all others. */
const MAX_TAILS_OF_APP = 20

interface Tail extends RequestTap {
  reader: TailReader
  dropped: number
}

/** The live tails of this edge: their filters are with the workers, so that a request that nobody wants is not told. */
export class RequestTails {
  readonly #announce: (taps: RequestTap[]) => void
  readonly #tails = new Map<number, Tail>()
  #lastId = 0

  /** @param announce tells all workers the tails from now on */
  constructor({ announce }: { announce: (taps: RequestTap[]) => void }) {
    this.#announce = announce
  }

  isFullFor(appId: string): boolean {
    if (this.#tails.size >= MAX_TAILS) return true
    let ofApp = 0
    for (const tail of this.#tails.values()) if (tail.appId === appId) ofApp++
    return ofApp >= MAX_TAILS_OF_APP
  }

  /** For a worker that starts now. */
  taps(): RequestTap[] {
    return [...this.#tails.values()].map(({ id, appId, filter }) => ({ id, appId, filter }))
  }

  /** @returns a function that ends it */
  open(appId: string, filter: RequestFilter, reader: TailReader): () => void {
    const id = ++this.#lastId
    this.#tails.set(id, { id, appId, filter, reader, dropped: 0 })
    this.#announce(this.taps())
    return () => {
      this.#tails.delete(id)
      this.#announce(this.taps())
    }
  }

  /** What a worker saw. */
  seen(requests: readonly TappedRequests[]): void {
    for (const { id, lines, dropped } of requests) {
      const tail = this.#tails.get(id)
      if (!tail) continue
      tail.dropped += dropped
      for (const line of lines) pass(tail, line)
      tellDropped(tail)
    }
  }
}

function pass(tail: Tail, line: string): void {
  if (tail.reader.isReady()) tail.reader.write(`{"type":"request","request":${line}}\n`)
  else tail.dropped++
}

function tellDropped(tail: Tail): void {
  if (tail.dropped === 0 || !tail.reader.isReady()) return
  tail.reader.write(`{"type":"dropped","count":${tail.dropped}}\n`)
  tail.dropped = 0
}
