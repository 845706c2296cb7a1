import {
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { getCACertificates } from 'node:tls'
import { type AddressGuard, guardedLookup, requireReachable } from './address-guard.ts'

export interface HttpQuestion extends AddressGuard {
  url: string
  method?: 'GET' | 'HEAD' | 'POST'
  headers?: Record<string, string>
  body?: string | Uint8Array
  /** PEM of authorities that are believed besides the usual ones. */
  ca?: string | undefined
  /** For the whole exchange. 15 s when missing. */
  timeoutMs?: number
  /** More than this is not read. 1 MB when missing. */
  maxBytes?: number
  signal?: AbortSignal | undefined
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
  requireReachable(url.hostname, question)
  const answer = await send(url, question, signal)
  return {
    status: answer.statusCode!,
    headers: answer.headers,
    body: await readBody(answer, question.maxBytes ?? MAX_BYTES),
  }
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
