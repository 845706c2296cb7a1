import type { ClientRequest } from './client-request.ts'
import type { ClientResponse } from './client-response.ts'

/** What the edge says itself. Nothing here tells of targets, addresses or versions. */
const PAGES: Record<number, { title: string; text: string }> = {
  400: { title: 'Bad request', text: 'The request is not valid HTTP, so it was not passed on.' },
  404: {
    title: 'Nothing here',
    text: 'No app answers at this address. Check the address, or deploy an app to it.',
  },
  405: { title: 'Method not allowed', text: 'This method is not allowed here.' },
  408: { title: 'Request timed out', text: 'The request took too long to arrive. Send it again.' },
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
  response.end(body)
  return Buffer.byteLength(body)
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
  { requestId, retryAfterSeconds, close }: ErrorPage,
  html: boolean,
  body: string,
): string[] {
  const headers = ['Content-Type', `text/${html ? 'html' : 'plain'}; charset=utf-8`]
  headers.push('Content-Length', String(Buffer.byteLength(body)), 'Cache-Control', 'no-store')
  headers.push('X-Content-Type-Options', 'nosniff')
  if (html) headers.push('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'")
  if (requestId) headers.push('X-Request-Id', requestId)
  if (retryAfterSeconds) headers.push('Retry-After', String(retryAfterSeconds))
  if (close) headers.push('Connection', 'close')
  return headers
}

function renderPage({ status, requestId }: ErrorPage, html: boolean): string {
  const { title, text } = PAGES[status] ?? { title: 'Error', text: 'The request could not be served.' }
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
