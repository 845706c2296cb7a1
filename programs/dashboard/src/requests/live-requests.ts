/** The requests of a live tail, as they come. Pure. */
import type { EventOf } from '../api/client.ts'
import type { SeenRequest } from '../api/sight-queries.ts'

export interface LiveRequests {
  requests: readonly SeenRequest[]
  /** How many came faster than they could be told. */
  dropped: number
}

export const NO_REQUESTS: LiveRequests = { requests: [], dropped: 0 }

/** Older ones are in the log; a page that is open for days must not grow for days. */
const KEPT = 5_000

export function addRequests(known: LiveRequests, events: readonly EventOf<'requests.query'>[]): LiveRequests {
  let dropped = known.dropped
  const seen = new Set(known.requests.map(keyOf))
  const added: SeenRequest[] = []
  for (const event of events) {
    if (event.type === 'dropped') dropped += event.count
    else if (!seen.has(keyOf(event))) {
      seen.add(keyOf(event))
      added.push(event)
    }
  }
  return { requests: [...known.requests, ...added].slice(-KEPT), dropped }
}

/** An id alone may have been given by a client, and given twice. */
function keyOf({ id, at }: SeenRequest): string {
  return `${id} ${at}`
}
