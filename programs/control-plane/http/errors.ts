import { AppError, defineErrors, type FieldError } from '@seaworthy/kit'

/** What the routes refuse before they ask a domain. */
export const httpErrors = defineErrors({
  sign_in_required: { status: 401, message: 'Sign in first: seaworthy login, or the dashboard.' },
  not_allowed: { status: 403, message: 'You may not do this: {reason}' },
  nothing_here: { status: 404, message: 'There is nothing here, or nothing that you may see.' },
  team_needed: {
    status: 422,
    message: 'You are in several teams. Say which one the app belongs to: --team SLUG.',
  },
  team_not_found: { status: 404, message: 'There is no team "{team}", or you are not in it.' },
  host_refused: {
    status: 421,
    message:
      'This address is not one of the platform’s own. Use localhost, or set the domain of the dashboard.',
  },
  not_in_this_state: { status: 409, message: '{reason}' },
  confirm_mismatch: { status: 400, message: 'To delete {slug}, give exactly its slug as confirm.' },
  upgrade_required: {
    status: 426,
    message:
      'This address is a WebSocket of the protocol {protocol}. Open it as one, or use: seaworthy exec.',
  },
  origin_refused: {
    status: 403,
    message: 'This page is not one of the platform’s own, so it may not open this.',
  },
  form_refused: { status: 400, message: 'The form is not as expected: {reason}.' },
  upload_broken_off: {
    status: 400,
    message: 'The upload broke off before its end. Nothing was kept; try again.',
  },
  upload_too_large: {
    status: 413,
    message: 'The archive is larger than {limit} MB. Leave out what the build does not need.',
  },
})

/** Names every wrong field, under the code that the kit gives to such errors. */
export class InvalidInput extends AppError {
  constructor(errors: FieldError[]) {
    const summary = errors.map(({ path, message }) => `${path || 'the body'} ${message}`).join('; ')
    super('invalid_input', `Some of what was sent is not right: ${summary}.`, { status: 400, errors })
  }
}
