import { type HeaderKinds, nominatedFields, RESPONSE_HEADER } from './header-kinds.ts'

/** The head of a target's answer, without what belongs to its connection only. */
export interface ResponseHead {
  status: number
  reason: string
  /** Name, value, name, value …: the form that `writeHead` takes without copying. */
  headers: string[]
  contentLength: number | undefined
  chunked: boolean
  /** Whether the target lets the connection live on after this answer. */
  keepAlive: boolean
  /** From `Keep-Alive: timeout=5`, in seconds. */
  keepAliveSeconds: number | undefined
}

/** The target answered something that is not HTTP/1.1 as RFC 9112 has it. */
export class MalformedResponse extends Error {
  constructor(what: string) {
    super(what)
    this.name = 'MalformedResponse'
  }
}

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9][0-9]{2})(?: (.*))?$/
/** Lines of visible characters, spaces and tabs: no control character, no CR or LF that is not a line end. */
const ONLY_TEXT = /^[\t -~\x80-\xff]*(?:\r\n[\t -~\x80-\xff]*)*$/

/**
 * Parses status line and headers, strictly (RFC 9112, 4 and 5): no bare CR or LF, no line folding, no space before the
 * colon, one framing only.
 * @param text latin1, up to and without the empty line
 * @throws {MalformedResponse}
 */
export function parseResponseHead(text: string, kinds: HeaderKinds): ResponseHead {
  if (!ONLY_TEXT.test(text)) throw new MalformedResponse('control characters in the head')
  let end = text.indexOf('\r\n')
  if (end === -1) end = text.length
  const statusLine = STATUS_LINE.exec(text.slice(0, end))
  if (!statusLine) throw new MalformedResponse('no HTTP/1 status line')

  const head: ResponseHead = {
    status: Number(statusLine[2]),
    reason: statusLine[3] ?? '',
    headers: [],
    contentLength: undefined,
    chunked: false,
    keepAlive: statusLine[1] === '1',
    keepAliveSeconds: undefined,
  }
  let nominated: string[] | undefined
  while (end < text.length) {
    const start = end + 2
    end = text.indexOf('\r\n', start)
    if (end === -1) end = text.length
    nominated = parseField(text, start, end, head, kinds, nominated)
  }
  if (head.chunked && head.contentLength !== undefined) {
    throw new MalformedResponse('both Content-Length and Transfer-Encoding')
  }
  if (nominated) removeFields(head.headers, nominated)
  return head
}

function parseField(
  text: string,
  start: number,
  end: number,
  head: ResponseHead,
  kinds: HeaderKinds,
  nominated: string[] | undefined,
): string[] | undefined {
  const colon = text.indexOf(':', start)
  const name = colon === -1 || colon > end ? '' : text.slice(start, colon)
  const value = trimSpaces(text, colon + 1, end)
  switch (kinds.of(name)) {
    case RESPONSE_HEADER.pass:
      head.headers.push(name, value)
      return nominated
    case RESPONSE_HEADER.drop:
      return nominated
    case RESPONSE_HEADER.contentLength:
      setContentLength(head, name, value)
      return nominated
    case RESPONSE_HEADER.transferEncoding:
      setTransferEncoding(head, value)
      return nominated
    case RESPONSE_HEADER.keepAlive:
      head.keepAliveSeconds = parseKeepAlive(value)
      return nominated
    case RESPONSE_HEADER.connection:
      return readConnection(head, value, nominated)
    default:
      throw new MalformedResponse('a line that is no header')
  }
}

/** Spaces and tabs only: `trim` would also eat bytes that belong to the value, such as 0xA0. */
function trimSpaces(text: string, from: number, to: number): string {
  let start = from
  let end = to
  while (start < end && isSpace(text.charCodeAt(start))) start++
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09
}

function setContentLength(head: ResponseHead, name: string, value: string): void {
  if (!/^[0-9]{1,15}$/.test(value)) throw new MalformedResponse('a Content-Length that is no number')
  const length = Number(value)
  if (head.contentLength === length) return
  if (head.contentLength !== undefined) throw new MalformedResponse('two different Content-Lengths')
  head.contentLength = length
  head.headers.push(name, value)
}

function setTransferEncoding(head: ResponseHead, value: string): void {
  // We announce no other coding (no TE header goes out), so a target must not send one: RFC 9112, 6.1.
  if (head.chunked || value.toLowerCase() !== 'chunked')
    throw new MalformedResponse('an unknown Transfer-Encoding')
  head.chunked = true
}

function parseKeepAlive(value: string): number | undefined {
  const timeout = /timeout=([0-9]{1,6})/i.exec(value)
  return timeout ? Number(timeout[1]) : undefined
}

function readConnection(
  head: ResponseHead,
  value: string,
  nominated: string[] | undefined,
): string[] | undefined {
  if (value === 'keep-alive' || value === 'close') {
    head.keepAlive = value === 'keep-alive'
    return nominated
  }
  const options = value.toLowerCase()
  if (/(^|,)\s*close\s*(,|$)/.test(options)) head.keepAlive = false
  return [...(nominated ?? []), ...nominatedFields(value)]
}

function removeFields(headers: string[], names: string[]): void {
  for (let index = headers.length - 2; index >= 0; index -= 2) {
    const name = headers[index]!.toLowerCase()
    if (names.includes(name) && name !== 'content-length') headers.splice(index, 2)
  }
}
