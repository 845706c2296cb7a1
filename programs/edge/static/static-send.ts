import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import type { ByteRange } from '../content/byte-range.ts'
import { checkPreconditions, wantedRange } from '../content/preconditions.ts'
import type { ClientRequest } from '../proxy/client-request.ts'
import type { ClientResponse } from '../proxy/client-response.ts'
import type { Representation } from './static-file.ts'

const READ_AHEAD_BYTES = 256 * 1024

/**
 * Writes a file's answer: 200 (or 404 with a page), 206, 304 or 416. At once when the body is in memory; otherwise
 * the promise ends with the body, and rejects when the file cannot be read (before anything was written, if it can
 * not be opened).
 */
export function sendRepresentation(
  request: ClientRequest,
  response: ClientResponse,
  status: 200 | 404,
  made: Representation,
  extraHeaders: readonly string[] | undefined,
  cacheControl?: string,
): Promise<void> | undefined {
  const representation = cacheControl === undefined ? made : withCacheControl(made, cacheControl)
  // RFC 9110, 13.2.1: conditions hold for what would be a success without them.
  const verdict = status === 200 ? checkPreconditions(request.headers, representation) : 'met'
  if (verdict !== 'met') {
    sendVerdict(response, verdict, representation, extraHeaders)
    return undefined
  }
  const isWhole = status !== 200 || request.method !== 'GET'
  const range = isWhole ? undefined : wantedRange(request.headers, representation, representation.sizeBytes)
  if (range === undefined) {
    const headers = withExtra(representation.headers, extraHeaders)
    return sendBody(request, response, status, headers, representation)
  }
  return sendRange(request, response, representation, range, extraHeaders)
}

function sendVerdict(
  response: ClientResponse,
  verdict: 'not-modified' | 'failed',
  { headersWithoutLength, etag }: Representation,
  extraHeaders: readonly string[] | undefined,
): void {
  if (verdict === 'not-modified') response.writeHead(304, withExtra(headersWithoutLength, extraHeaders))
  else response.writeHead(412, withExtra(['ETag', etag, 'Content-Length', '0'], extraHeaders))
  response.end()
}

function withCacheControl(made: Representation, cacheControl: string): Representation {
  const changed = (headers: readonly string[]) =>
    headers.map((text, index) =>
      headers[index - 1] === 'Cache-Control' && index % 2 === 1 ? cacheControl : text,
    )
  return { ...made, headers: changed(made.headers), headersWithoutLength: changed(made.headersWithoutLength) }
}

/** A folder asked for without its slash. The query goes along. */
export function sendRedirect(
  response: ClientResponse,
  location: string,
  requestPath: string,
  extraHeaders: readonly string[] | undefined,
): void {
  const query = requestPath.indexOf('?')
  const target = query === -1 ? location : location + requestPath.slice(query)
  const headers = ['Location', target, 'Cache-Control', 'no-cache', 'Content-Length', '0']
  response.writeHead(301, withExtra(headers, extraHeaders))
  response.end()
}

function sendRange(
  request: ClientRequest,
  response: ClientResponse,
  representation: Representation,
  range: ByteRange | 'unsatisfiable',
  extraHeaders: readonly string[] | undefined,
): Promise<void> | undefined {
  const { sizeBytes, headersWithoutLength } = representation
  if (range === 'unsatisfiable') {
    const headers = ['Content-Range', `bytes */${sizeBytes}`, 'Content-Length', '0']
    response.writeHead(416, withExtra(headers, extraHeaders))
    response.end()
    return undefined
  }
  const headers = [
    ...headersWithoutLength,
    ...['Content-Range', `bytes ${range.start}-${range.end}/${sizeBytes}`],
    ...['Content-Length', String(range.end - range.start + 1)],
  ]
  return sendBody(request, response, 206, withExtra(headers, extraHeaders), representation, range)
}

function sendBody(
  request: ClientRequest,
  response: ClientResponse,
  status: number,
  headers: string[],
  { path, body, text, sizeBytes }: Representation,
  range?: ByteRange,
): Promise<void> | undefined {
  response.isHeadSound = true // of a file come its date, its size and a type out of our own list
  if (request.method === 'HEAD') {
    response.writeHead(status, headers)
    response.end()
  } else if (text !== undefined && range === undefined) {
    response.writeHead(status, headers)
    response.end(text, 'latin1')
  } else if (body !== undefined) {
    response.writeHead(status, headers)
    response.end(range === undefined ? body : body.subarray(range.start, range.end + 1))
  } else {
    return streamFile(response, status, headers, path, range ?? { start: 0, end: sizeBytes - 1 })
  }
  return undefined
}

async function streamFile(
  response: ClientResponse,
  status: number,
  headers: string[],
  path: string,
  range: ByteRange,
): Promise<void> {
  const file = await open(path) // may fail: nothing is written yet
  response.writeHead(status, headers)
  try {
    await pipeline(file.createReadStream({ ...range, highWaterMark: READ_AHEAD_BYTES }), response)
  } catch (error) {
    if (!hasClientLeft(error)) throw error
  }
}

/** A download that the reader breaks off is an everyday end, not a failure of ours. */
function hasClientLeft(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ECONNRESET' || code === 'EPIPE'
}

/** `writeHead` only reads the list, so the shared one may go as it is. */
function withExtra(headers: readonly string[], extra: readonly string[] | undefined): string[] {
  return extra === undefined ? (headers as string[]) : headers.concat(extra)
}
