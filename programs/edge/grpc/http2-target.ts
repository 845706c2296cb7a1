import type { ClientHttp2Session } from 'node:http2'
import { http2 } from '../http2/lean-http2.ts'

export interface Http2TargetOptions {
  host: string
  port: number
}

/** A session without a call for this long is closed; calls that run go on. */
const IDLE_MS = 60_000

/**
 * The one session of a worker to a target that speaks HTTP/2 without TLS and without asking first ("prior knowledge",
 * RFC 9113, 3.3). Opened with the first call, and again after it broke or the target said goodbye.
 */
export class Http2Target {
  readonly #options: Http2TargetOptions
  #session: ClientHttp2Session | undefined

  constructor(options: Http2TargetOptions) {
    this.#options = options
  }

  /** The session to make a call on; it may still be connecting. */
  session(): ClientHttp2Session {
    if (this.#session === undefined || this.#session.closed || this.#session.destroyed)
      this.#session = this.#connect()
    return this.#session
  }

  /** The target left the table, or drains: the calls that run are finished. */
  close(): void {
    this.#session?.close()
    this.#session = undefined
  }

  #connect(): ClientHttp2Session {
    const { host, port } = this.#options
    const authority = `http://${host.includes(':') ? `[${host}]` : host}:${port}`
    const session = http2().connect(authority, { settings: { enablePush: false } })
    const forget = () => {
      if (this.#session === session) this.#session = undefined
    }
    session.on('error', forget) // each call hears of it from its own stream, or waits for 'close'
    session.on('goaway', forget)
    session.on('close', forget)
    session.setTimeout(IDLE_MS, () => session.close())
    return session
  }
}
