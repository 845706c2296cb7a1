import type { HeaderKinds } from './header-kinds.ts'
import { UpstreamConnection, type UpstreamOwner } from './upstream-connection.ts'

/** Idle connections kept for each target and worker; under load a connection is idle for microseconds. */
const MAX_IDLE = 128
/** Node's own servers close an idle connection after 5 s; we must be first, or a request meets a closed door. */
const IDLE_MS = 4_000
/** A request that must not be sent twice takes only a connection that was used this short a time ago. */
const FRESH_MS = 1_000

/** Keep-alive connections of one worker to one target. The one used last is taken first, so that the rest can age. */
export class UpstreamPool implements UpstreamOwner {
  readonly #host: string
  readonly #port: number
  readonly #kinds: HeaderKinds
  readonly #idle: UpstreamConnection[] = []
  #closed = false

  constructor({ host, port, kinds }: { host: string; port: number; kinds: HeaderKinds }) {
    this.#host = host
    this.#port = port
    this.#kinds = kinds
  }

  get address(): { host: string; port: number } {
    return { host: this.#host, port: this.#port }
  }

  /** @param repeatable whether the request may be sent again if the connection turns out to be dead */
  take(repeatable: boolean): UpstreamConnection {
    const connection = this.#idle.at(-1)
    if (!connection) return this.open()
    if (!repeatable && performance.now() - connection.idleSince > FRESH_MS) return this.open()
    this.#idle.pop()
    return connection
  }

  /** A new connection, whatever is idle. */
  open(): UpstreamConnection {
    return new UpstreamConnection({ host: this.#host, port: this.#port, owner: this, kinds: this.#kinds })
  }

  onReusable(connection: UpstreamConnection): void {
    if (this.#closed || this.#idle.length >= MAX_IDLE) {
      connection.destroy()
      return
    }
    connection.idleSince = performance.now()
    this.#idle.push(connection)
  }

  onGone(connection: UpstreamConnection): void {
    const index = this.#idle.lastIndexOf(connection)
    if (index !== -1) this.#idle.splice(index, 1)
  }

  /** Closes what was idle for too long. @returns whether any idle connection is left */
  sweep(now: number): boolean {
    if (this.#idle.length === 0) return false // as nearly all of many, ten times a second
    let expired = 0
    while (
      expired < this.#idle.length &&
      now - this.#idle[expired]!.idleSince > this.#idleMs(this.#idle[expired]!)
    ) {
      expired++
    }
    for (const connection of this.#idle.splice(0, expired)) connection.destroy()
    return this.#idle.length > 0
  }

  /** The target left the table, or drains: idle connections close now, busy ones when they are done. */
  close(): void {
    this.#closed = true
    for (const connection of this.#idle.splice(0)) connection.destroy()
  }

  /** A target that names its own time-out is left a second before. */
  #idleMs({ keepAliveSeconds }: UpstreamConnection): number {
    if (keepAliveSeconds === undefined) return IDLE_MS
    return Math.min(Math.max(keepAliveSeconds * 1_000 - 1_000, 500), 60_000)
  }
}
