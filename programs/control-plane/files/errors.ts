import { defineErrors } from '@seaworthy/kit'

export const fileErrors = defineErrors({
  file_not_found: { status: 404, message: 'There is no {path} in {where}.' },
  not_a_folder: {
    status: 422,
    message: '{path} is not a folder. A link is shown with what it names, and never followed.',
  },
  not_a_file: {
    status: 422,
    message: '{path} is not a file that can be read. Links, pipes, sockets and devices are never opened.',
  },
  folder_too_large: {
    status: 422,
    message:
      '{path} has more than {most} entries, which is too many to list. Look at it from within the app: seaworthy exec.',
  },
  file_unreadable: {
    status: 409,
    message:
      'The platform may not read {path}: its permissions forbid it. Change them from within the app: seaworthy exec.',
  },
  volume_not_found: { status: 404, message: '{slug} has no volume {volume}. See: seaworthy volumes.' },
  release_is_image: {
    status: 409,
    message:
      'Release v{version} of {slug} is an image, whose files lie with the Docker engine and not with the platform. Look at them from within the app: seaworthy exec.',
  },
  release_files_gone: {
    status: 404,
    message: 'The files of release v{version} of {slug} are gone. Deploy it again.',
  },
})
