import { AppError, defineErrors } from '@seaworthy/kit'

export const quotaErrors = defineErrors({
  quota_exceeded: {
    status: 403,
    message: 'The quota {quota} of {subject} is {limit}, and {usage} {verb} used{day}. {advice}',
  },
  person_not_found: { status: 404, message: 'There is no person {person} here.' },
})

/** Insufficient Storage (RFC 4918, 11.5): the same that a full disk is answered with. */
const NO_ROOM = 507

interface Exceeded {
  quota: string
  /** `team shop`, `ada@example.org` */
  subject: string
  limit: number
  usage: number
  isDaily: boolean
}

/** Names the quota, its limit and its usage, for people and for programs. */
export function quotaExceeded({ quota, subject, limit, usage, isDaily }: Exceeded): Error {
  const advice = isDaily
    ? 'It begins anew at midnight UTC; an administrator of the platform can raise it.'
    : 'Free some of it, or ask an administrator of the platform to raise it.'
  const words = { verb: usage === 1 ? 'is' : 'are', day: isDaily ? ' today' : '', advice }
  const members = { quota, subject, limit, usage }
  const error = quotaErrors.quota_exceeded({ quota, subject, limit, usage, ...words }, { members })
  return quota === 'diskMb' ? new AppError(error.code, error.message, { members, status: NO_ROOM }) : error
}
