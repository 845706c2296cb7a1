import { defineErrors } from '@seaworthy/kit'

export const deploymentErrors = defineErrors({
  deployment_not_found: { status: 404, message: '{slug} has no deployment {number}.' },
})
