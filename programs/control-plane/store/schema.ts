/**
 * The tables, as Kysely sees them. One schema for SQLite and PostgreSQL:
 * times are whole milliseconds since 1970 (`…_at`, bigint on PostgreSQL), flags are 0 or 1,
 * `…_json` columns hold JSON text. Ids are text from `newId()`, ordered by time.
 */
import type { Generated } from 'kysely'
import type {
  AccessTokenRow,
  ApiTokenRow,
  AppGrantRow,
  AuditEntryRow,
  CredentialRow,
  DeletionReceiptRow,
  DeviceCodeRow,
  InvitationRow,
  PasskeyRow,
  PersonExportRow,
  QuotaRow,
  RateLimitRow,
  RefreshTokenRow,
  SessionRow,
  SharedEnvVersionRow,
  TeamMemberRow,
  TeamRow,
  TwoFactorRow,
  UsageDayRow,
  UserRow,
  VerificationRow,
} from './account-rows.ts'
import type { AppApprovalRow, DeploymentApprovalRow } from './approval-rows.ts'
import type { DiskSampleRow } from './disk-rows.ts'
import type { AcmeAccountRow, CertificateRow, DomainRow } from './domain-rows.ts'
import type { AppLimitsRow, InstanceEndRow } from './limit-rows.ts'
import type {
  ObservationRow,
  RequestFigureRow,
  RequestTotalsRow,
  ResourceFigureRow,
  VisitFigureRow,
  VisitNameRow,
} from './sight-rows.ts'

export type * from './account-rows.ts'
export type * from './disk-rows.ts'
export type * from './domain-rows.ts'
export type * from './limit-rows.ts'
export type * from './sight-rows.ts'

export interface Database {
  apps: AppRow
  env_versions: EnvVersionRow
  sources: SourceRow
  builds: BuildRow
  artifacts: ArtifactRow
  registries: RegistryRow
  disk_samples: DiskSampleRow
  pulled_images: PulledImageRow
  trashed_volumes: TrashedVolumeRow
  releases: ReleaseRow
  deployments: DeploymentRow
  instances: InstanceRow
  /** The database numbers the jobs. */
  jobs: Omit<JobRow, 'sequence'> & { sequence: Generated<number> }
  events: EventRow
  domains: DomainRow
  certificates: CertificateRow
  acme_accounts: AcmeAccountRow
  app_traffic: AppTrafficRow
  app_limits: AppLimitsRow
  app_approvals: AppApprovalRow
  deployment_approvals: DeploymentApprovalRow
  instance_ends: InstanceEndRow
  platform_settings: PlatformSettingRow
  user: UserRow
  account: CredentialRow
  session: SessionRow
  twoFactor: TwoFactorRow
  passkey: PasskeyRow
  deviceCode: DeviceCodeRow
  verification: VerificationRow
  teams: TeamRow
  team_members: TeamMemberRow
  invitations: InvitationRow
  app_grants: AppGrantRow
  refresh_tokens: RefreshTokenRow
  access_tokens: AccessTokenRow
  api_tokens: ApiTokenRow
  audit_entries: AuditEntryRow
  quotas: QuotaRow
  usage_days: UsageDayRow
  shared_env_versions: SharedEnvVersionRow
  rate_limits: RateLimitRow
  person_exports: PersonExportRow
  deletion_receipts: DeletionReceiptRow
  request_figures: RequestFigureRow
  request_totals: RequestTotalsRow
  resource_figures: ResourceFigureRow
  visit_figures: VisitFigureRow
  visit_names: VisitNameRow
  observations: ObservationRow
}

export type AppState = 'active' | 'asleep' | 'stopped' | 'suspended' | 'deleting'

export interface AppRow {
  id: string
  /** Unique among apps that are not in the trash (partial unique index). */
  slug: string
  name: string
  state: AppState
  /** Words that its people sort it by, sorted: `["billing", "internal"]`. */
  tags_json: string
  /** `{ "web": 1, "worker": 1 }`: wanted instances by process. */
  scale_json: string
  /** Minutes without a request until the app sleeps; null: the platform's default; 0: never. */
  sleep_after_minutes: number | null
  current_release_id: string | null
  /** Where the code last came from, for "pull the latest": `{ kind: 'git', url, ref, subdirectory } | null`. */
  origin_json: string | null
  team_id: string
  /** `production`, `staging` …: which of the team's shared variables it gets. */
  environment: string
  /** A number of its own per app, from which the app's unprivileged user is derived. */
  user_number: number
  last_request_at: number | null
  created_at: number
  updated_at: number
  /** The person who made it; null where nobody knows. */
  made_by: string | null
  /** When the app was put in the trash; it is purged for good at `purge_at`. */
  deleted_at: number | null
  purge_at: number | null
}

/** Append-only: nobody edits a version, a change is a new one. */
export interface EnvVersionRow {
  id: string
  app_id: string
  version: number
  /** `{ KEY: { secret: boolean, value: string } }`; a secret's value is sealed by the key ring. */
  document_json: string
  author: string
  created_at: number
}

export interface SourceRow {
  id: string
  app_id: string
  digest: string
  kind: 'archive' | 'directory' | 'git' | 'image'
  /** `{ filename } | { url, ref, commit, subdirectory } | { reference, pinned, manifest }` */
  origin_json: string
  size_bytes: number
  entries: number
  created_at: number
}

export type BuildState = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled'

