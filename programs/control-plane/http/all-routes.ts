/** Every endpoint's implementation, from the domains. */
import { type AccountsRoutesOptions, accountsRoutes } from '../accounts/accounts.routes.ts'
import { type AppsRoutesOptions, appsRoutes } from '../apps/apps.routes.ts'
import { type BuildsRoutesOptions, buildsRoutes } from '../builds/builds.routes.ts'
import { type DeploymentsRoutesOptions, deploymentsRoutes } from '../deployments/deployments.routes.ts'
import { type EnvRoutesOptions, envRoutes } from '../env/env.routes.ts'
import { eventsRoutes } from '../events/events.routes.ts'
import type { Events } from '../events/events.ts'
import { type InstancesRoutesOptions, instancesRoutes } from '../instances/instances.routes.ts'
import type { JobLedger } from '../jobs/job-ledger.ts'
import { jobsRoutes } from '../jobs/jobs.routes.ts'
import { type LogsRoutesOptions, logsRoutes } from '../logs/logs.routes.ts'
import { statusRoutes } from '../platform/status.routes.ts'
import { releasesRoutes } from '../releases/releases.routes.ts'
import type { Releases } from '../releases/releases.ts'
import { type KeysRoutesOptions, keysRoutes } from '../secrets/keys.routes.ts'
import type { Implementations } from './endpoint-implementation.ts'
import type { PlatformStatus } from './ports.ts'

import { type TokensRoutesOptions, tokensRoutes } from '../tokens/tokens.routes.ts'
export type AllRoutesOptions = AccountsRoutesOptions &
  AppsRoutesOptions &
  BuildsRoutesOptions &
  DeploymentsRoutesOptions &
  EnvRoutesOptions &
  InstancesRoutesOptions &
  KeysRoutesOptions &
  SharedEnvRoutesOptions &
  LogsRoutesOptions &
  TokensRoutesOptions & { releases: Releases; events: Events; jobs: JobLedger; status: PlatformStatus }

export function allRoutes(options: AllRoutesOptions): Implementations {
  return {
    ...accountsRoutes(options),
    ...appsRoutes(options),
    ...deploymentsRoutes(options),
    ...buildsRoutes(options),
    ...releasesRoutes(options),
    ...envRoutes(options),
    ...instancesRoutes(options),
    ...keysRoutes(options),
    ...logsRoutes(options),
    ...eventsRoutes(options),
    ...jobsRoutes(options),
    ...statusRoutes(options),
  }
}
    ...tokensRoutes(options),
