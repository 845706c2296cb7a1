/** One wrong value in what the caller sent: `{ path: 'env.0.name', message: 'must not be empty' }`. */
export interface FieldError {
  /** Where, in dots: `processes.web`. Empty for the whole input. */
  path: string
  message: string
}

export interface AppErrorOptions {
  /** HTTP status that the API answers. 500 unless told. */
  status?: number
  cause?: unknown
  /** Facts for our logs. Never shown to a caller. */
  details?: object
  /** What is wrong with which part of the input. Shown to the caller. */
  errors?: FieldError[]
  /** What a program needs for its next step: members of the problem beside ours (RFC 9457, 3.2). Shown to the caller. */
  members?: Readonly<Record<string, unknown>>
  /** False for our own bugs, whose message stays in the log. By default: every status but 500 is operational. */
  operational?: boolean
}

/**
 * An error with a stable code. The message is a sentence for people: what happened, to what, and what to do next.
 * A package derives its errors from this class, or makes them with `defineErrors`.
 */
export class AppError extends Error {
  readonly code: string
  readonly status: number
  readonly details: object | undefined
  readonly errors: FieldError[] | undefined
  readonly members: Readonly<Record<string, unknown>> | undefined
  /** True: expected in operation (a user's mistake, a busy part); its message may be shown. False: our bug. */
  readonly isOperational: boolean

  constructor(code: string, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = new.target.name
    this.code = code
    this.status = options.status ?? 500
    this.details = options.details
    this.errors = options.errors
    this.members = options.members
    this.isOperational = options.operational ?? this.status !== 500
  }
}
