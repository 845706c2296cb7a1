import { requireAppCan } from '../http/app-access.ts'
import type { Call, Implementations } from '../http/endpoint-implementation.ts'
import { refuseScale } from '../instances/app-instances.ts'
import type { InstanceManager } from '../instances/instance-manager.ts'
import { lastingProcesses } from '../instances/instance-plan.ts'
import type { AppLimits } from '../limits/app-limits.ts'
import type { ReleaseSettings } from '../releases/release-settings.ts'
import type { Releases } from '../releases/releases.ts'
import type { AppRow } from '../store/schema.ts'
import { planApp } from './app-plan.ts'

export interface AppPlanRoutesOptions {
  releases: Pick<Releases, 'getById'>
  appLimits: Pick<AppLimits, 'check' | 'own'>
  manager: Pick<InstanceManager, 'live'>
}

export function appPlanRoutes(options: AppPlanRoutesOptions): Implementations {
  return {
    'apps.plan': {
      async answer({ app, body, audit }) {
        audit.skip()
        requireAppCan('update', app)
        await refuse(options, app, body)
        const limits = await options.appLimits.own(app.id)
        return planApp({ app, running: runningOf(options, app), limits, change: body })
      },
    },
  }
}

/** What would be refused when it is made is refused when it is planned. */
async function refuse(
  { releases, appLimits }: AppPlanRoutesOptions,
  app: AppRow,
  { scale = {}, limits }: Call<'apps.plan'>['body'],
): Promise<void> {
  if (limits !== undefined) await appLimits.check(app, limits)
  if (Object.keys(scale).length === 0 || app.current_release_id === null) return
  const release = await releases.getById(app.current_release_id)
  const { processes = {} } = JSON.parse(release?.settings_json ?? '{}') as Partial<ReleaseSettings>
  for (const [process, count] of Object.entries(scale))
    refuseScale(app, lastingProcesses(processes), process, count)
}

function runningOf({ manager }: AppPlanRoutesOptions, app: AppRow): Record<string, number> {
  const running: Record<string, number> = {}
  for (const { row } of manager.live()) {
    if (row.app_id === app.id) running[row.process] = (running[row.process] ?? 0) + 1
  }
  return running
}
