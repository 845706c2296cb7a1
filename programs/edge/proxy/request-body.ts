import { BodyPace } from '../limits/body-pace.ts'
import type { ClientRequest } from './client-request.ts'
import type { ClientResponse } from './client-response.ts'
import type { RequestRecord } from './request-record.ts'
import type { UpstreamConnection } from './upstream-connection.ts'

/** RFC 9110, 10.1.1: a client that expects `100 Continue` must not be kept waiting for ever by an old server. */
const CONTINUE_WAIT_MS = 1_000

/** gRPC streams stay open for as long as the two want, often without a byte. */
function leastRate({
  request,
  context,
}: {
  request: ClientRequest
  context: { limits: { minBodyBytesPerSecond: number } }
}): number {
  const isGrpc = request.headers['content-type']?.startsWith('application/grpc') === true
  return isGrpc ? 0 : context.limits.minBodyBytesPerSecond
}

/** Whose body this is. */
interface BodyOwner {
  readonly connection: UpstreamConnection | undefined
  /** The head of the answer came before the body had ended. */
  readonly hasAnswer: boolean
  moved(): void
  sent(): void
  tooLarge(): void
  tooSlow(): void
}

/** Streams a request's body to the target: as it comes, no faster than the target reads. */
export class RequestBody {
  readonly #request: ClientRequest
  readonly #response: ClientResponse
  readonly #record: RequestRecord
  readonly #owner: BodyOwner
  readonly #expectsContinue: boolean
  readonly #mostBytes: number
  readonly #pace: BodyPace
  readonly isChunked: boolean
  #timer: NodeJS.Timeout | undefined
  #state: 'held' | 'flowing' | 'sent' | 'discarded' = 'held'
  #paused = false

  constructor(
    options: {
      request: ClientRequest
      response: ClientResponse
      record: RequestRecord
      expectsContinue: boolean
      limits: { bodyBytes: number } | undefined
      context: { limits: { minBodyBytesPerSecond: number } }
    },
    owner: BodyOwner,
  ) {
    this.#request = options.request
    this.#response = options.response
    this.#record = options.record
    this.#expectsContinue = options.expectsContinue
    this.#owner = owner
    this.#mostBytes = options.limits?.bodyBytes ?? Number.POSITIVE_INFINITY
    this.#pace = new BodyPace(leastRate(options))
    this.isChunked = options.request.headers['transfer-encoding'] !== undefined
  }

  get isStarted(): boolean {
    return this.#state !== 'held'
  }

  get isSent(): boolean {
    return this.#state === 'sent'
  }

  /** Whether it is the client that is slow, not the target. */
  get isWaitingForClient(): boolean {
    return this.#state === 'flowing' && !this.#paused
  }

  /** Begins to read from the client. Idempotent. */
  start(): void {
    if (this.#state !== 'held') return
    clearTimeout(this.#timer)
    this.#state = 'flowing'
    this.#pace.start()
    if (this.#expectsContinue) this.#response.writeContinue()
    this.#request.on('data', this.#onData)
    this.#request.on('end', this.#onEnd)
  }

  /** Begins once the target said `100 Continue`, or after a while without it. */
  startSoon(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.start(), CONTINUE_WAIT_MS).unref()
  }

  /** The target reads again. */
  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#pace.start()
    this.#request.resume()
  }

  /** What is left of the body is read and thrown away, so that the connection can be used again. */
  discard(): void {
    clearTimeout(this.#timer)
    if (this.#state === 'sent' || this.#state === 'discarded') return
    this.#request.off('data', this.#onData)
    this.#request.off('end', this.#onEnd)
    const isHeldBack = this.#expectsContinue && this.#state === 'held'
    this.#state = 'discarded'
    // A client that still holds its body back, waiting for `100 Continue`, gets its connection closed instead.
    if (!isHeldBack) this.#request.resume()
  }

  readonly #onData = (chunk: Buffer): void => {
    const { connection } = this.#owner
    if (!connection) return
    this.#record.bytesIn += chunk.length
    if (this.#record.bytesIn > this.#mostBytes) {
      this.#owner.tooLarge()
      return
    }
    this.#owner.moved()
    if (!this.#pace.keeps(chunk.length) && !this.#owner.hasAnswer) {
      this.#owner.tooSlow()
      return
    }
    if (this.#write(connection, chunk)) return
    this.#paused = true
    this.#request.pause()
  }

  readonly #onEnd = (): void => {
    // A client that left has not ended its body, whatever the stream says: the target must not take it for whole.
    if (!this.#request.complete) return
    this.#state = 'sent'
    if (this.isChunked) this.#owner.connection?.write('0\r\n\r\n')
    this.#owner.sent()
  }

  #write(connection: UpstreamConnection, chunk: Buffer): boolean {
    if (!this.isChunked) return connection.write(chunk)
    connection.cork()
    connection.write(`${chunk.length.toString(16)}\r\n`)
    connection.write(chunk)
    const goesOn = connection.write('\r\n')
    connection.uncork()
    return goesOn
  }
}
