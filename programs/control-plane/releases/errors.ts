import { defineErrors } from '@seaworthy/kit'

export const releaseErrors = defineErrors({
  release_not_found: { status: 404, message: '{slug} has no release v{version}.' },
})
