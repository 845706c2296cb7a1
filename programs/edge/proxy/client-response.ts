import type { Writable } from 'node:stream'

/** Changes the headers of an answer: name, value, name, value … */
export interface AnswerRules {
  apply(headers: string[]): void
}

/**
 * An answer on its way to a client: `EdgeResponse` (HTTP/1) or `Http2Response`. Both are streams, so `pipeline` and
 * `pipe` work, and both take heads only through `writeHead`, as a list of names and values.
 *
 * What belongs to an HTTP/1 connection (`Connection`, `Transfer-Encoding` …) may be in a head: HTTP/2 leaves it out.
 * A body for `HEAD`, 204 or 304 is left out too.
 */
export interface ClientResponse extends Writable {
  readonly headersSent: boolean
  readonly statusCode: number
  /** Called once when the client leaves before the answer has ended. */
  onAbandoned: (() => void) | undefined
  /** Called once when the answer has ended or the client has left. */
  onClosed(): void
  /** No name or value of the head can end its line, so nobody needs to look for that again. */
  isHeadSound: boolean
  /** Where the answer's bytes are counted if not at the connection, which answers share with HTTP/2. */
  readonly bytesCounter?: { readonly bytesWritten: number }
  /** What is done to the headers of an app's answer; unset for pages of the edge's own. */
  answerHeaders: AnswerRules | undefined
  /**
   * The head goes out with the first byte of the body, at the end, or by `flushHeaders`.
   * @param headers name, value, name, value …; the list becomes the response's own
   */
  writeHead(status: number, headers: readonly string[]): this
  writeHead(status: number, reason: string, headers: readonly string[]): this
  flushHeaders(): void
  /** `100 Continue`. */
  writeContinue(): void
  /** `102 Processing`. */
  writeProcessing(): void
  /** `103 Early Hints`. */
  writeEarlyHints(hints: Record<string, string | string[]>): void
}
