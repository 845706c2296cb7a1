import { lookup as systemLookup } from 'node:dns'
import {
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { getCACertificates } from 'node:tls'
import { certificateErrors } from '../errors.ts'

export interface HttpQuestion {
  url: string
  method?: 'GET' | 'HEAD' | 'POST'
  headers?: Record<string, string>
  body?: string | Uint8Array
  /** PEM of authorities that are believed besides the usual ones. */
  ca?: string
  /** For the whole exchange. 15 s when missing. */
  timeoutMs?: number
  /** More than this is not read. 1 MB when missing. */
  maxBytes?: number
  signal?: AbortSignal
  /** Which addresses may be spoken to; all when missing. Asked for the address that is connected to, so that no name can change its mind in between. */
  mayReach?: (address: string) => boolean
  /** The system's when missing. */
  lookup?: LookupFunction
}

export interface HttpAnswer {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
}

const TIMEOUT_MS = 15_000
const MAX_BYTES = 1_048_576

/**
 * One request with bounds on time, size and address; nothing is followed. Rejects with `address_refused`, or with the
 * error of the connection.
 */
export async function exchange(question: HttpQuestion): Promise<HttpAnswer> {
  const url = new URL(question.url)
  const limit = AbortSignal.timeout(question.timeoutMs ?? TIMEOUT_MS)
  const signal = question.signal ? AbortSignal.any([question.signal, limit]) : limit
  requireAllowed(url.hostname.replace(/^\[|\]$/g, ''), question.mayReach)
  const answer = await send(url, question, signal)
  return {
    status: answer.statusCode!,
    headers: answer.headers,
    body: await readBody(answer, question.maxBytes ?? MAX_BYTES),
  }
}

/** An address in the URL itself is connected to without a look-up. */
function requireAllowed(host: string, mayReach: HttpQuestion['mayReach']): void {
  if (mayReach && isIP(host) !== 0 && !mayReach(host)) throw certificateErrors.address_refused({ host })
}

function send(url: URL, question: HttpQuestion, signal: AbortSignal): Promise<IncomingMessage> {
  const { method = 'GET', headers = {}, body, ca } = question
  const secure = url.protocol === 'https:'
  // A connection of its own: kept ones would outlive their question and its checks.
  const agent = secure
    ? new HttpsAgent({ keepAlive: false, ...(ca && { ca: withUsual(ca) }) })
    : new HttpAgent()
  const options = { method, headers, agent, signal, lookup: guardedLookup(question) }
  return new Promise((resolve, reject) => {
    const outgoing = secure ? httpsRequest(url, options) : httpRequest(url, options)
    outgoing.once('response', resolve)
    outgoing.once('error', error => reject(signal.aborted ? (signal.reason as Error) : error))
    outgoing.end(body)
  })
}

function guardedLookup({ lookup = systemLookup as LookupFunction, mayReach }: HttpQuestion): LookupFunction {
  return (host, options, callback) => {
    lookup(host, options, (error, address, family) => {
      const refused = !error && mayReach && !addressesOf(address).every(mayReach)
      if (refused) callback(certificateErrors.address_refused({ host }), '', 0)
      else callback(error, address as string, family)
    })
  }
}

function addressesOf(found: string | { address: string }[]): string[] {
  return typeof found === 'string' ? [found] : found.map(({ address }) => address)
}

async function readBody(answer: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) {
      answer.destroy()
      throw new Error(`the answer has more than ${maxBytes} bytes`)
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** `ca` alone would replace the authorities that everybody believes. */
function withUsual(ca: string): string[] {
  return [...getCACertificates('default'), ca]
}
