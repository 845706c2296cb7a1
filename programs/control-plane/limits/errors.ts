import { defineErrors } from '@seaworthy/kit'

export const limitErrors = defineErrors({
  limits_of_no_process: {
    status: 422,
    message: '{slug} has no process "{process}" that could be limited. It has {known}.',
  },
  limits_not_possible: { status: 422, message: 'These limits cannot be kept on this server: {problem}.' },
})
