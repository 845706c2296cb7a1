/**
 * The transport of a browser, and of nothing else: same origin, the session in its cookie. The package's `browser`
 * condition puts it in the place of `http-transport.ts`.
 */
import { ApiUnreachable } from './api-error.ts'
import type { Transport, TransportAnswer, TransportRequest } from './transport.ts'

const SAFE_METHODS = new Set(['GET', 'HEAD'])

export function createTransport(where: { baseUrl?: string; socketPath?: string }): Transport {
  const base = where.baseUrl ?? ''
  return { send: request => exchange(base, request), close: () => {} }
}

async function exchange(base: string, request: TransportRequest): Promise<TransportAnswer> {
  const silence = new Silence(request.idleTimeoutMs)
  const signal = request.signal ? AbortSignal.any([request.signal, silence.signal]) : silence.signal
  const { method, path, body } = request
  try {
    const response = await fetch(base + path, {
      method,
      headers: { ...sendable(request.headers), ...csrfHeader(method) },
      body: body === undefined ? null : await textOf(body),
      credentials: 'same-origin',
      cache: 'no-store',
      signal,
    })
    return answerOf(response, silence, request.signal)
  } catch (cause) {
    silence.end()
    throw request.signal?.aborted ? cause : new ApiUnreachable(base || 'this address', { cause })
  }
}

/** A browser sets the length itself, and complains of those who do. */
function sendable({ 'content-length': _, ...headers }: Record<string, string>): Record<string, string> {
  return headers
}

/** The platform compares the header with the cookie; a page of another site can read neither. */
export function csrfHeader(method: string): Record<string, string> {
  if (SAFE_METHODS.has(method)) return {}
  const { cookie = '' } = (globalThis as { document?: { cookie: string } }).document ?? {}
  const found = /(?:^|;\s*)(?:__Host-)?seaworthy_csrf=([^;]+)/.exec(cookie)?.[1]
  return found ? { 'x-csrf-token': decodeURIComponent(found) } : {}
}

async function textOf(body: string | AsyncIterable<Uint8Array>): Promise<string | Blob> {
  if (typeof body === 'string') return body
  const chunks: Uint8Array<ArrayBuffer>[] = []
  for await (const chunk of body) chunks.push(chunk as Uint8Array<ArrayBuffer>)
  return new Blob(chunks)
}

function answerOf(
  { status, body }: Response,
  silence: Silence,
  signal: AbortSignal | undefined,
): TransportAnswer {
  return {
    statusCode: status,
    async *[Symbol.asyncIterator]() {
      const reader = body?.getReader()
      try {
        while (reader) {
          const { done, value } = await reader.read()
          if (done) return
          silence.broken()
          yield value
        }
      } catch (cause) {
        throw signal?.aborted ? cause : new ApiUnreachable('this address', { cause })
      } finally {
        silence.end()
        await reader?.cancel().catch(() => undefined)
      }
    },
  }
}

/** Aborts after so long without a byte. */
class Silence {
  readonly #abort = new AbortController()
  readonly #ms: number
  #timer: ReturnType<typeof setTimeout>

  constructor(ms: number) {
    this.#ms = ms
    this.#timer = this.#start()
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  broken(): void {
    clearTimeout(this.#timer)
    this.#timer = this.#start()
  }

  end(): void {
    clearTimeout(this.#timer)
  }

  #start(): ReturnType<typeof setTimeout> {
    return setTimeout(() => this.#abort.abort(new Error('No answer in time')), this.#ms)
  }
}
