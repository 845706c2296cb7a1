/** What the routes ask of the rest of the control plane. */
import type { DeploymentEvent, Status } from '@seaworthy/api'
import type { Actor } from '../access/actor.ts'
import type { ActorReference } from '../access/actor-finder.ts'
import type { CanaryPlan } from '../deployments/canary-record.ts'
import type { AppRow, DeploymentRow, DeploymentState, InstanceRow } from '../store/schema.ts'

/** `by`: asked again when the work starts. */
export interface Deployments {
  /** Reads the stream to its end. Rejects with `SourceRefused` and leaves nothing when the archive is bad or breaks off. */
  deployArchive(input: {
    app: AppRow
    stream: AsyncIterable<Uint8Array>
    filename?: string
    actor: string
    by?: ActorReference | undefined
    scheduledAt?: number
    canary?: CanaryPlan | undefined
    signal?: AbortSignal
  }): Promise<DeploymentRow>
  deployGit(input: {
    app: AppRow
    origin: { url: string; ref?: string; subdirectory?: string }
    actor: string
    by?: ActorReference | undefined
    scheduledAt?: number
    canary?: CanaryPlan | undefined
  }): Promise<DeploymentRow>
  /** Rejects a name that leads to no image for this server. */
  deployImage(input: {
    app: AppRow
    image: { reference: string; manifest?: string | undefined }
    actor: string
    by?: ActorReference | undefined
    scheduledAt?: number
    canary?: CanaryPlan | undefined
    signal?: AbortSignal
  }): Promise<DeploymentRow>
  pullLatest(input: {
    app: AppRow
    actor: string
    by?: ActorReference | undefined
    scheduledAt?: number
    canary?: CanaryPlan | undefined
  }): Promise<DeploymentRow>
  rebuild(input: {
    app: AppRow
    actor: string
    by?: ActorReference | undefined
    scheduledAt?: number | undefined
    canary?: CanaryPlan | undefined
  }): Promise<DeploymentRow>
  rollback(input: {
    app: AppRow
    release?: number
    env: 'release' | 'current'
    actor: string
    by?: ActorReference | undefined
  }): Promise<DeploymentRow>
  /** Undefined while the app has no release. */
  redeploy(input: {
    app: AppRow
    reason: 'env' | 'settings' | 'restart'
    actor: string
    by?: ActorReference | undefined
  }): Promise<DeploymentRow | undefined>
  cancel(input: { app: AppRow; number: number; actor: string }): Promise<DeploymentRow>
  get(appId: string, number: number): Promise<DeploymentRow | undefined>
  list(
    appId: string,
    page: { page: number; limit: number; order: 'asc' | 'desc'; state?: DeploymentState | undefined },
  ): Promise<{ items: DeploymentRow[]; total: number }>
  /** From the start of the deployment to its `end`. */
  follow(deploymentId: string, signal: AbortSignal): AsyncIterable<DeploymentEvent>
}

export type RunOutput =
  | { type: 'log'; stream: 'stdout' | 'stderr'; text: string }
  | { type: 'exit'; code: number | null }

export interface Instances {
  list(appId: string): Promise<InstanceRow[]>
  /** Resolves with the whole scale after the change. */
  scale(input: { app: AppRow; scale: Record<string, number>; actor: string }): Promise<Record<string, number>>
  run(input: { app: AppRow; argv: string[]; signal: AbortSignal }): AsyncIterable<RunOutput>
}

export interface AppPower {
  /** Resolves once nothing of it runs. */
  stop(input: { app: AppRow; actor: string }): Promise<AppRow>
  /** Resolves once it is on its way up; a failure to start is told as after a crash. */
  start(input: { app: AppRow; actor: Actor }): Promise<AppRow>
}

export interface AppRemoval {
  remove(input: { app: AppRow; actor: string }): Promise<void>
  restore(input: { appId: string; actor: string }): Promise<AppRow>
  empty(input: { appId: string; actor: string }): Promise<void>
}

export type StatusDocument = Status

export interface PlatformStatus {
  status(): Promise<StatusDocument>
}
