import type { TLSSocket } from 'node:tls'
import type { EdgeLimits } from '../config.ts'
import type { Deadlines } from '../proxy/deadlines.ts'
import type { Dispatcher } from '../proxy/dispatcher.ts'
import { Http2Connection } from './http2-connection.ts'

export interface Http2ConnectionsOptions {
  limits: EdgeLimits
  dispatcher: Dispatcher
  deadlines: Deadlines
}

/** The HTTP/2 connections of one thread. */
export class Http2Connections {
  readonly #options: Http2ConnectionsOptions
  readonly #connections = new Set<Http2Connection>()
  #isEnding = false

  constructor(options: Http2ConnectionsOptions) {
    this.#options = options
  }

  accept(socket: TLSSocket): void {
    const onGone = () => this.#connections.delete(connection)
    const connection = new Http2Connection({ ...this.#options, socket, onGone })
    this.#connections.add(connection)
    connection.start()
    if (this.#isEnding) connection.announceEnd()
  }

  /** Asks clients to take another connection for what they ask next; what is on its way is served. */
  announceEnd(): void {
    this.#isEnding = true
    for (const connection of this.#connections) connection.announceEnd()
  }

  /** Each connection ends when its open requests do. */
  end(): void {
    for (const connection of this.#connections) connection.end()
  }
}
