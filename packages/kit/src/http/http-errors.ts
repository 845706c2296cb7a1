import { defineErrors } from '../error-catalogue.ts'

/** What the HTTP layer itself answers, before or instead of a route. */
export const httpErrors = defineErrors({
  bad_request: { status: 400, message: 'The request cannot be read: {reason}' },
  invalid_input: { status: 400, message: 'Some of what was sent is not right: {summary}' },
  invalid_json: {
    status: 400,
    message: 'The body is not valid JSON. Check for a missing quote or a trailing comma.',
  },
  empty_body: { status: 400, message: 'The body is empty, but its content type promises {type}.' },
  not_found: {
    status: 404,
    message: 'There is nothing at {method} {path}. Check the path, or see the API reference.',
  },
  method_not_allowed: { status: 405, message: '{method} does not work on {path}. Allowed: {allowed}.' },
  body_too_large: { status: 413, message: 'The body is larger than this route takes. Send less at a time.' },
  unsupported_media_type: { status: 415, message: 'This route does not take the content type {type}.' },
  expectation_failed: {
    status: 417,
    message: 'The only expectation that this server knows is 100-continue.',
  },
  request_refused: { status: 400, message: 'The request was refused: {reason}' },
  under_pressure: {
    status: 503,
    message: 'This server has too much to do at the moment. Try again in a few seconds.',
  },
  stopping: { status: 503, message: 'This server is stopping. Try again in a few seconds.' },
})
