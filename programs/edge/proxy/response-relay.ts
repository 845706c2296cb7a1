import type { ActiveCacheRule } from '../cache/cache-rules.ts'
import { CodedBody } from '../content/coded-body.ts'
import { LEAST_BYTES } from '../content/compressible.ts'
import {
  describeCoded,
  describeNotModified,
  dropIdentityCoding,
  planCompression,
} from '../content/compression-plan.ts'
import { encodeAtOnce } from '../content/encoders.ts'
import { addVary, headerValue } from '../content/header-list.ts'
import type { AnswerTap, StandIn } from './answer-tap.ts'
import type { ClientRequest } from './client-request.ts'
import type { ClientResponse } from './client-response.ts'
import type { RequestRecord } from './request-record.ts'
import type { ResponseHead } from './response-head.ts'
import { watchTail } from './response-tail.ts'
import type { WorkerContext } from './worker-context.ts'

/** One listener for all responses, instead of a closure for each. */
export function reportClosed(this: ClientResponse): void {
  this.onClosed()
}

/** Up to this size a body that came with its head leaves in one write, as one string. */
const MAX_STRING_BODY = 16_384

/** Hears when the last byte of an answer is with the response. */
export interface RelayOwner {
  onRelayed(): void
}

/**
 * Passes a target's answer to the client. A head waits until the end of the read that brought it: most answers are
 * whole by then and go out in one write, with their length. What is not whole is streamed as it comes, through an
 * encoder where the client takes a coding that makes it smaller.
 */
export class ResponseRelay {
  readonly #context: WorkerContext
  readonly #request: ClientRequest
  readonly #response: ClientResponse
  readonly #record: RequestRecord
  #head: ResponseHead | undefined
  /** What came of the body so far, kept back while the head is. Latin1, because it is written with the head. */
  #first = ''
  #begun = false
  #coded: CodedBody | undefined
  readonly #tap: AnswerTap | undefined
  readonly #cacheRule: ActiveCacheRule | undefined
  #standIn: StandIn | undefined
  /** Whether the connection cannot be used again after this answer. */
  closeAfter = false

  constructor(options: {
    context: WorkerContext
    request: ClientRequest
    response: ClientResponse
    record: RequestRecord
    cacheRule?: ActiveCacheRule | undefined
    tap?: AnswerTap | undefined
  }) {
    this.#context = options.context
    this.#request = options.request
    this.#response = options.response
    this.#record = options.record
    this.#cacheRule = options.cacheRule
    this.#tap = options.tap
  }

  /** Whether the client has got, or will surely get, the head of the app's answer. */
  get hasBegun(): boolean {
    return this.#begun
  }

