import { defineErrors } from '@seaworthy/kit'

export const trafficErrors = defineErrors({
  traffic_changed: {
    status: 409,
    message:
      'Somebody changed the traffic settings of {slug} meanwhile: they are at version {version}. Read them again, then send your change.',
  },
  password_missing: {
    status: 422,
    message: 'User {name} has no password yet. Give one as "password"; only its hash is kept.',
  },
  never_live: {
    status: 409,
    message: '{slug} was never live, so there is no answer to look at. Deploy it first.',
  },
  no_answer: {
    status: 502,
    message: '{slug} gave no answer through the edge: {reason}. Look at its log: seaworthy logs --app {slug}',
  },
})
