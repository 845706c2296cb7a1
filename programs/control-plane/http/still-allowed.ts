/** Looks again, while a stream runs, whether its reader may still read it: roles and sessions end meanwhile. */
import { setInterval } from 'node:timers/promises'
import type { Action } from '@seaworthy/api'
import type { Logger } from '@seaworthy/kit'
import type { FastifyRequest } from 'fastify'
import { type ActorFinder, referenceToSession } from '../access/actor-finder.ts'
import { can } from '../access/policy.ts'
import type { FindResource } from './request-resource.ts'

export type StillAllowed = (request: FastifyRequest, action: Action) => Promise<boolean>

export function createStillAllowed({
  actors,
  findResource,
}: {
  actors: Pick<ActorFinder, 'find'>
  findResource: FindResource
}): StillAllowed {
  return async (request, action) => {
    const reference = referenceToSession(request.actor)
    const actor = reference && (await actors.find(reference))
    if (!actor) return false
    const found = await findResource(request).catch(() => undefined)
    // Another app may have taken the slug by now.
    if (!found || found.app?.id !== request.app?.id) return false
    return can(actor, action, found.resource)
  }
}

export interface WatchOptions {
  isAllowed: () => Promise<boolean>
  everyMs: number
  /** Aborts when the stream is over. */
  signal: AbortSignal
  onLost: () => void
  log: Logger
}

/** Calls `onLost` once it is not allowed any more; resolves then, or when `signal` aborts. */
export async function watchAccess({ isAllowed, everyMs, signal, onLost, log }: WatchOptions): Promise<void> {
  try {
    for await (const _ of setInterval(everyMs, undefined, { signal, ref: false })) {
      if (await isAllowed().catch(askedInVain(log))) continue
      return onLost()
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

/** While the database cannot be asked, nothing can have been taken away either. */
function askedInVain(log: Logger): (error: unknown) => boolean {
  return error => {
    log.warn({ err: error }, 'could not look whether a stream is still allowed')
    return true
  }
}
