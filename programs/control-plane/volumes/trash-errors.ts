import { defineErrors } from '@seaworthy/kit'

export const trashErrors = defineErrors({
  volume_not_found: { status: 404, message: '{slug} has no volume {name}.' },
  volume_in_use: {
    status: 409,
    message:
      'The volume {name} is at {path} in the release of {slug} that runs now. Take it out of seaworthy.json and deploy, then remove it.',
  },
  volume_in_deployment: {
    status: 409,
    message:
      'A deployment of {slug} is under way and may need the volume {name}. Try again when it has ended.',
  },
  trash_full: {
    status: 409,
    message:
      'The volume {name} of {slug} has {size}, and the trash has room for {free} (SEAWORTHY_TRASH_MAX_MB): {used} of removed volumes wait in it. Empty some of it first: seaworthy volumes trash.',
  },
  trashed_volume_not_found: {
    status: 404,
    message: 'The trash of {slug} has no volume {id}. See what it has: seaworthy volumes trash.',
  },
  volume_exists: {
    status: 409,
    message: '{slug} has a volume {name} again. Remove that one first, then restore this.',
  },
})
