import type { ClientRequest } from './client-request.ts'
import type { ClientResponse } from './client-response.ts'

/** What the edge says itself. Nothing here tells of targets, addresses or versions. */
const PAGES: Record<number, { title: string; text: string }> = {
  301: { title: 'Moved', text: 'This page is at another address now.' },
  302: { title: 'Found', text: 'This page is at another address at the moment.' },
  303: { title: 'See other', text: 'What you asked for is at another address.' },
  307: { title: 'Temporary redirect', text: 'This page is at another address at the moment.' },
  308: { title: 'Permanent redirect', text: 'This page is at another address now.' },
  400: { title: 'Bad request', text: 'The request is not valid HTTP, so it was not passed on.' },
  401: { title: 'Sign in', text: 'A name and a password are needed to see this.' },
  403: { title: 'Not allowed', text: 'This address may not reach the app.' },
  404: {
    title: 'Nothing here',
    text: 'No app answers at this address. Check the address, or deploy an app to it.',
  },
  405: { title: 'Method not allowed', text: 'This method is not allowed here.' },
  408: { title: 'Request timed out', text: 'The request took too long to arrive. Send it again.' },
  413: { title: 'Too large', text: 'The body of the request is larger than the app takes.' },
  417: { title: 'Expectation failed', text: 'The request expects something that the server does not do.' },
  429: {
    title: 'Too many requests',
    text: 'More requests came from this address than the app takes in a minute. Try again a little later.',
  },
  431: { title: 'Request too large', text: 'The headers of the request are too large.' },
  502: { title: 'No good answer', text: 'The app did not give a valid answer. Try again in a moment.' },
  503: { title: 'Not available', text: 'The app is not available right now. Try again in a moment.' },
  504: { title: 'No answer in time', text: 'The app took too long to answer. Try again in a moment.' },
}

export interface ErrorPage {
  status: number
  /** Instead of what the page of this status says. */
  text?: string
  /** Further ones: name, value, name, value … */
  headers?: readonly string[]
  /** Asked for by the app's owner, and no failure of anybody. */
  isPlanned?: boolean
  /** The client still sends: it is listened to for a while, since many do not look for an answer before they are done. */
  lingers?: boolean
  requestId?: string
  retryAfterSeconds?: number
  /** The connection cannot be used again, such as when the client still holds back its body. */
  close?: boolean
}

/** Answers with a plain page, as HTML where the client prefers it, otherwise as text. @returns the body's bytes */
export function sendErrorPage(request: ClientRequest, response: ClientResponse, page: ErrorPage): number {
  const wantsHtml = request.headers.accept?.includes('text/html') === true
  const body = renderPage(page, wantsHtml)
  const headers = pageHeaders(page, wantsHtml, body)
  response.writeHead(page.status, headers)
  if (page.lingers) endAfterRequest(request, response, body)
  else response.end(body)
  return Buffer.byteLength(body)
}

const LINGER_MS = 2_000
const LINGER_BYTES = 4 * 1024 * 1024

/**
 * Gives the whole answer, and reads on until the client has stopped sending, for a while and up to a size. To close
 * at once would reset the connection, and with it the answer (RFC 9112, 9.6).
 */
function endAfterRequest(request: ClientRequest, response: ClientResponse, body: string): void {
  let bytes = 0
  const end = () => {
    clearTimeout(timer)
    if (!response.writableEnded) response.end()
  }
  const timer = setTimeout(end, LINGER_MS).unref()
  response.on('close', () => clearTimeout(timer))
  request.on('end', end)
  request.on('data', chunk => {
    bytes += chunk.length
    if (bytes > LINGER_BYTES) end()
  })
  response.write(body)
  request.resume()
}

/** The same for a raw socket: a connection whose request could not be parsed, or a WebSocket. */
export function renderRawErrorPage(page: ErrorPage): string {
  const body = renderPage(page, false)
  const headers = pageHeaders({ ...page, close: true }, false, body)
  let head = `HTTP/1.1 ${page.status} ${PAGES[page.status]?.title ?? 'Error'}\r\n`
  for (let index = 0; index < headers.length; index += 2)
    head += `${headers[index]}: ${headers[index + 1]}\r\n`
  return `${head}\r\n${body}`
}

function pageHeaders(
  { requestId, retryAfterSeconds, close, lingers, headers: further }: ErrorPage,
  html: boolean,
  body: string,
): string[] {
  const headers = ['Content-Type', `text/${html ? 'html' : 'plain'}; charset=utf-8`]
  headers.push('Content-Length', String(Buffer.byteLength(body)), 'Cache-Control', 'no-store')
  headers.push('X-Content-Type-Options', 'nosniff')
  if (html) headers.push('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'")
  if (requestId) headers.push('X-Request-Id', requestId)
  if (retryAfterSeconds) headers.push('Retry-After', String(retryAfterSeconds))
  if (close || lingers) headers.push('Connection', 'close')
  if (further) headers.push(...further)
  return headers
}

function renderPage({ status, text: own, requestId }: ErrorPage, html: boolean): string {
  const { title, text: usual } = PAGES[status] ?? { title: 'Error', text: 'The request could not be served.' }
  const text = html ? escapeHtml(own ?? usual) : (own ?? usual)
  if (!html) return `${status} ${title}\n${text}\n${requestId ? `Request: ${requestId}\n` : ''}`
  const trace = requestId ? `<p><small>Request ${requestId}</small></p>` : ''
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${status} ${title}</title>` +
    '<meta name="viewport" content="width=device-width">' +
    '<style>body{font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1rem}' +
    '@media(prefers-color-scheme:dark){body{background:#111;color:#eee}}</style></head>' +
    `<body><h1>${title}</h1><p>${text}</p>${trace}</body></html>\n`
  )
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
}
