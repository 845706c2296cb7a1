import { defineErrors } from '@seaworthy/kit'

export const copyErrors = defineErrors({
  passphrase_needed: {
    status: 400,
    message: 'Secrets leave the platform only under a passphrase. Give one, or export without their values.',
  },
  passphrase_wrong: {
    status: 422,
    message:
      'The file holds secrets, and this passphrase does not open them. Give the one of the export; without any, the secrets stay behind.',
  },
  not_an_export: {
    status: 422,
    message: 'This is no export of an app: {problem}. Choose a file that "seaworthy apps export" has made.',
  },
  code_gone: {
    status: 409,
    message:
      'The code of the release that {slug} runs is no longer kept, so there is nothing to export. Deploy it once more, then export it.',
  },
})
