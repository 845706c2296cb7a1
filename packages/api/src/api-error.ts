import type { FieldError, Problem } from './problem.ts'

/** The server answered, and said no. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  /** Stable; see `docs/reference` for the list. */
  readonly code: string
  /** A sentence for people. */
  readonly detail: string
  readonly errors: readonly FieldError[]
  readonly requestId: string | undefined
  /** The whole problem: some have members of their own, such as the token for the next step of a sign-in. */
  readonly problem: Readonly<Record<string, unknown>>

  constructor(problem: Partial<Problem> & { status: number }) {
    super(problem.detail ?? problem.title ?? `The server answered ${problem.status}.`)
    this.status = problem.status
    this.code = problem.code ?? 'UNKNOWN'
    this.detail = this.message
    this.errors = problem.errors ?? []
    this.requestId = problem.requestId
    this.problem = problem
  }
}

/** Nobody answered, or the connection broke in the middle. */
export class ApiUnreachable extends Error {
  override readonly name = 'ApiUnreachable'
  /** `ECONNREFUSED`, `ENOENT` (no such socket file), `ECONNRESET` … */
  readonly code: string

  constructor(where: string, options: { cause: unknown }) {
    const { code = 'UNKNOWN' } = options.cause as NodeJS.ErrnoException
    super(
      `Could not reach the platform at ${where} (${code}). Is it running? Start it with: seaworthy up`,
      options,
    )
    this.code = code
  }
}
