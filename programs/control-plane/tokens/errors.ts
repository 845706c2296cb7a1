import { defineErrors } from '@seaworthy/kit'

export const tokenErrors = defineErrors({
  token_not_found: { status: 404, message: 'There is no token "{token}", or you may not see it.' },
  token_needs_person: {
    status: 422,
    message:
      'A token belongs to a person, and over the socket of this machine nobody is signed in. Sign in first: seaworthy login.',
  },
  token_ended: {
    status: 409,
    message: 'The token "{token}" is {state}. Make a new one: seaworthy tokens create.',
  },
  too_many_tokens: {
    status: 409,
    message:
      'You have {max} tokens, which is the most. Revoke one that you no longer need: seaworthy tokens revoke ID.',
  },
  app_outside_team: {
    status: 422,
    message:
      'The app "{app}" does not belong to the team "{team}", so the token would open nothing. Leave one of them out.',
  },
})
