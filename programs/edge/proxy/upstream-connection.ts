import type { HeaderKinds } from './header-kinds.ts'
import { MalformedResponse, type ResponseHead } from './response-head.ts'
import { ResponseParser } from './response-parser.ts'
import { UpstreamSocket } from './upstream-socket.ts'

/** The exchange that a connection works for. Calls come in this order; after `onFailure` or `onEnd` none follows. */
export interface UpstreamListener {
  onConnected(): void
  onInformational(head: ResponseHead): void
  onHead(head: ResponseHead): void
  /** `chunk` is valid only during the call. Returns false to stop reading until `resume`. */
  onBody(chunk: Buffer): boolean
  /** The answer is whole; the connection is back in its pool or closed. */
  onEnd(): void
  /** All that one read from the socket held was handed over. */
  onReadDone(): void
  /** What was written reached the socket after `write` had returned false. */
  onDrain(): void
  onFailure(failure: UpstreamFailure): void
}

export interface UpstreamFailure {
  /** `connect`: no byte left the edge. `broken`: the connection ended too early. `malformed`: no HTTP/1.1. */
  kind: 'connect' | 'broken' | 'malformed'
  reason: string
  /** Whether a byte of the answer had arrived. */
  answered: boolean
}

export interface UpstreamOwner {
  /** The answer is whole and the connection may serve another. */
  onReusable(connection: UpstreamConnection): void
  /** The connection is gone. */
  onGone(connection: UpstreamConnection): void
}

/**
 * libuv reads and hands over in one step, so all connections of a thread can share one read buffer; whoever keeps
 * bytes copies them. With a buffer each, a thousand idle connections would hold 64 MB.
 */
const READ_BUFFER = Buffer.allocUnsafeSlow(65_536)

/** A keep-alive connection to a target: `connecting → idle ⇄ busy → closed`. Raw socket, strict parser. */
export class UpstreamConnection {
  readonly #owner: UpstreamOwner
  readonly #parser: ResponseParser
  readonly #socket: UpstreamSocket
  #listener: UpstreamListener | undefined
  #connected = false
  #answered = false
  #keepReading = true
  #endOfAnswer: boolean | undefined
  /** How many answers this connection has given: a stale one has given at least one. */
  served = 0
  /** When it became idle, as `performance.now()`. */
  idleSince = 0
  /** From the target's `Keep-Alive: timeout`, in seconds. */
  keepAliveSeconds: number | undefined

  constructor({
    host,
    port,
    owner,
    kinds,
  }: { host: string; port: number; owner: UpstreamOwner; kinds: HeaderKinds }) {
    this.#owner = owner
    this.#parser = new ResponseParser({ kinds, events: this })
    this.#socket = new UpstreamSocket({
      onread: { buffer: READ_BUFFER, callback: (length, buffer) => this.#onRead(length, buffer as Buffer) },
    })
    this.#socket.on('connect', () => this.#onConnect())
    this.#socket.on('end', () => this.#onPeerEnd())
    this.#socket.on('error', error => this.#fail(this.#connected ? 'broken' : 'connect', error.message))
    this.#socket.on('close', () => this.#fail('broken', 'closed'))
    this.#socket.on('drain', () => this.#listener?.onDrain())
    this.#socket.setNoDelay(true)
    this.#socket.connect({ host, port })
  }

  get isConnected(): boolean {
    return this.#connected
  }

  /** Makes `listener` the one exchange of this connection. */
  begin(listener: UpstreamListener, { toHead }: { toHead: boolean }): void {
    this.#listener = listener
    this.#answered = false
    this.#parser.expect(toHead)
  }

  /** @returns false when the socket's buffer is full: wait for `onDrain` */
  write(data: string | Buffer, encoding: BufferEncoding = 'latin1'): boolean {
    return typeof data === 'string' ? this.#socket.write(data, encoding) : this.#socket.write(data)
  }

  cork(): void {
    this.#socket.cork()
  }

  uncork(): void {
    this.#socket.uncork()
  }

  resume(): void {
    this.#socket.resume()
  }

  /** Closes at once, without a word to the listener: it ended the exchange itself. */
  destroy(): void {
    this.#listener = undefined
    this.#socket.destroy()
  }

  // What the parser finds.

  onInformational(head: ResponseHead): void {
    this.#listener?.onInformational(head)
  }

  onHead(head: ResponseHead): void {
    this.keepAliveSeconds = head.keepAliveSeconds
    this.#listener?.onHead(head)
  }

  onBody(chunk: Buffer): void {
    if (this.#listener && !this.#listener.onBody(chunk)) this.#keepReading = false
  }

  onComplete(reusable: boolean): void {
    this.#endOfAnswer = reusable
  }

  #onConnect(): void {
    this.#connected = true
    this.#listener?.onConnected()
  }

  #onRead(length: number, buffer: Buffer): boolean {
    const listener = this.#listener
    this.#answered = true
    this.#keepReading = true
    try {
      this.#parser.execute(buffer, length)
    } catch (error) {
      if (!(error instanceof MalformedResponse)) throw error
      this.#fail('malformed', error.message)
      this.#socket.destroy()
      return false
    }
    if (this.#endOfAnswer !== undefined) this.#endAnswer()
    else if (this.#listener === listener) listener?.onReadDone()
    return this.#keepReading
  }

  #onPeerEnd(): void {
    this.#parser.finish()
    if (this.#endOfAnswer !== undefined) this.#endAnswer()
    else this.#fail('broken', 'the target closed the connection')
    this.#socket.destroy()
  }

  #endAnswer(): void {
    const reusable = this.#endOfAnswer! && !this.#socket.destroyed
    this.#endOfAnswer = undefined
    const listener = this.#listener
    this.#listener = undefined
    this.served++
    this.#keepReading = true
    // The exchange decides first: a request that is still being sent must not share its connection.
    listener?.onEnd()
    if (reusable && this.#reusable) this.#owner.onReusable(this)
    else this.#socket.destroy()
  }

  #reusable = true

  /** The exchange ends before all of its request was written: nothing else may follow on this connection. */
  spoil(): void {
    this.#reusable = false
  }

  #fail(kind: UpstreamFailure['kind'], reason: string): void {
    this.#owner.onGone(this)
    const listener = this.#listener
    this.#listener = undefined
    listener?.onFailure({ kind, reason, answered: this.#answered })
  }
}
