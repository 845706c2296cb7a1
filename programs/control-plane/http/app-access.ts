/** What an app allows in its present state, as the routes ask it. */
import { type AppAction, whyAppCannot } from '@seaworthy/api'
import type { AppRow } from '../store/schema.ts'
import { httpErrors } from './errors.ts'

/** Throws `not_in_this_state` with the reason as a sentence. */
export function requireAppCan(action: AppAction, app: AppRow): void {
  const reason = whyAppCannot(action, app)
  if (reason !== undefined) throw httpErrors.not_in_this_state({ reason })
}
