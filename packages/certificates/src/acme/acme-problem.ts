import type { HttpAnswer } from '../net/http-exchange.ts'

/** What an authority says is wrong (RFC 8555, 6.7; RFC 9457). */
export class AcmeProblem extends Error {
  /** The last part of `urn:ietf:params:acme:error:…`, such as `rateLimited`. */
  readonly type: string
  readonly status: number
  /** When the authority wants to be asked again, in milliseconds from now. */
  readonly retryAfterMs: number | undefined

  constructor({ type, detail, status, retryAfterMs }: AcmeProblemFacts) {
    super(detail)
    this.name = 'AcmeProblem'
    this.type = type
    this.status = status
    this.retryAfterMs = retryAfterMs
  }
}

export interface AcmeProblemFacts {
  type: string
  detail: string
  status: number
  retryAfterMs: number | undefined
}

/** A problem in JSON, as in an answer, a challenge or an order. */
export function problemFrom(json: unknown, status = 0, retryAfterMs?: number): AcmeProblem {
  const { type, detail, subproblems } = (json ?? {}) as {
    type?: unknown
    detail?: unknown
    subproblems?: { detail?: unknown }[]
  }
  const details = [detail, ...(Array.isArray(subproblems) ? subproblems.map(sub => sub?.detail) : [])]
  return new AcmeProblem({
    type: typeof type === 'string' ? type.replace('urn:ietf:params:acme:error:', '') : 'unknown',
    detail:
      details
        .filter(text => typeof text === 'string')
        .join(' ')
        .slice(0, 1_000) || `status ${status}`,
    status,
    retryAfterMs,
  })
}

/** Milliseconds of a `Retry-After` header (RFC 9110, 10.2.3); undefined when there is none that makes sense. */
export function retryAfterMs({ headers }: Pick<HttpAnswer, 'headers'>, now: number): number | undefined {
  const value = headers['retry-after']
  if (value === undefined) return undefined
  const ms = /^\d{1,8}$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined
}
