import { defineErrors } from '@seaworthy/kit'

export const appJobErrors = defineErrors({
  app_job_not_found: {
    status: 404,
    message: 'There is no job {id} of yours. It may have been cleared away.',
  },
  confirm_count: {
    status: 400,
    message: 'To delete {count} apps, confirm with their number: {count}.',
  },
  tags_needed: { status: 400, message: 'Say which tags to add or to remove.' },
  file_not_there: {
    status: 404,
    message: 'This export is not ready, or its day is over. Export the app again.',
  },
})
