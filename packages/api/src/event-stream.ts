/** A stream of events that survives a restart of the server: it goes on after the last event that was seen. */
import { ApiError, ApiUnreachable } from './api-error.ts'
import { parseEvents } from './sse-parser.ts'

export interface EventStreamOptions {
  /** Opens the stream after the given event. Rejects with `ApiError` or `ApiUnreachable`. */
  open(lastEventId: string | undefined, signal: AbortSignal | undefined): Promise<AsyncIterable<Uint8Array>>
  /** The events after which the server ends the stream on purpose. */
  last: readonly string[]
  /** Only a GET may be repeated. */
  reconnect: boolean
  /** Longest time without a sign of life before giving up. */
  giveUpAfterMs: number
  lastEventId?: string | undefined
  signal?: AbortSignal | undefined
}

const FIRST_WAIT_MS = 100
const LONGEST_WAIT_MS = 3_000

/** Ends after one of the `last` events, or quietly once the signal aborts. */
export async function* followEvents<Event>(options: EventStreamOptions): AsyncIterable<Event> {
  const place = { lastEventId: options.lastEventId, aliveAt: Date.now(), failures: 0, connected: false }
  while (!options.signal?.aborted) {
    try {
      const chunks = await options.open(place.lastEventId, options.signal)
      place.connected = true
      if (yield* readEvents<Event>(chunks, place, options.last)) return
      throw new ApiUnreachable('its event stream', { cause: { code: 'STREAM_ENDED' } })
    } catch (error) {
      if (options.signal?.aborted) return
      if (!mayRetry(error, place, options)) throw error
    }
    await waitBeforeRetry(place.failures++, options.signal)
  }
}

interface Place {
  lastEventId: string | undefined
  aliveAt: number
  failures: number
  connected: boolean
}

/** True once the last event came. */
async function* readEvents<Event>(
  chunks: AsyncIterable<Uint8Array>,
  place: Place,
  last: readonly string[],
): AsyncGenerator<Event, boolean> {
  for await (const event of parseEvents(chunks)) {
    place.aliveAt = Date.now()
    place.failures = 0
    if (!event) continue
    place.lastEventId = event.id ?? place.lastEventId
    yield JSON.parse(event.data) as Event
    if (last.includes(event.event)) return true
  }
  return false
}

/** The first connection must work; later ones may wait for a server that restarts. */
function mayRetry(error: unknown, place: Place, { reconnect, giveUpAfterMs }: EventStreamOptions): boolean {
  if (!reconnect || !place.connected) return false
  if (error instanceof ApiError && error.status < 500 && error.status !== 429) return false
  return Date.now() - place.aliveAt < giveUpAfterMs
}

async function waitBeforeRetry(failures: number, signal: AbortSignal | undefined): Promise<void> {
  const ms = Math.min(FIRST_WAIT_MS * 2 ** failures, LONGEST_WAIT_MS) * (0.5 + Math.random() / 2)
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  signal?.addEventListener('abort', () => resolve(), { once: true })
  await promise
  clearTimeout(timer)
}
