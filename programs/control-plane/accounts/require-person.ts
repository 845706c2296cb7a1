import { defineErrors } from '@seaworthy/kit'
import type { Actor, UserActor } from '../access/actor.ts'

export const personErrors = defineErrors({
  no_account: {
    status: 403,
    message:
      'The administrator of this machine has no account of their own here. Sign in as a person first: seaworthy login',
  },
})

/** For what people do about themselves. The policy lets only people and the machine's administrator that far. */
export function requirePerson(actor: Actor): UserActor {
  if (actor.kind !== 'user') throw personErrors.no_account()
  return actor
}
