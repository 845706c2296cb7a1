import type { ServerHttp2Stream } from 'node:http2'
import { Writable } from 'node:stream'
import type { AnswerHeaderRules } from '@seaworthy/routes'
import type { ClientResponse } from '../proxy/client-response.ts'
import type { Deadlined, Deadlines } from '../proxy/deadlines.ts'
import { answerHead, withoutRepeats } from './answer-head.ts'
import { HTTP2_CODE } from './lean-http2.ts'

export interface Http2ResponseOptions {
  stream: ServerHttp2Stream
  deadlines: Deadlines
  /** How long a client may take to read the rest of an answer that is otherwise done. */
  stalledMs: number
}

/** For the last frame to reach a client. */
const MAX_PARTING_MS = 5_000

type WriteCallback = (error?: Error | null) => void

/** An answer by HTTP/2: `open → head sent → ended`, or reset by either side. */
export class Http2Response extends Writable implements ClientResponse, Deadlined {
  readonly stream: ServerHttp2Stream
  readonly #deadlines: Deadlines
  readonly #stalledMs: number
  onAbandoned: (() => void) | undefined = undefined
  answerHeaders: AnswerHeaderRules | undefined = undefined
  isHeadSound = false
  statusCode = 200
  /** The head, until it goes out. */
  #head: string[] | undefined
  #headersSent = false
  /** What `end` brought: it leaves together with the end of the stream. */
  #last: Buffer | undefined
  bytesWritten = 0
  /** Name, value, name, value …; to be set before `end`. */
  trailers: readonly string[] = []
  #expectsTrailers = false
  deadlineAt = Number.POSITIVE_INFINITY
  watchIndex = -1

  constructor({ stream, deadlines, stalledMs }: Http2ResponseOptions) {
    super({ highWaterMark: 65_536 })
    this.stream = stream
    this.#deadlines = deadlines
    this.#stalledMs = stalledMs
    stream.on('aborted', () => this.destroy())
    stream.on('close', () => this.destroy())
  }

  get headersSent(): boolean {
    return this.#headersSent
  }

  get bytesCounter(): { readonly bytesWritten: number } {
    return this
  }

  writeHead(
    status: number,
    ...rest: [headers: readonly string[]] | [reason: string, headers: readonly string[]]
  ) {
    const headers = rest.at(-1) as string[]
    this.answerHeaders?.apply(headers)
    this.statusCode = status
    this.#headersSent = true
    this.#head = answerHead(status, headers)
    return this
  }

  onClosed(): void {
    this.onAbandoned?.()
  }

  /** To be called before the head goes out: `trailers` follow the body. */
  expectTrailers(): void {
    this.#expectsTrailers = true
    this.stream.on('wantTrailers', () => this.#sendTrailers())
  }

  flushHeaders(): void {
    this.#sendHead({ endStream: false })
  }

  writeContinue(): void {
    this.#inform({ ':status': 100 })
  }

  writeProcessing(): void {
    this.#inform({ ':status': 102 })
  }

  writeEarlyHints(hints: Record<string, string | string[]>): void {
    this.#inform({ ':status': 103, ...hints })
  }

  /** The body that comes with the end needs no frame of its own to say so. */
  override end(...parameters: unknown[]): this {
    const [chunk, encoding] = parameters
    if (chunk === undefined || typeof chunk === 'function' || this.writableEnded)
      return super.end(...(parameters as []))
    this.#last =
      typeof chunk === 'string' ? Buffer.from(chunk, encoding as BufferEncoding) : (chunk as Buffer)
    return super.end()
  }

  onDeadline(): void {
    if (this.destroyed) this.stream.destroy()
    else this.destroy()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: WriteCallback): void {
    this.#sendHead({ endStream: false })
    this.#send(chunk, callback)
  }

  override _final(callback: WriteCallback): void {
    const { stream } = this
    const last = this.#last
    this.#sendHead({ endStream: last === undefined || last.length === 0 })
    if (stream.writableEnded || stream.destroyed) {
      callback()
      return
    }
    this.deadlineAt = performance.now() + this.#stalledMs
    this.#deadlines.watch(this)
    const done = () => callback()
    if (last === undefined || last.length === 0) stream.end(done)
    else {
      this.bytesWritten += last.length
      stream.end(last, done)
    }
  }

  override _destroy(_error: Error | null, callback: WriteCallback): void {
    const { stream } = this
    this.#deadlines.unwatch(this)
    if (stream.aborted)
      stream.destroy() // or it would wait until somebody reads a body that nobody wants
    else if (!this.writableFinished && !stream.closed) this.#breakOff()
    else if (!this.#expectsTrailers) this.#declineRest()
    callback(null)
  }

  /** The answer is not whole. Where the client reads nothing at all, even the frame that says so never goes out. */
  #breakOff(): void {
    this.stream.close(HTTP2_CODE.internal)
    this.deadlineAt = performance.now() + Math.min(this.#stalledMs, MAX_PARTING_MS)
    this.#deadlines.watch(this)
    this.stream.once('close', () => this.#deadlines.unwatch(this))
  }

  /** What is left of the request is not wanted any more (RFC 9113, 8.1). */
  #declineRest(): void {
    const { stream } = this
    if (!stream.closed && !stream.endAfterHeaders && !stream.readableEnded) stream.close(HTTP2_CODE.none)
  }

  #sendTrailers(): void {
    const { stream } = this
    if (stream.destroyed || stream.closed) return
    stream.sendTrailers(asObject(this.trailers))
    setImmediate(() => this.#declineRest())
  }

  #send(chunk: Buffer, callback: WriteCallback): void {
    const { stream } = this
    if (stream.writableEnded || stream.destroyed) {
      callback() // an answer without a body, or one whose client has left
      return
    }
    this.bytesWritten += chunk.length
    stream.write(chunk, () => callback())
  }

  #sendHead(options: { endStream: boolean }): void {
    const head = this.#head
    const { stream } = this
    this.#head = undefined
    if (head === undefined || stream.destroyed || stream.closed || stream.headersSent) return
    const all = { ...options, waitForTrailers: this.#expectsTrailers }
    if (this.#respond(head, all) || this.#respond(withoutRepeats(head), all)) return
    stream.close(HTTP2_CODE.internal) // a head that HTTP/2 cannot express
  }

  /** @returns whether Node takes the head */
  #respond(head: string[], options: { endStream: boolean; waitForTrailers: boolean }): boolean {
    const { stream } = this
    try {
      stream.respond(head as unknown as Parameters<typeof stream.respond>[0], options)
      return true
    } catch {
      return false
    }
  }

  #inform(headers: Record<string, number | string | string[]>): void {
    const { stream } = this
    if (!stream.destroyed && !stream.closed && !stream.headersSent) stream.additionalHeaders(headers)
  }
}

function asObject(list: readonly string[]): Record<string, string[]> {
  const named: Record<string, string[]> = {}
  for (let index = 0; index < list.length; index += 2) {
    named[list[index]!] ??= []
    named[list[index]!]!.push(list[index + 1]!)
  }
  return named
}
