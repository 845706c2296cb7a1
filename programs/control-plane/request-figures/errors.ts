import { defineErrors } from '@seaworthy/kit'

export const figureErrors = defineErrors({
  figures_time_wrong: {
    status: 422,
    message: 'The time asked for ends before it begins. Give a `to` after `from`.',
  },
  figures_too_many: {
    status: 422,
    message:
      'That are {points} points, and one answer has {limit} at most. Ask for a shorter time or a longer step.',
  },
})
