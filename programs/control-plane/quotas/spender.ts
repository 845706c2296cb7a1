import type { Actor } from '../access/actor.ts'

/** The person whose quotas a request counts against; undefined for the machine itself. */
export function personOf(actor: Actor): string | undefined {
  return actor.kind === 'user' || actor.kind === 'token' ? actor.userId : undefined
}
