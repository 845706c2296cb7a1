import { ServerResponse } from '@seaworthy/kit/lean-http'
import type { AnswerRules, ClientResponse } from './client-response.ts'
import { HeaderKinds } from './header-kinds.ts'
import type { KeptConnection } from './kept-connections.ts'

/** What a field of a head says to who writes it. */
const FIELD = { plain: 0, length: 1, date: 2, connection: 3, special: 4 } as const

const SPECIAL = ['transfer-encoding', 'expect', 'trailer', 'keep-alive']

const kinds = new HeaderKinds(name => {
  if (name === 'content-length') return FIELD.length
  if (name === 'date') return FIELD.date
  if (name === 'connection') return FIELD.connection
  return SPECIAL.includes(name) ? FIELD.special : FIELD.plain
})

/** What Node keeps of a head that waits to be sent. Not in its documentation: `edge-response.test.ts` holds it. */
interface WaitingHead {
  _header: string | null
  _headerSent: boolean
  _hasBody: boolean
  _last: boolean
}

/**
 * A response that tells when its client left before it ended. Its head is written by hand where that is known to be
 * sound: Node would look through each name and value of it again, which costs more than all the rest of the answer.
 */
export class EdgeResponse extends ServerResponse implements ClientResponse {
  onAbandoned: (() => void) | undefined = undefined
  /** What is done to the headers of an app's answer; unset for pages of the edge's own. */
  answerHeaders: AnswerRules | undefined = undefined
  isHeadSound = false
  /** Undefined where somebody else looks after the client's connection. */
  kept: KeptConnection | undefined = undefined

  /** Headers given as a list must be the caller's own: the rules change it. */
  override writeHead(status: number, ...rest: unknown[]): this {
    const headers = rest.at(-1)
    if (this.answerHeaders && Array.isArray(headers)) this.answerHeaders.apply(headers)
    return super.writeHead(status, ...(rest as []))
  }

  /** It has ended, or its client left: its connection may be kept for another request. */
  onClosed(): void {
    this.onAbandoned?.()
    this.kept?.answered()
  }

  /** Node's own step between `writeHead` and the first byte. */
  _storeHeader(statusLine: string, headers: readonly string[]): void {
    const head = this.isHeadSound ? this.#soundHead(statusLine, headers) : undefined
    if (head === undefined) {
      NODES.call(this, statusLine, headers)
      return
    }
    const waiting = this as unknown as WaitingHead
    waiting._header = head
    waiting._headerSent = false
  }

  /** @returns undefined where something is asked for that is left to Node */
  #soundHead(statusLine: string, headers: readonly string[]): string | undefined {
    let head = statusLine
    let isDated = false
    let closes = !this.shouldKeepAlive
    let hasLength = !(this as unknown as WaitingHead)._hasBody
    for (let index = 0; index < headers.length; index += 2) {
      const name = headers[index]!
      const value = headers[index + 1]!
      const kind = kinds.of(name)
      if (kind === FIELD.connection) {
        if (value !== 'close') return undefined
        closes = true
        continue
      }
      if (kind === FIELD.length) hasLength = true
      else if (kind === FIELD.date) isDated = true
      else if (kind !== FIELD.plain) return undefined
      head += `${name}: ${value}\r\n`
    }
    if (!hasLength || this.chunkedEncoding) return undefined
    if (!isDated) head += dateLine()
    ;(this as unknown as WaitingHead)._last = closes
    return head + (closes ? 'Connection: close\r\n\r\n' : (this.kept?.keepAliveLines ?? KEEP_ALIVE))
  }
}

const KEEP_ALIVE = 'Connection: keep-alive\r\n\r\n'

type StoreHeader = (this: EdgeResponse, statusLine: string, headers: readonly string[]) => void
const NODES = (ServerResponse.prototype as unknown as { _storeHeader: StoreHeader })._storeHeader

let dateText = ''
let datedUntil = 0

/** Made once a second. */
function dateLine(): string {
  const now = Date.now()
  if (now < datedUntil && now >= datedUntil - 1_000) return dateText
  datedUntil = (Math.floor(now / 1_000) + 1) * 1_000
  dateText = `Date: ${new Date(now).toUTCString()}\r\n`
  return dateText
}
