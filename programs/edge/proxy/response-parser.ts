import type { HeaderKinds } from './header-kinds.ts'
import { MalformedResponse, parseResponseHead, type ResponseHead } from './response-head.ts'

/** Hears what the parser finds, in order, during `execute` or `finish`. */
export interface ResponseParserEvents {
  onInformational(head: ResponseHead): void
  onHead(head: ResponseHead): void
  /** `chunk` is a view on the read buffer: valid only during the call. */
  onBody(chunk: Buffer): void
  /** The answer is whole. `reusable`: its framing lets another answer follow on the connection. */
  onComplete(reusable: boolean): void
}

type State =
  | 'head'
  | 'length'
  | 'chunk-size'
  | 'chunk-data'
  | 'chunk-end'
  | 'trailers'
  | 'until-close'
  | 'done'

const MAX_HEAD_BYTES = 65_536
const MAX_CHUNK_LINE = 1_024
const HEAD_END = '\r\n\r\n'
const CHUNK_SIZE = /^([0-9A-Fa-f]{1,13})[\t ]*(?:;[\t\x20-\x7e\x80-\xff]*)?$/

/**
 * A strict HTTP/1.1 response parser (RFC 9112) for one connection to a target. One answer at a time: `expect` arms it
 * for the next one, bytes outside of an answer are malformed.
 */
export class ResponseParser {
  readonly #kinds: HeaderKinds
  readonly #events: ResponseParserEvents
  #state: State = 'done'
  #bodyless = false
  #keepAlive = false
  /** A head or a line that has not ended yet, latin1. */
  #partial = ''
  /** Bytes of the body or chunk still to come. */
  #remaining = 0
  #trailerBytes = 0

  constructor({ kinds, events }: { kinds: HeaderKinds; events: ResponseParserEvents }) {
    this.#kinds = kinds
    this.#events = events
  }

  /** @param toHead whether the request was a HEAD, whose answer has no body whatever its headers say */
  expect(toHead: boolean): void {
    this.#state = 'head'
    this.#bodyless = toHead
    this.#partial = ''
  }

  /** @throws {MalformedResponse} */
  execute(buffer: Buffer, length: number): void {
    let at = 0
    while (at < length) {
      if (this.#state === 'head') at = this.#readHead(buffer, at, length)
      else if (this.#state === 'length' || this.#state === 'chunk-data')
        at = this.#readBytes(buffer, at, length)
      else if (this.#state === 'until-close') {
        this.#events.onBody(buffer.subarray(at, length))
        return
      } else if (this.#state === 'done') throw new MalformedResponse('bytes after the end of the answer')
      else at = this.#readLine(buffer, at, length)
    }
  }

  /**
   * The target closed its side.
   * @returns whether the answer was whole: only one that ends with the connection is
   */
  finish(): boolean {
    if (this.#state !== 'until-close') return this.#state === 'done'
    this.#complete(false)
    return true
  }

  #readHead(buffer: Buffer, at: number, length: number): number {
    if (this.#partial === '') {
      const end = buffer.indexOf(HEAD_END, at, 'latin1')
      if (end !== -1 && end + 4 <= length) {
        this.#onHeadText(buffer.toString('latin1', at, end))
        return end + 4
      }
    }
    const before = this.#partial.length
    const text = this.#partial + buffer.toString('latin1', at, Math.min(length, at + MAX_HEAD_BYTES))
    const end = text.indexOf(HEAD_END, Math.max(0, before - 3))
    if (end === -1) {
      if (text.length >= MAX_HEAD_BYTES) throw new MalformedResponse('a head that does not end')
      this.#partial = text
      return length
    }
    this.#partial = ''
    this.#onHeadText(text.slice(0, end))
    return at + (end + 4 - before)
  }

  #onHeadText(text: string): void {
    const head = parseResponseHead(text, this.#kinds)
    if (head.status < 200 && head.status !== 101) {
      this.#events.onInformational(head)
      return
    }
    this.#keepAlive = head.keepAlive
    if (head.status === 204 || head.status === 304) this.#bodyless = true
    this.#state = this.#bodyState(head)
    this.#events.onHead(head)
    if (this.#state === 'done') this.#events.onComplete(this.#keepAlive)
  }

  /** RFC 9112, 6.3. */
  #bodyState(head: ResponseHead): State {
    if (this.#bodyless || head.status === 101) return 'done'
    if (head.chunked) return 'chunk-size'
    if (head.contentLength === undefined) return 'until-close'
    this.#remaining = head.contentLength
    return this.#remaining === 0 ? 'done' : 'length'
  }

  #readBytes(buffer: Buffer, at: number, length: number): number {
    const end = Math.min(length, at + this.#remaining)
    this.#remaining -= end - at
    const isLast = this.#remaining === 0
    if (isLast && this.#state === 'chunk-data') this.#state = 'chunk-end'
    this.#events.onBody(buffer.subarray(at, end))
    if (isLast && this.#state === 'length') this.#complete(this.#keepAlive)
    return end
  }

  /** Reads one line of the chunked coding: RFC 9112, 7.1. */
  #readLine(buffer: Buffer, at: number, length: number): number {
    const found = buffer.indexOf(0x0a, at)
    const end = found === -1 || found >= length ? length : found + 1
    this.#partial += buffer.toString('latin1', at, end)
    if (this.#partial.length > MAX_CHUNK_LINE) throw new MalformedResponse('an overlong line between chunks')
    if (end === length && !this.#partial.endsWith('\n')) return end

    const line = this.#partial
    this.#partial = ''
    if (!line.endsWith('\r\n')) throw new MalformedResponse('a bare line feed between chunks')
    this.#onLine(line.slice(0, -2))
    return end
  }

  #onLine(line: string): void {
    if (this.#state === 'chunk-size') this.#onChunkSize(line)
    else if (this.#state === 'chunk-end') {
      if (line !== '') throw new MalformedResponse('a chunk longer than announced')
      this.#state = 'chunk-size'
    } else if (line === '') this.#complete(this.#keepAlive)
    else this.#onTrailer(line)
  }

  #onChunkSize(line: string): void {
    const size = CHUNK_SIZE.exec(line)
    if (!size) throw new MalformedResponse('a chunk size that is no number')
    this.#remaining = Number.parseInt(size[1]!, 16)
    this.#trailerBytes = 0
    this.#state = this.#remaining === 0 ? 'trailers' : 'chunk-data'
  }

  /** Trailers are read and dropped, as RFC 9110, 6.5.1 allows. */
  #onTrailer(line: string): void {
    this.#trailerBytes += line.length
    if (this.#trailerBytes > MAX_HEAD_BYTES) throw new MalformedResponse('trailers that do not end')
  }

  #complete(reusable: boolean): void {
    this.#state = 'done'
    this.#events.onComplete(reusable)
  }
}
