import { defineErrors } from '@seaworthy/kit'

export const limitErrors = defineErrors({
  limits_not_possible: { status: 422, message: 'These limits cannot be kept on this server: {problem}.' },
})
