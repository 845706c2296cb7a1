/** Follows an event stream of the API while a page shows it. */
import { useEffect, useReducer, useRef } from 'react'
import { ApiError, isUnreachable, noteFailure } from './client.ts'

export interface StreamOptions<Event> {
  /** Changes when another stream is meant. */
  key: string
  enabled?: boolean
  /** Opens the stream; called again, with what was seen last, after it broke off or the page was out of sight. */
  open(signal: AbortSignal): AsyncIterable<Event>
  /** A new key begins, or the stream begins anew: forget what was there. */
  onStart?(): void
  /** Several at once, at most one batch for each picture that the screen draws. */
  onEvents(events: Event[]): void
  onError?(error: Error): void
}

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 5_000
/** A browser keeps six connections to one host; pages in the background must not use them up. */
const HIDDEN_GRACE_MS = 20_000

/** Reconnects for as long as the page is there. A refusal (no such thing, not allowed) ends it. */
export function useStream<Event>(options: StreamOptions<Event>): void {
  const latest = useRef(options)
  latest.current = options
  const { key, enabled = true } = options
  const visible = useVisible()
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for what `open` opens
  useEffect(() => {
    if (!enabled || !visible) return
    const leave = new AbortController()
    void follow(latest, leave.signal)
    return () => leave.abort()
  }, [key, enabled, visible])
}

async function follow<Event>(
  latest: { readonly current: StreamOptions<Event> },
  signal: AbortSignal,
): Promise<void> {
  for (let failures = 0; !signal.aborted; failures++) {
    const batch = new Batch<Event>(events => signal.aborted || latest.current.onEvents(events))
    try {
      latest.current.onStart?.()
      for await (const event of latest.current.open(signal)) {
        failures = 0
        batch.add(event)
      }
      batch.flush()
      return
    } catch (error) {
      batch.flush()
      if (signal.aborted) return
      noteFailure(error)
      if (!isUnreachable(error) && !(error instanceof ApiError && error.status >= 500))
        return latest.current.onError?.(error as Error)
    }
    await pause(Math.min(FIRST_WAIT_MS * 2 ** failures, LONGEST_WAIT_MS), signal)
  }
}

/** A fast log would otherwise draw the page for each of its lines. */
class Batch<Event> {
  readonly #deliver: (events: Event[]) => void
  #events: Event[] = []
  #frame: number | undefined

  constructor(deliver: (events: Event[]) => void) {
    this.#deliver = deliver
  }

  add(event: Event): void {
    this.#events.push(event)
    this.#frame ??= requestAnimationFrame(() => this.flush())
  }

  flush(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame)
    this.#frame = undefined
    const events = this.#events
    this.#events = []
    if (events.length > 0) this.#deliver(events)
  }
}

function useVisible(): boolean {
  const visible = useRef(true)
  const [, redraw] = useReducer((count: number) => count + 1, 0)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const set = (value: boolean) => {
      if (visible.current === value) return
      visible.current = value
      redraw()
    }
    const look = () => {
      clearTimeout(timer)
      if (document.hidden) timer = setTimeout(() => set(false), HIDDEN_GRACE_MS)
      else set(true)
    }
    document.addEventListener('visibilitychange', look)
    return () => {
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', look)
    }
  }, [])
  return visible.current
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  signal.addEventListener('abort', () => resolve(), { once: true })
  return promise.finally(() => clearTimeout(timer))
}
