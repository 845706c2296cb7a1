/** How routes come to the app that their address names. */
import { type AppAction, whyAppCannot } from '@seaworthy/api'
import type { Apps } from '../apps/apps.ts'
import { appErrors } from '../apps/errors.ts'
import type { AppRow } from '../store/schema.ts'
import { httpErrors } from './errors.ts'

/** Rejects with a 404 error for an unknown slug. */
export type FindApp = (slug: string) => Promise<AppRow>

export function createFindApp(apps: Pick<Apps, 'getBySlug'>): FindApp {
  return async slug => {
    const app = await apps.getBySlug(slug)
    if (!app) throw appErrors.app_not_found({ app: slug })
    return app
  }
}

/** Throws `not_in_this_state` with the reason as a sentence. */
export function requireAppCan(action: AppAction, app: AppRow): void {
  const reason = whyAppCannot(action, app)
  if (reason !== undefined) throw httpErrors.not_in_this_state({ reason })
}
