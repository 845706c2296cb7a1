import type { ResponseHead } from './response-head.ts'

/** What is sent instead of the app's answer. */
export interface StandIn {
  readonly status: number
  send(): void
}

/** What hears an app's answer on its way to the client: the cache's part of it. */
export interface AnswerTap {
  /** Header lines for the app in place of the client's own conditions; undefined leaves those. */
  readonly conditions: string | undefined
  /** May add to the head. @returns what is sent instead of this answer, once that is whole */
  onHead(head: ResponseHead): StandIn | undefined
  /** `chunk` is valid only during the call. */
  onBody(chunk: Buffer): void
  onWhole(): void
  /** There is no answer. @param status of the page that the client would get @returns what is sent instead */
  onFailure(status: number): StandIn | undefined
}
