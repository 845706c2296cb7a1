import type { InstanceEnd } from '@seaworthy/api'
import type { Resources } from '@seaworthy/runtime/resources'
import { actorName } from '../access/actor.ts'
import {
  type CountedRedeployOptions,
  redeployCounted,
  requireDeployment,
} from '../deployments/counted-redeploy.ts'
import type { Events } from '../events/events.ts'
import { requireAppCan } from '../http/app-access.ts'
import type { Call, Implementations } from '../http/endpoint-implementation.ts'
import { isoTime } from '../http/times.ts'
import type { AppRow, InstanceEndRow } from '../store/schema.ts'
import type { End } from './end-sentence.ts'
import { limitErrors } from './errors.ts'
import type { KeptLine } from './instance-ends.ts'
import { LimitsView, type LimitsViewOptions } from './limits-view.ts'

export interface LimitsRoutesOptions extends LimitsViewOptions, CountedRedeployOptions {
  events: Events
}

const DEFAULT_ENDS = 5
/** Commands that run once, in limits like any process. */
const ONE_OFF_PROCESSES = ['release', 'run']

export function limitsRoutes(options: LimitsRoutesOptions): Implementations {
  const view = new LimitsView(options)
  return {
    'limits.get': { answer: ({ app }) => view.show(app) },
    'limits.replace': { answer: call => replaceLimits(options, view, call) },
    'instances.ends': {
      async answer({ app, query }) {
        const rows = await options.instanceEnds.list(app.id, query.limit ?? DEFAULT_ENDS)
        return rows.map(endDocument)
      },
    },
  }
}

/** What runs gets the new limits with fresh instances, at once. */
async function replaceLimits(
  options: LimitsRoutesOptions,
  view: LimitsView,
  { app, body, actor, audit }: Call<'limits.replace'>,
) {
  requireAppCan('update', app)
  const { before } = await options.appLimits.check(app, body)
  await refuseUnknownProcesses(view, app, { before, body })
  if (JSON.stringify(before) === JSON.stringify(body)) return { ...(await view.show(app)), deployment: null }
  await requireDeployment(options, { app, actor })
  await options.appLimits.replace(app, body)
  audit({ before: { limits: before }, after: { limits: body } })
  const data = { actor: actorName(actor), resources: body }
  await options.events.append({ appId: app.id, type: 'limits:changed', data })
  const deployment = await redeployCounted(options, { app, actor, reason: 'settings' })
  return { ...(await view.show(app)), deployment: deployment?.number ?? null }
}

/** Limits of a process that is misspelt would hold for nobody. Those that an earlier release had may stay. */
async function refuseUnknownProcesses(
  view: LimitsView,
  app: AppRow,
  { before, body }: Record<'before' | 'body', Resources>,
): Promise<void> {
  const known = await view.processes(app)
  if (!known) return
  const allowed = new Set([...known, ...ONE_OFF_PROCESSES, ...Object.keys(before.perProcess ?? {})])
  const process = Object.keys(body.perProcess ?? {}).find(name => !allowed.has(name))
  if (process === undefined) return
  const list = known.length === 0 ? 'none: it is a static app' : known.join(', ')
  throw limitErrors.limits_of_no_process({ slug: app.slug, process, known: list })
}

function endDocument({
  instance_id: instance,
  process,
  at,
  reason,
  end_json,
  lines_json,
}: InstanceEndRow): InstanceEnd {
  const { code, signal, sentence } = JSON.parse(end_json) as End
  const lines = (JSON.parse(lines_json) as KeptLine[]).map(line => ({ ...line, at: isoTime(line.at) }))
  return { instance, process, at: isoTime(Number(at)), reason, sentence, code, signal, lines }
}
