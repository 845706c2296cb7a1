/**
 * The contract of the API: schemas, the catalogue of endpoints and what is made from it.
 * The typed client is `@seaworthy/api/client`, which loads none of this.
 */

export type { AppAccess, PersonAccess } from './access.ts'
export type { Account, LiveSession } from './account.ts'
export {
  type App,
  type AppState,
  appScaleSchema,
  MAX_APP_TAGS,
  slugSchema,
  type TrashedApp,
  tagSchema,
  tagsSchema,
} from './app.ts'
export { type AppAction, appCan, whyAppCannot } from './app-can.ts'
export {
  type AppJob,
  type BulkAction,
  type BulkOfApps,
  importFormSchema,
  MAX_BULK_APPS,
} from './app-job.ts'
export type { AppPlan } from './app-plan.ts'
export type { Approval, ApprovalRule, ReleaseChanges } from './approval.ts'
export type { AuditEntry, AuditVerdict } from './audit.ts'
export type { Build, BuildLogLine } from './build.ts'
export type { Canary, CanaryPlan } from './canary.ts'
export {
  type Deployment,
  type DeploymentEvent,
  type DeploymentState,
  deployUploadSchema,
  type GitOrigin,
} from './deployment.ts'
export { type DeploymentAction, deploymentCan, isDeploymentEnded } from './deployment-can.ts'
export type { DiskKind, DiskReclaimed, DiskReport } from './disk.ts'
export type { Domain } from './domain.ts'
export { type Action, type EndpointId, endpointList, type StreamKind } from './endpoint-list.ts'
export type { MadeApp } from './endpoint-schemas/app-jobs.ts'
export type { EndpointSchemasById } from './endpoint-schemas.ts'
export { type Endpoint, endpointOf, endpoints } from './endpoints.ts'
export {
  type Env,
  type EnvChanged,
  type EnvDiff,
  type EnvDifference,
  type EnvExport,
  type EnvVersion,
  envKeySchema,
  type SecretReaders,
} from './env.ts'
export type { Event } from './event.ts'
export { type ExecMessage, type ExecQuery, execMessageSchema } from './exec.ts'
export { EXEC_CLOSE, EXEC_PROTOCOL, EXEC_STREAM, type ExecEvent } from './exec-protocol.ts'
export type { AskingDevice, ClientSession, ClientTokens, Passkey, SecondFactor } from './factor.ts'
export type { AppFigures, Figures } from './figures.ts'
export type { FileEntry, FileView, FolderQuery } from './file.ts'
export type { Registry, TrashedVolume, Volume } from './image.ts'
export type { Instance, RunEvent } from './instance.ts'
export type { Job } from './job.ts'
export type { Keys } from './key.ts'
export type { AppLimits, InstanceEnd, ProcessLimits } from './limit.ts'
export type { LogLine } from './log.ts'
export { may, whyMayNot } from './may.ts'
export type { Observation, ObservationPatch } from './observation.ts'
export { openApiDocument } from './openapi.ts'
export { MAX_PAGE_LIMIT, type Pagination, paginate } from './paging.ts'
export type { Permissions } from './permission.ts'
export type { DeletionReceipt, PersonDocument, PersonExport } from './person.ts'
export { type FieldError, type Problem, problemSchema } from './problem.ts'
export { QUOTA_NAMES, type Quota, type QuotaName, type QuotaSubject, type Quotas } from './quota.ts'
export { type Receipt, receiptSchema } from './receipt.ts'
export type { Release } from './release.ts'
export type { Request, RequestEvent } from './request.ts'
export type { Role } from './role.ts'
export type { Identity, Session } from './session.ts'
export type { Setting } from './setting.ts'
export type { SharedEnv, SharedEnvChanged, SharedEnvSummary } from './shared-env.ts'
export type { Status, StatusDetails } from './status.ts'
export type {
  Grant,
  Invitation,
  InvitationMade,
  Member,
  OpenedInvitation,
  PersonRef,
  Team,
} from './team.ts'
export type { Timeline, TimelineEntry, TimelineKind } from './timeline.ts'
export type { MadeToken, Token } from './token.ts'
export type { HeaderCheck, Traffic } from './traffic.ts'
export type { Visits } from './visits.ts'
