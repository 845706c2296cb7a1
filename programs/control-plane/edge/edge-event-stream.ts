import type { ClientRequest } from 'node:http'
import type { Logger } from '@seaworthy/kit'
import { request } from '@seaworthy/kit/lean-http'
import type { EdgeEvent } from '@seaworthy/routes'

/** What the edge reports; the heartbeat stays inside. */
export type EdgeReport = Exclude<EdgeEvent, { type: 'heartbeat' }>

export interface EdgeEventStreamOptions {
  socketPath: string
  log: Logger
  onEvent(event: EdgeReport): void
  /** The stream is up: an edge serves. */
  onConnected?(): void
  /** The stream broke or could not be opened: the edge may be gone. Called for each attempt. */
  onDisconnected?(): void
}

const RECONNECT_MS = 50
const MAX_RECONNECT_MS = 1_000
/** The edge sends a heartbeat each 10 s; without three of them it hangs or is gone. */
const SILENCE_MS = 30_000

/** The edge's event stream, connected again whenever it breaks: `start` → (connected ⇄ reconnecting) → `close`. */
export class EdgeEventStream {
  readonly #options: EdgeEventStreamOptions
  #request: ClientRequest | undefined
  #timer: NodeJS.Timeout | undefined
  #delayMs = RECONNECT_MS
  #closed = false

  constructor(options: EdgeEventStreamOptions) {
    this.#options = options
  }

  start(): void {
    const { socketPath, onConnected } = this.#options
    let partial = ''
    let connected = false
    const ended = () => this.#onEnded(outgoing)
    const outgoing = request({ socketPath, path: '/events', agent: false, timeout: SILENCE_MS }, incoming => {
      connected = true
      this.#delayMs = RECONNECT_MS
      onConnected?.()
      incoming.setEncoding('utf8')
      incoming.on('data', text => {
        const lines = (partial + text).split('\n')
        partial = lines.pop()!
        for (const line of lines) this.#onLine(line)
      })
      incoming.on('error', () => undefined) // 'close' follows
      incoming.on('close', ended)
    })
    outgoing.on('timeout', () => outgoing.destroy())
    outgoing.on('error', () => {
      if (!connected) ended()
    })
    outgoing.end()
    this.#request = outgoing
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#request?.destroy()
  }

  #onEnded(outgoing: ClientRequest): void {
    if (this.#closed || this.#request !== outgoing) return
    this.#request = undefined
    this.#options.onDisconnected?.()
    this.#timer = setTimeout(() => this.start(), this.#delayMs)
    this.#delayMs = Math.min(this.#delayMs * 2, MAX_RECONNECT_MS)
  }

  #onLine(line: string): void {
    const { log, onEvent } = this.#options
    try {
      const event = JSON.parse(line) as EdgeEvent
      if (event.type !== 'heartbeat') onEvent(event)
    } catch (error) {
      log.error({ err: error, line }, 'an event of the edge could not be handled')
    }
  }
}
