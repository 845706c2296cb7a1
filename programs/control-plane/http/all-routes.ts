/** Every endpoint's implementation, from the domains. */
import { type AccessRoutesOptions, accessRoutes } from '../access/access.routes.ts'
import { type AccountsRoutesOptions, accountsRoutes } from '../accounts/accounts.routes.ts'
import { deviceLoginRoutes } from '../accounts/device-login.routes.ts'
import { ownAccountRoutes } from '../accounts/own-account.routes.ts'
import { passkeysRoutes } from '../accounts/passkeys.routes.ts'
import { type SecondFactorRoutesOptions, secondFactorRoutes } from '../accounts/second-factor.routes.ts'
import { sessionsRoutes } from '../accounts/sessions.routes.ts'
import { signInStepsRoutes } from '../accounts/sign-in-steps.routes.ts'
import { type AppJobsRoutesOptions, appJobsRoutes } from '../app-jobs/app-jobs.routes.ts'
import { type AppPlanRoutesOptions, appPlanRoutes } from '../apps/app-plan.routes.ts'
import { type AppsRoutesOptions, appsRoutes } from '../apps/apps.routes.ts'
import { type AuditRoutesOptions, auditRoutes } from '../audit/audit.routes.ts'
import { type BuildsRoutesOptions, buildsRoutes } from '../builds/builds.routes.ts'
import { type CacheRoutesOptions, cacheRoutes } from '../cache/cache.routes.ts'
import { type ApprovalRoutesOptions, approvalRoutes } from '../deployments/approvals/approval.routes.ts'
import { type CanaryRoutesOptions, canaryRoutes } from '../deployments/canary.routes.ts'
import { type DeploymentsRoutesOptions, deploymentsRoutes } from '../deployments/deployments.routes.ts'
import { type DiskRoutesOptions, diskRoutes } from '../disk/disk.routes.ts'
import { type DomainsRoutesOptions, domainsRoutes } from '../domains/domains.routes.ts'
import { type EnvRoutesOptions, envRoutes } from '../env/env.routes.ts'
import { type SharedEnvRoutesOptions, sharedEnvRoutes } from '../env/shared-env.routes.ts'
import { eventsRoutes } from '../events/events.routes.ts'
import type { Events } from '../events/events.ts'
import { type ExecRoutesOptions, execRoutes } from '../exec/exec.routes.ts'
import { type FilesRoutesOptions, filesRoutes } from '../files/files.routes.ts'
import { type ImagesRoutesOptions, imagesRoutes } from '../images/images.routes.ts'
import { type InstancesRoutesOptions, instancesRoutes } from '../instances/instances.routes.ts'
import type { JobLedger } from '../jobs/job-ledger.ts'
import { jobsRoutes } from '../jobs/jobs.routes.ts'
import { type LimitsRoutesOptions, limitsRoutes } from '../limits/limits.routes.ts'
import { type LogsRoutesOptions, logsRoutes } from '../logs/logs.routes.ts'
import { type MailRoutesOptions, mailRoutes } from '../mail/mail.routes.ts'
import { type PeopleRoutesOptions, peopleRoutes } from '../people/people.routes.ts'
import { type PageFailuresRoutesOptions, pageFailuresRoutes } from '../platform/page-failures.routes.ts'
import { type SettingsRoutesOptions, settingsRoutes } from '../platform/settings.routes.ts'
import { type StatusRoutesOptions, statusRoutes } from '../platform/status.routes.ts'
import { type QuotasRoutesOptions, quotasRoutes } from '../quotas/quotas.routes.ts'
import { releasesRoutes } from '../releases/releases.routes.ts'
import type { Releases } from '../releases/releases.ts'
import { type FiguresRoutesOptions, figuresRoutes } from '../request-figures/figures.routes.ts'
import { type RequestsRoutesOptions, requestsRoutes } from '../requests/requests.routes.ts'
import { type KeysRoutesOptions, keysRoutes } from '../secrets/keys.routes.ts'
import { type GrantsRoutesOptions, grantsRoutes } from '../teams/grants.routes.ts'
import { type InvitationsRoutesOptions, invitationsRoutes } from '../teams/invitations.routes.ts'
import { type TeamsRoutesOptions, teamsRoutes } from '../teams/teams.routes.ts'
import { timelineRoutes } from '../timeline/timeline.routes.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { type TokensRoutesOptions, tokensRoutes } from '../tokens/tokens.routes.ts'
import { type TrafficRoutesOptions, trafficRoutes } from '../traffic/traffic.routes.ts'
import { type VisitsRoutesOptions, visitsRoutes } from '../visits/visits.routes.ts'
import { type VolumesRoutesOptions, volumesRoutes } from '../volumes/volumes.routes.ts'
import type { Implementations } from './endpoint-implementation.ts'