  /** 102 and 103 go through; 100 is the matter of the request's body. */
  informational(head: ResponseHead): void {
    if (this.#request.httpVersionMinor === 0 || this.#response.destroyed) return
    if (head.status === 103) this.#earlyHints(head)
    else if (head.status === 102) this.#response.writeProcessing()
  }

  /** @returns the status that the client gets */
  head(head: ResponseHead): number {
    this.#begun = true
    this.#standIn = this.#tap?.onHead(head)
    if (this.#standIn) return this.#standIn.status
    this.#head = head
    return head.status
  }

  /** @returns false when the client reads slower than the target writes */
  body(chunk: Buffer): boolean {
    this.#tap?.onBody(chunk)
    if (this.#standIn) return true
    const { length } = chunk
    if (this.#head && this.#first.length + length <= MAX_STRING_BODY) {
      this.#first += chunk.toString('latin1', 0, length)
      return true
    }
    this.#writeHead()
    return this.#write(chunk)
  }

  /** The read is over and the answer is not: what there is goes out now. `onDrain` follows a `body` that gave false. */
  flush(onDrain: () => void): void {
    if (this.#standIn) return
    if (this.#head) {
      const hadBody = this.#first !== ''
      this.#writeHead()
      if (!hadBody) this.#response.flushHeaders()
    }
    if (this.#coded) this.#flushCoded(this.#coded, onDrain)
    else if (this.#response.writableNeedDrain) this.#response.once('drain', onDrain)
  }

  /** @param owner hears when all is with the response: at once, but for what an encoder still holds */
  end(owner: RelayOwner): void {
    this.#tap?.onWhole()
    if (this.#coded) {
      this.#coded.end(() => {
        watchTail(this.#context, this.#response)
        owner.onRelayed()
      })
      return
    }
    if (!this.#response.destroyed) {
      const head = this.#head
      if (this.#standIn) this.#standIn.send()
      else if (head) this.#endWhole(head)
      else this.#response.end()
      if (this.#response.writableLength > 0) watchTail(this.#context, this.#response)
    }
    owner.onRelayed()
  }

  /** The rest of the answer will not come; the client must see that it is not whole (RFC 9112, 8). */
  cutShort(_reason: string): void {
    if (this.#standIn) this.#standIn.send()
    else this.#response.destroy()
  }

  #endWhole(head: ResponseHead): void {
    this.#head = undefined
    const coded = this.#wantsCoding(head) ? this.#codeWhole(head) : undefined
    if (!coded && head.contentLength === undefined && this.#mayHaveBody(head.status)) {
      head.headers.push('Content-Length', String(this.#first.length))
    }
    this.#record.bytesOut += coded?.length ?? this.#first.length
    this.#sendHead(head)
    if (coded) this.#response.end(coded)
    else if (this.#first === '') this.#response.end()
    else this.#response.end(this.#first, 'latin1')
  }

  /** Whether compression is a question at all: not for clients that say nothing of codings, nor for small answers. */
  #wantsCoding(head: ResponseHead): boolean {
    if (this.#request.headers['accept-encoding'] === undefined) return false
    if (this.#record.route?.compression === false) return false
    return head.status === 304 || this.#request.method === 'HEAD' || this.#first.length >= LEAST_BYTES
  }

  /** @returns the body to send instead, where it got smaller */
  #codeWhole(head: ResponseHead): Buffer | undefined {
    const isHead = this.#request.method === 'HEAD'
    const plan = this.#plan(head, isHead ? head.contentLength : this.#first.length)
    if (plan === 'none' || plan === 'identity') return undefined
    if (isHead) {
      describeCoded(head.headers, plan)
      return undefined
    }
    const coded = encodeAtOnce(Buffer.from(this.#first, 'latin1'), plan)
    if (coded.length >= this.#first.length) {
      addVary(head.headers, 'Accept-Encoding')
      return undefined
    }
    describeCoded(head.headers, plan)
    head.headers.push('Content-Length', String(coded.length))
    return coded
  }

  /** An answer that is not whole yet: from here on all of its body goes through an encoder, if there is one to be had. */
  #codeStream(head: ResponseHead): void {
    const plan = this.#plan(head, head.contentLength)
    if (plan === 'none' || plan === 'identity' || !this.#mayHaveBody(head.status)) return
    const { encoders } = this.#context
    if (!encoders.take()) {
      addVary(head.headers, 'Accept-Encoding')
      return
    }
    describeCoded(head.headers, plan)
    this.#coded = new CodedBody({
      coding: plan,
      sizeBytes: head.contentLength,
      response: this.#response,
      places: encoders,
      onBytes: length => {
        this.#record.bytesOut += length
      },
    })
  }

  /** The headers are as the client would get them: what the app's settings say of them decides too. */
  #plan(head: ResponseHead, sizeBytes: number | undefined) {
    this.#response.answerHeaders?.apply(head.headers)
    this.#response.answerHeaders = undefined
    const { headers } = this.#request
    const plan = planCompression(headers, head, sizeBytes)
    if (plan === 'identity') addVary(head.headers, 'Accept-Encoding')
    if (plan === 'none') dropIdentityCoding(head.headers)
    if (head.status === 304) describeNotModified(head.headers, headers['if-none-match'])
    return plan
  }

  /** Each read of the app's answer is let out, unless the encoder is behind: then reading waits for it. */
  #flushCoded(coded: CodedBody, onDrain: () => void): void {
    coded.flush()
    if (coded.isFull) coded.onceReady(onDrain)
  }

  #mayHaveBody(status: number): boolean {
    return status !== 204 && status !== 304 && this.#request.method !== 'HEAD'
  }

  #writeHead(): void {
    if (!this.#head || this.#response.destroyed) return
    this.#response.on('error', ignore) // the client left: 'close' follows and ends the exchange
    const { route } = this.#record
    if (route?.compression !== false && this.#request.headers['accept-encoding'] !== undefined) {
      this.#codeStream(this.#head)
    }
    this.#sendHead(this.#head)
    this.#head = undefined
    if (this.#first !== '') this.#writeFirst()
    this.#first = ''
  }

  /** As a string it leaves in one write with the head. */
  #writeFirst(): void {
    if (this.#coded) {
      this.#coded.write(Buffer.from(this.#first, 'latin1'))
      return
    }
    this.#record.bytesOut += this.#first.length
    this.#response.write(this.#first, 'latin1')
  }

  #sendHead({ status, reason, headers }: ResponseHead): void {
    const forClients = this.#cacheRule?.clientCacheControl
    if (forClients !== undefined && headerValue(headers, 'cache-control') === undefined) {
      headers.push('Cache-Control', forClients)
    }
    headers.push('X-Request-Id', this.#record.id)
    if (this.#context.isDraining || this.closeAfter) headers.push('Connection', 'close')
    // Names and values are what the parser, the table and the edge itself let through: none can end its line.
    this.#response.isHeadSound = true
    this.#response.writeHead(status, reason, headers)
  }

  /** The read buffer that `chunk` lies in is used again after this call. */
  #write(chunk: Buffer): boolean {
    if (this.#coded) return this.#coded.write(Buffer.from(chunk))
    this.#record.bytesOut += chunk.length
    if (this.#response.destroyed) return true
    const { chunks } = this.#context
    const copy = chunks.copy(chunk)
    // One that could not be written is left to the garbage collector: who knows who still looks at it.
    return this.#response.write(copy, error => {
      if (!error) chunks.giveBack(copy)
    })
  }

  #earlyHints({ headers }: ResponseHead): void {
    const hints: Record<string, string | string[]> = {}
    for (let index = 0; index < headers.length; index += 2) {
      const name = headers[index]!.toLowerCase()
      const value = headers[index + 1]!
      hints[name] = name in hints ? [hints[name]!, value].flat() : value
    }
    if (hints.link === undefined) return
    try {
      this.#response.writeEarlyHints(hints)
    } catch {
      // Node accepts fewer forms of Link than apps write; hints are only hints.
    }
  }
}

function ignore(): void {}
