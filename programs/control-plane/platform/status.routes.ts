import type { Actor } from '../access/actor.ts'
import type { Implementations } from '../http/endpoint-implementation.ts'
import type { PlatformStatus, StatusDocument } from '../http/ports.ts'
import type { StatusDetailsReader } from './status-details.ts'

export interface StatusRoutesOptions {
  status: PlatformStatus
  /** For administrators alone: it reads more than the rest together. */
  statusDetails: Pick<StatusDetailsReader, 'read'>
}

export function statusRoutes({ status, statusDetails }: StatusRoutesOptions): Implementations {
  return {
    'status.get': {
      async answer({ actor }) {
        const whole = await status.status()
        if (!administersAll(actor)) return statusFor(actor, whole)
        return { ...whole, details: await statusDetails.read(whole.edge.pid) }
      },
    },
  }
}

/** Members learn how the platform is, and nothing about the machine or how much other teams have on it. Pure. */
export function statusFor(actor: Actor, status: StatusDocument): StatusDocument {
  if (administersAll(actor)) return status
  const { edge, mail } = status
  const to = mail.kind === 'file' ? 'mail.log in the home of the platform' : 'its mail server'
  return {
    ...status,
    edge: { ...edge, pid: null },
    mail: { ...mail, to },
    counts: null,
    details: null,
    home: null,
  }
}

function administersAll(actor: Actor): boolean {
  if (actor.kind === 'local') return true
  if (actor.kind === 'public' || actor.access.platformRole !== 'admin') return false
  return actor.kind === 'user' || (actor.teamId === null && actor.appIds === null)
}