export type AllRoutesOptions = AccessRoutesOptions &
  AccountsRoutesOptions &
  AppPlanRoutesOptions &
  AppJobsRoutesOptions &
  AppsRoutesOptions &
  AuditRoutesOptions &
  ApprovalRoutesOptions &
  BuildsRoutesOptions &
  CacheRoutesOptions &
  CanaryRoutesOptions &
  DeploymentsRoutesOptions &
  DiskRoutesOptions &
  DomainsRoutesOptions &
  EnvRoutesOptions &
  ExecRoutesOptions &
  FilesRoutesOptions &
  GrantsRoutesOptions &
  ImagesRoutesOptions &
  InstancesRoutesOptions &
  InvitationsRoutesOptions &
  KeysRoutesOptions &
  SharedEnvRoutesOptions &
  LimitsRoutesOptions &
  LogsRoutesOptions &
  MailRoutesOptions &
  SecondFactorRoutesOptions &
  PeopleRoutesOptions &
  QuotasRoutesOptions &
  FiguresRoutesOptions &
  RequestsRoutesOptions &
  VisitsRoutesOptions &
  VolumesRoutesOptions &
  PageFailuresRoutesOptions &
  SettingsRoutesOptions &
  StatusRoutesOptions &
  TeamsRoutesOptions &
  TokensRoutesOptions &
  TrafficRoutesOptions & {
    releases: Releases
    events: Events
    jobs: JobLedger
    timeline: Timeline
  }

export function allRoutes(options: AllRoutesOptions): Implementations {
  return {
    ...accountsRoutes(options),
    ...sessionsRoutes(options),
    ...ownAccountRoutes(options),
    ...signInStepsRoutes(options),
    ...secondFactorRoutes(options),
    ...passkeysRoutes(options),
    ...deviceLoginRoutes(options),
    ...appsRoutes(options),
    ...appJobsRoutes(options),
    ...appPlanRoutes(options),
    ...deploymentsRoutes(options),
    ...approvalRoutes(options),
    ...buildsRoutes(options),
    ...releasesRoutes(options),
    ...diskRoutes(options),
    ...volumesRoutes(options),
    ...domainsRoutes(options),
    ...envRoutes(options),
    ...execRoutes(options),
    ...filesRoutes(options),
    ...instancesRoutes(options),
    ...keysRoutes(options),
    ...sharedEnvRoutes(options),
    ...limitsRoutes(options),
    ...logsRoutes(options),
    ...mailRoutes(options),
    ...peopleRoutes(options),
    ...quotasRoutes(options),
    ...requestsRoutes(options),
    ...figuresRoutes(options),
    ...visitsRoutes(options),
    ...timelineRoutes(options),
    ...eventsRoutes(options),
    ...jobsRoutes(options),
    ...statusRoutes(options),
    ...settingsRoutes(options),
    ...pageFailuresRoutes(options),
    ...tokensRoutes(options),
    ...cacheRoutes(options),
    ...trafficRoutes(options),
    ...imagesRoutes(options),
    ...canaryRoutes(options),
    ...auditRoutes(options),
    ...teamsRoutes(options),
    ...invitationsRoutes(options),
    ...grantsRoutes(options),
    ...accessRoutes(options),
  }
}
