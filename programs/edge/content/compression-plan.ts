import type { IncomingHttpHeaders } from 'node:http'
import { type Coding, pickEncoding } from './accept-encoding.ts'
import { isCompressible, LEAST_BYTES } from './compressible.ts'
import { addVary, removeHeader } from './header-list.ts'

/** In the order of what they cost for what they save, measured: zstd takes half of gzip's time for the same size. */
const MADE_ON_THE_FLY: readonly Coding[] = ['zstd', 'br', 'gzip']

export interface CodableAnswer {
  status: number
  /** Name, value, name, value … */
  headers: string[]
}

/** `none`: as it is. `identity`: as it is for this client, while others get it compressed. */
export type CompressionPlan = 'none' | 'identity' | Coding

/**
 * Decides whether an answer goes out compressed. Left alone is what its app coded, signed or marked with
 * `Cache-Control: no-transform` or `Content-Encoding: identity`; parts (206), events, and what is small or packed.
 * @param sizeBytes of the body, where it is known
 */
export function planCompression(
  requestHeaders: IncomingHttpHeaders,
  answer: CodableAnswer,
  sizeBytes: number | undefined,
): CompressionPlan {
  if (sizeBytes !== undefined && sizeBytes < LEAST_BYTES) return 'none'
  if (!mayBeCoded(answer)) return 'none'
  if (mayBeSpiedOut(requestHeaders)) return 'identity'
  return pickEncoding(requestHeaders['accept-encoding'] as string, MADE_ON_THE_FLY)
}

function mayBeCoded({ status, headers }: CodableAnswer): boolean {
  if (status === 206 || status === 204 || status === 304 || status < 200) return false
  let compressible = false
  for (let index = 0; index < headers.length; index += 2) {
    const value = headers[index + 1]!
    switch (headers[index]!.toLowerCase()) {
      case 'content-type':
        compressible = isCompressible(value)
        break
      case 'cache-control':
        if (value.toLowerCase().includes('no-transform')) return false
        break
      case 'content-encoding':
      case 'content-range':
      // A coding would make these wrong (RFC 9530).
      case 'content-digest':
      case 'digest':
      case 'content-md5':
        return false
    }
  }
  return compressible
}

/**
 * BREACH: a strange site makes a browser send requests with its user's cookies, puts guesses into the address, and reads
 * from the length of the compressed answer whether a guess is in the page too. Such requests say where they come from
 * (Fetch Metadata); they get their answer as it is, unless a person followed a link.
 */
function mayBeSpiedOut(headers: IncomingHttpHeaders): boolean {
  return (
    headers['sec-fetch-site'] === 'cross-site' &&
    headers['sec-fetch-user'] !== '?1' &&
    (headers.cookie !== undefined || headers.authorization !== undefined)
  )
}

/** Makes the headers those of the coded form. The length is the caller's to add, where it is known. */
export function describeCoded(headers: string[], coding: Coding): void {
  removeHeader(headers, 'content-length')
  removeHeader(headers, 'accept-ranges') // the app counts the bytes of the form that it knows
  weakenTag(headers)
  headers.push('Content-Encoding', coding)
  addVary(headers, 'Accept-Encoding')
}

/** RFC 9110, 8.8.1: a strong tag stands for bytes, and these are others now. */
function weakenTag(headers: string[]): void {
  for (let index = 0; index < headers.length; index += 2) {
    if (headers[index]!.toLowerCase() !== 'etag') continue
    if (headers[index + 1]!.startsWith('"')) headers[index + 1] = `W/${headers[index + 1]}`
  }
}

/** The client asked by the weak form of a tag, which is what it knows the stored form by: so says the 304. */
export function describeNotModified(headers: string[], ifNoneMatch: string | undefined): void {
  if (ifNoneMatch === undefined) return
  for (let index = 0; index < headers.length; index += 2) {
    if (headers[index]!.toLowerCase() !== 'etag') continue
    if (ifNoneMatch.includes(`W/${headers[index + 1]}`)) weakenTag(headers)
  }
}

/** `Content-Encoding: identity` only speaks to the edge: no coding is no coding (RFC 9110, 8.4.1). */
export function dropIdentityCoding(headers: string[]): void {
  for (let index = headers.length - 2; index >= 0; index -= 2) {
    if (headers[index]!.toLowerCase() !== 'content-encoding') continue
    if (headers[index + 1]!.trim().toLowerCase() === 'identity') headers.splice(index, 2)
  }
}
