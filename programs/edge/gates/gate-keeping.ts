import type { ConnectionBounds } from '../limits/connection-bounds.ts'
import type { Places } from '../limits/places.ts'
import type { RequestLimiter, Verdict } from '../limits/request-limiter.ts'
import type { RequestQueue } from '../limits/request-queue.ts'
import type { HeldRequests } from '../proxy/held-requests.ts'
import type { PasswordChecks } from './password-checks.ts'

/** Requests a minute by scope and client. A promise where other edges count along. */
export interface RequestRates {
  take(scope: string, address: string, perMinute: number): Verdict | Promise<Verdict>
}

/** What the gates of one worker count and remember. */
export interface GateKeeping {
  rates: RequestRates
  /** Wrong passwords; of this edge alone. */
  attempts: RequestLimiter
  places: Places
  queue: RequestQueue
  connections: ConnectionBounds
  passwords: PasswordChecks
  /** Requests at apps that are being worked on. */
  maintained: HeldRequests
}
