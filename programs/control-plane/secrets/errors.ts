import { defineErrors } from '@seaworthy/kit'

export const secretErrors = defineErrors({
  master_key_file_missing: {
    status: 500,
    message:
      'The key file {path} is missing, and the secrets in the database are sealed with its key "{keyId}". ' +
      'Restore the file from your backup (keys/master.json in the home), with mode 0600, and start again. ' +
      'docs/operations/keys.md says what to do when there is no backup.',
  },
  master_key_missing: {
    status: 500,
    message:
      'The key file {path} does not hold the key "{keyId}", with which secrets in the database are sealed. It is an ' +
      'older copy or that of another platform. Restore the newest keys/master.json from your backup and start again. ' +
      'docs/operations/keys.md says what to do when there is none.',
  },
  master_key_wrong: {
    status: 500,
    message:
      'The key "{keyId}" in {path} is not the one with which the secrets in the database are sealed: it opens none of ' +
      'them. Restore keys/master.json from your backup of this platform and start again. ' +
      'docs/operations/keys.md says what to do when there is none.',
  },
})
