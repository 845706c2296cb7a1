/** Sends fuzzed requests to a server and tells what it must never do. */
import { request } from 'node:http'
import type { FuzzedRequest } from './openapi-requests.ts'

export interface FuzzFailure {
  request: FuzzedRequest
  /** A status of 500 and above, or what happened instead of an answer. */
  outcome: number | string
  /** The beginning of the answer. */
  answer: string
}

export interface FuzzReport {
  sent: number
  /** Answers by status. */
  statuses: Record<number, number>
  /** Answers below 300 by operation: what never succeeds was hardly tried. */
  successes: Record<string, number>
  failures: FuzzFailure[]
  slowestMs: number
}

export interface FuzzServerOptions {
  /** `http://127.0.0.1:4400` */
  url: string
  requests: Iterable<FuzzedRequest>
  /** How many are on their way at a time. */
  concurrency: number
  /** Without the head of an answer after so long the server hangs. */
  hangMs: number
}

/** A body is read for this long at most: a stream of events never ends by itself. */
const BODY_MS = 150

export async function fuzzServer({
  url,
  requests,
  concurrency,
  hangMs,
}: FuzzServerOptions): Promise<FuzzReport> {
  const report: FuzzReport = { sent: 0, statuses: {}, successes: {}, failures: [], slowestMs: 0 }
  const iterator = requests[Symbol.iterator]()
  const lane = async () => {
    for (let next = iterator.next(); !next.done; next = iterator.next())
      await sendOne(url, next.value, hangMs, report)
  }
  await Promise.all(Array.from({ length: concurrency }, lane))
  return report
}

async function sendOne(
  url: string,
  fuzzed: FuzzedRequest,
  hangMs: number,
  report: FuzzReport,
): Promise<void> {
  const startedAt = performance.now()
  const { outcome, answer } = await ask(url, fuzzed, hangMs)
  report.slowestMs = Math.max(report.slowestMs, performance.now() - startedAt)
  report.sent += 1
  if (typeof outcome === 'number') {
    report.statuses[outcome] = (report.statuses[outcome] ?? 0) + 1
    if (outcome < 300) report.successes[fuzzed.operationId] = (report.successes[fuzzed.operationId] ?? 0) + 1
  }
  if (typeof outcome === 'string' || outcome >= 500)
    report.failures.push({ request: fuzzed, outcome, answer })
}

interface Outcome {
  outcome: number | string
  answer: string
}

function ask(url: string, { method, path, headers, body }: FuzzedRequest, hangMs: number): Promise<Outcome> {
  const { hostname, port } = new URL(url)
  return new Promise(resolve => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
    const outgoing = request({ hostname, port, method, path, headers: { ...headers, ...length } })
    const hang = setTimeout(() => {
      resolve({ outcome: 'no answer', answer: '' })
      outgoing.destroy()
    }, hangMs)
    outgoing.once('error', error => {
      clearTimeout(hang)
      resolve({ outcome: (error as NodeJS.ErrnoException).code ?? error.message, answer: '' })
    })
    outgoing.once('response', async response => {
      clearTimeout(hang)
      const answer = await firstWords(response)
      outgoing.destroy()
      resolve({ outcome: response.statusCode!, answer })
    })
    outgoing.end(body)
  })
}

/** Reads to the end, or for a moment of what never ends. */
async function firstWords(response: NodeJS.ReadableStream & { destroy(): void }): Promise<string> {
  let text = ''
  const stop = setTimeout(() => response.destroy(), BODY_MS)
  try {
    for await (const chunk of response) if (text.length < 500) text += String(chunk)
  } catch {
    // It was given up on purpose.
  } finally {
    clearTimeout(stop)
  }
  return text.slice(0, 500)
}
