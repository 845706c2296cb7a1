import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { type ByteRange, parseByteRange } from '../content/byte-range.ts'
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
  representation: Representation,
  extraHeaders: readonly string[] | undefined,
): Promise<void> | undefined {
  if (status === 200 && isNotModified(request, representation)) {
    response.writeHead(304, withExtra(representation.headersWithoutLength, extraHeaders))
    response.end()
    return undefined
  }
  const range = status === 200 ? wantedRange(request, representation) : undefined
  if (range === undefined) {
    return sendBody(
      request,
      response,
      status,
      withExtra(representation.headers, extraHeaders),
      representation,
    )
  }
  return sendRange(request, response, representation, range, extraHeaders)
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

/** RFC 9110, 13.2.2: `If-None-Match` decides alone where it is given. */
function isNotModified(request: ClientRequest, { etag, lastModified }: Representation): boolean {
  const tags = request.headers['if-none-match']
  if (tags !== undefined) return tags === etag || tags.trim() === '*' || listsTag(tags, etag)
  // Only the very same time: after a rollback a file may be older than what the client holds, and yet differ.
  return request.headers['if-modified-since'] === lastModified
}

function listsTag(tags: string, etag: string): boolean {
  return tags.split(',').some(tag => tag.trim().replace(/^W\//, '') === etag)
}

function wantedRange(request: ClientRequest, representation: Representation) {
  const header = request.headers.range
  if (header === undefined || request.method !== 'GET') return undefined
  const condition = request.headers['if-range']
  const { etag, lastModified, sizeBytes } = representation
  if (condition !== undefined && condition !== etag && condition !== lastModified) return undefined
  const range = parseByteRange(header, sizeBytes)
  return range === 'ignore' ? undefined : range
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
  { path, body, sizeBytes }: Representation,
  range?: ByteRange,
): Promise<void> | undefined {
  if (request.method === 'HEAD') {
    response.writeHead(status, headers)
    response.end()
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
