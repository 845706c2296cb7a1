import type { EdgeLimits } from '../config.ts'
import type { Dispatcher } from '../proxy/dispatcher.ts'
import { createHttp1Server, type Http1Server } from './http1-server.ts'
import { listenOn, stopListening } from './public-port.ts'

export interface HttpListenerOptions {
  host: string
  port: number
  limits: EdgeLimits
  dispatcher: Dispatcher
}

/** One thread's listening socket on the public port, which it shares with other threads and processes. */
export class HttpListener {
  readonly #options: HttpListenerOptions
  readonly #server: Http1Server

  constructor(options: HttpListenerOptions) {
    this.#options = options
    this.#server = createHttp1Server(options)
    this.#server.prependListener('connection', socket => options.dispatcher.admit(socket))
  }

  /** Resolves once the port is bound. Rejects when another program, that does not share it, holds the port. */
  listen(): Promise<void> {
    return listenOn(this.#server, this.#options)
  }

  /** Resolves once the last connection is gone. */
  stopListening(): Promise<void> {
    return stopListening(this.#server)
  }

  /** Closes keep-alive connections on which nothing is asked now. */
  closeIdle(): void {
    this.#server.closeIdleConnections()
  }
}
