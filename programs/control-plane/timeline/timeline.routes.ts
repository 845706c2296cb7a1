import type { Actor } from '../access/actor.ts'
import { visibleEntries } from '../audit/audit-visibility.ts'
import type { Implementations } from '../http/endpoint-implementation.ts'
import { milliseconds } from '../http/times.ts'
import { figureErrors } from '../request-figures/errors.ts'
import type { AppRow } from '../store/schema.ts'
import type { Timeline } from './timeline.ts'

const DAY_MS = 86_400_000

export function timelineRoutes({ timeline }: { timeline: Timeline }): Implementations {
  return {
    'timeline.get': {
      async answer({ app, query, actor }) {
        const to = milliseconds(query.to) ?? Date.now() + 1
        const from = milliseconds(query.from) ?? to - DAY_MS
        if (from >= to) throw figureErrors.figures_time_wrong()
        return timeline.read({ app, from, to, withAudit: seesAuditOf(actor, app) })
      },
    },
  }
}

/** Who reads the audit log of the app: its administrators. */
function seesAuditOf(actor: Actor, app: AppRow): boolean {
  const { anyOf, teamId, appIds } = visibleEntries(actor)
  const isWithin = (teamId === null || teamId === app.team_id) && (appIds === null || appIds.includes(app.id))
  if (!isWithin) return false
  return anyOf === 'everything' || anyOf.appIds.includes(app.id) || anyOf.teamIds.includes(app.team_id)
}