export interface BuildRow {
  id: string
  app_id: string
  number: number
  source_id: string
  state: BuildState
  artifact_digest: string | null
  /** The builder's `BuildResult` without its paths: processes, static, runtime. */
  result_json: string | null
  /** `[{ name, startedAt, finishedAt, state }]` */
  steps_json: string
  error_code: string | null
  error_message: string | null
  created_at: number
  started_at: number | null
  finished_at: number | null
  /** Why it does not start yet, while it is queued. */
  waiting_for: string | null
  /** The most memory that its commands had at once. */
  peak_memory_bytes: number | null
}

/** A sign-in for a registry of images. */
export interface RegistryRow {
  id: string
  team_id: string
  host: string
  /** `{ username, password }`, the password sealed. */
  document_json: string
  updated_at: number
}

export interface ArtifactRow {
  digest: string
  kind: 'tree' | 'image'
  size_bytes: number
  created_at: number
}

/** Never edited. A rollback is a new release with an old artifact. */
export interface ReleaseRow {
  id: string
  app_id: string
  /** The 42 of `v42`. */
  version: number
  artifact_digest: string
  build_id: string
  env_version: number
  /** `ReleaseSettings`: processes, static, runtime, health, resources, idle, headers, limits. */
  settings_json: string
  reason: 'deploy' | 'rollback' | 'env' | 'settings'
  /** The release this one repeats, for a rollback. */
  rollback_of: number | null
  /** The versions of the team's shared variables, by environment: `{ "": 3, "production": 2 }`. */
  shared_env_json: string | null
  created_by: string
  created_at: number
}

export type DeploymentState =
  | 'queued'
  | 'awaiting_approval'
  | 'starting'
  | 'canary'
  | 'switching'
  | 'watching'
  | 'draining'
  | 'succeeded'
  | 'failed'
  | 'cancelled'

export interface DeploymentRow {
  id: string
  app_id: string
  number: number
  state: DeploymentState
  reason: 'deploy' | 'rollback' | 'env' | 'settings' | 'restart'
  build_id: string | null
  /** Null until the build has made one. */
  release_id: string | null
  /** What served before the switch, and what serves again if this one fails. */
  previous_release_id: string | null
  job_id: string | null
  scheduled_at: number | null
  error_code: string | null
  error_message: string | null
  receipt_json: string | null
  /** `CanaryRecord`, for a deployment that is to get a share of the requests first. */
  canary_json: string | null
  created_by: string
  created_at: number
  started_at: number | null
  switched_at: number | null
  finished_at: number | null
}

export type InstanceState = 'starting' | 'healthy' | 'unhealthy' | 'draining' | 'stopped' | 'crashed'

export interface InstanceRow {
  id: string
  app_id: string
  release_id: string
  /** The deployment that started it; null for one started by a wake-up, a scale or a restart after a crash. */
  deployment_id: string | null
  process: string
  state: InstanceState
  runtime: string
  /** What the runtime driver needs to find the instance again after a restart of the control plane. */
  handle_json: string
  port: number | null
  created_at: number
  healthy_at: number | null
  stopped_at: number | null
  /** `{ code, signal, oomKilled }` */
  exit_json: string | null
  /** `{ memoryMb, cpus, processes, openFiles, diskMb }` that it was started with; null for those older than limits. */
  limits_json: string | null
}

export type JobState = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled'

export interface JobRow {
  id: string
  /** Order of arrival; jobs with the same `queue_key` run one at a time in this order. */
  sequence: number
  kind: string
  queue_key: string | null
  /** At most one unfinished job holds a given key. */
  dedupe_key: string | null
  state: JobState
  payload_json: string
  /** `{ [step]: result }`: what a resumed job need not do again. */
  steps_json: string
  /** How often it was started. Fences: only the worker of the newest attempt may change the row. */
  attempts: number
  /** Attempts that ended with an error or at their deadline; the job fails for good at `max_attempts` of them. */
  failures: number
  /** Attempts whose worker vanished (killed, hung); they do not count as failures, but are bounded too. */
  losses: number
  max_attempts: number
  /** Not before; `created_at` when at once. */
  run_at: number
  /** Longest time one attempt may take. */
  deadline_ms: number
  lease_owner: string | null
  lease_until: number | null
  cancel_requested: number
  error_json: string | null
  correlation_id: string | null
  created_at: number
  started_at: number | null
  finished_at: number | null
}

/** What an app's own settings say about its traffic; a missing row says nothing. */
export interface AppTrafficRow {
  app_id: string
  /** Counts the changes, so that one who edits an old state is told. */
  version: number
  /** `TrafficSettings`: each key replaces the one of the release. Passwords are hashes. */
  settings_json: string
  /** `MaintenanceSettings` while the app is being worked on. */
  maintenance_json: string | null
  updated_at: number
}

/** An image that a build had to bring to the engine. */
export interface PulledImageRow {
  image_id: string
  /** As the engine lists it. */
  name: string
  pulled_at: number
}

/** A volume that waits in the trash, as `volumes/<app id>/.trash/<id>`. */
export interface TrashedVolumeRow {
  id: string
  app_id: string
  name: string
  /** `removed`: somebody removed it; `manifest`: the release that runs no longer names it. */
  cause: 'removed' | 'manifest'
  size_bytes: number
  deleted_at: number
  purge_at: number
}

/** A fact that happened: `deployment:switched`, `instance:crashed`, `app:slept` … */
export interface EventRow {
  id: string
  app_id: string | null
  type: string
  data_json: string
  created_at: number
}

export interface PlatformSettingRow {
  key: string
  value_json: string
  updated_at: number
}
