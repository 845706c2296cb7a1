import type { FastifyError, FastifyRequest, FastifySchemaValidationError } from 'fastify'
import { AppError, type FieldError } from '../errors.ts'
import { STATUS_CODES } from '../lean-http.ts'
import { httpErrors } from './http-errors.ts'

/**
 * The AppError behind whatever a route, a hook, a plugin or Fastify itself threw. What is left as it is, is our bug:
 * it is answered as `internal_error`.
 */
export function toAppError(error: unknown, request: FastifyRequest): unknown {
  if (error instanceof AppError || !isFrameworkError(error)) return error
  return knownError(error, request) ?? refusal(error)
}

type FrameworkError = FastifyError & { statusCode?: number }

function isFrameworkError(error: unknown): error is FrameworkError {
  return error instanceof Error && ('statusCode' in error || 'validation' in error)
}

function knownError(error: FrameworkError, request: FastifyRequest): AppError | undefined {
  const extras = { cause: error }
  if (error.validation) return invalidInput(error)
  const type = String(request.headers['content-type'] ?? 'that was sent').slice(0, 100)
  switch (error.code) {
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return httpErrors.invalid_json({}, extras)
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return httpErrors.empty_body({ type }, extras)
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return httpErrors.body_too_large({}, extras)
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return httpErrors.unsupported_media_type({ type }, extras)
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return httpErrors.bad_request({ reason: 'the body is not as long as its content-length.' }, extras)
    case 'FST_ERR_BAD_URL':
      return httpErrors.bad_request({ reason: 'the path has a broken percent-encoding.' }, extras)
    default:
      return undefined
  }
}

/** An error of a plugin with a 4xx status: its status is right, its words may tell too much. */
function refusal(error: FrameworkError): unknown {
  const status = error.statusCode ?? 500
  if (status < 400 || status > 499) return error
  const reason = error.code?.startsWith('FST_') ? error.message : (STATUS_CODES[status] ?? 'refused')
  return new AppError('request_refused', `The request was refused: ${reason}.`.replace('..', '.'), {
    status,
    cause: error,
  })
}

function invalidInput(error: FrameworkError): AppError {
  const errors = (error.validation ?? []).map(issue => fieldError(issue, error.validationContext))
  const summary = errors.map(({ path, message }) => `${path || 'input'} ${message}`).join('; ')
  return httpErrors.invalid_input({ summary: summary || error.message }, { cause: error, errors })
}

/** `/processes/0/name` in the body becomes `processes.0.name`; elsewhere the place leads: `query.page`. */
function fieldError(issue: FastifySchemaValidationError, context: string | undefined): FieldError {
  const inPlace = issue.instancePath.split('/').filter(Boolean).map(unescapePointer)
  const missing = issue.params?.missingProperty
  if (issue.keyword === 'required' && typeof missing === 'string') inPlace.push(missing)
  const place =
    context === undefined || context === 'body' ? [] : [context === 'querystring' ? 'query' : context]
  return { path: [...place, ...inPlace].join('.'), message: issue.message ?? 'is not right' }
}

/** RFC 6901, section 3. */
function unescapePointer(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~')
}
