import type { Actor } from '../access/actor.ts'
import type { Implementations } from '../http/endpoint-implementation.ts'
import type { PlatformStatus, StatusDocument } from '../http/ports.ts'

export function statusRoutes({ status }: { status: PlatformStatus }): Implementations {
  return {
    'status.get': { answer: async ({ actor }) => statusFor(actor, await status.status()) },
  }
}

/** Members learn how the platform is, and nothing about the machine or how much other teams have on it. Pure. */
export function statusFor(actor: Actor, status: StatusDocument): StatusDocument {
  if (administersAll(actor)) return status
  const { edge, mail } = status
  const to = mail.kind === 'file' ? 'mail.log in the home of the platform' : 'its mail server'
  return { ...status, edge: { ...edge, pid: null }, mail: { ...mail, to }, counts: null, home: null }
}

function administersAll(actor: Actor): boolean {
  if (actor.kind === 'local') return true
  if (actor.kind === 'public' || actor.access.platformRole !== 'admin') return false
  return actor.kind === 'user' || (actor.teamId === null && actor.appIds === null)
}
