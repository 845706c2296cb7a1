import { defineErrors } from '@seaworthy/kit'

export const appErrors = defineErrors({
  app_not_found: { status: 404, message: 'There is no app {app}.' },
  slug_invalid: { status: 422, message: '{problem}' },
  slug_taken: { status: 409, message: 'There is an app named {slug} already. Choose another name.' },
  restore_slug_taken: {
    status: 409,
    message:
      'Another app is named {slug} by now, so this one cannot come back. Delete or rename that one first, then restore this one.',
  },
  team_gone: { status: 409, message: 'The team was deleted meanwhile. Choose another one.' },
  app_not_in_trash: { status: 409, message: 'App {slug} is not in the trash.' },
})
