import { AppError, type FieldError } from './errors.ts'
import { STATUS_CODES } from './lean-http.ts'

export const PROBLEM_CONTENT_TYPE = 'application/problem+json'

/** The body of an error answer: RFC 9457, with our stable `code` and `success: false`. */
export interface Problem {
  type: string
  title: string
  status: number
  detail: string
  code: string
  success: false
  errors?: FieldError[]
  requestId?: string
}

export interface ProblemOptions {
  requestId?: string
  /** Makes `type` from the code; `about:blank` unless told (RFC 9457, 4.2.1: then `title` is the status phrase). */
  typeOf?: (code: string) => string
}

/**
 * What a caller may know of `error`. An operational AppError tells its message; anything else is `internal_error`
 * and tells only the request id, under which the log has the rest.
 */
export function toProblem(error: unknown, { requestId, typeOf }: ProblemOptions = {}): Problem {
  const { status, code, detail, errors, members } = publicFacts(error)
  return {
    ...members,
    type: typeOf?.(code) ?? 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail,
    code,
    success: false,
    ...(errors === undefined || errors.length === 0 ? {} : { errors }),
    ...(requestId === undefined ? {} : { requestId }),
  }
}

interface PublicFacts {
  status: number
  code: string
  detail: string
  errors?: FieldError[] | undefined
  members?: AppError['members']
}

const INTERNAL_DETAIL =
  'Something went wrong on our side. Try again; if it stays, give the request id to the operator of this server.'

function publicFacts(error: unknown): PublicFacts {
  if (!(error instanceof AppError)) return { status: 500, code: 'internal_error', detail: INTERNAL_DETAIL }
  const { status, code, errors, members } = error
  if (!error.isOperational) return { status, code: 'internal_error', detail: INTERNAL_DETAIL }
  return { status, code, detail: error.message, errors, members }
}
