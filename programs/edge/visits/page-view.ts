import type { IncomingHttpHeaders } from 'node:http'

/** What of a request and its answer tells whether somebody opened a page. */
export interface SeenRequest {
  method: string
  /** With its query. */
  url: string
  status: number
  headers: IncomingHttpHeaders
  /** Names and values of the app's answer; undefined where it is not known. */
  answerHead: readonly string[] | undefined
}

/** An address that names a kind of file is no page, unless it is one of these. */
const EXTENSION = /\.([a-z0-9]{1,5})$/i
const PAGE_EXTENSIONS = new Set(['html', 'htm', 'xhtml', 'php', 'asp', 'aspx', 'jsp', 'cgi'])

/** A person (or a program that acts like one) opened an HTML document: nothing that a page fetches or prefetches. */
export function isPageView(request: SeenRequest): boolean {
  return request.method === 'GET' && asksForDocument(request.headers) && gotDocument(request)
}

/** Browsers say what a request is for (Fetch Metadata); older ones say only that they take HTML. */
function asksForDocument(headers: IncomingHttpHeaders): boolean {
  const destination = headers['sec-fetch-dest']
  if (destination === undefined) {
    if (headers.accept?.includes('text/html') !== true) return false
  } else if (destination !== 'document') return false
  const purpose = headers['sec-purpose'] ?? headers.purpose
  return purpose === undefined || !String(purpose).includes('prefetch')
}

/** 304: the browser shows the page that it has. */
function gotDocument({ status, url, answerHead }: SeenRequest): boolean {
  if (status === 304) return isPagePath(url)
  if (status < 200 || status > 299) return false
  const type = answerHead && contentType(answerHead)
  return type === undefined ? isPagePath(url) : /^\s*(text\/html|application\/xhtml\+xml)/i.test(type)
}

function contentType(head: readonly string[]): string | undefined {
  for (let index = 0; index < head.length; index += 2) {
    const name = head[index]!
    if (name.length === 12 && name.toLowerCase() === 'content-type') return head[index + 1]
  }
  return undefined
}

function isPagePath(url: string): boolean {
  const extension = EXTENSION.exec(pathOf(url))?.[1]
  return extension === undefined || PAGE_EXTENSIONS.has(extension.toLowerCase())
}

const LONGEST_PATH = 200
/** Ids and tokens: UUIDs, long hex, and long mixtures of letters and digits. */
const TOKEN = /^(?:[0-9a-f-]{32,}|[0-9a-f]{16,}|(?=[^/]*[0-9])(?=[^/]*[A-Za-z])[\w~=-]{20,}|[0-9]{9,})$/i

/**
 * The path as it is counted: without the query, and with `*` for what looks like an id or a token, so that a link
 * that opens a door is kept nowhere and pages of one kind are counted together.
 */
export function countedPath(url: string): string {
  const path = pathOf(url).slice(0, LONGEST_PATH)
  if (path.length < 10) return path
  return path
    .split('/')
    .map(part => (TOKEN.test(part) ? '*' : part))
    .join('/')
}

/** The host of the page that led here; undefined for none, for a page of the same site, and for what is no address. */
export function referrerHost(referrer: string | undefined, ownHost: string): string | undefined {
  if (referrer === undefined || !URL.canParse(referrer)) return undefined
  const { protocol, hostname } = new URL(referrer)
  if (protocol !== 'http:' && protocol !== 'https:') return undefined
  const host = hostname.replace(/^www\./, '')
  return host === '' || host.length > 100 || host === ownHost.replace(/^www\./, '') ? undefined : host
}

/** The browser asks not to be followed (Global Privacy Control, and its predecessor). */
export function asksForPrivacy(headers: IncomingHttpHeaders): boolean {
  return headers['sec-gpc'] === '1' || headers.dnt === '1'
}

function pathOf(url: string): string {
  const question = url.indexOf('?')
  return question === -1 ? url : url.slice(0, question)
}
