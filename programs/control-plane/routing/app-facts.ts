/** What the planner knows of each app. */
import type { MaintenanceSettings, TrafficSettings } from '@seaworthy/routes/settings'
import type { DomainFacts } from '../domains/domain-routes.ts'
import type { AppState, InstanceState } from '../store/schema.ts'

export interface AppFacts {
  id: string
  slug: string
  teamId: string
  /** The user of its processes, where apps have users of their own. */
  userId?: number | undefined
  state: AppState
  /** Of the release that serves; undefined before the first deployment. */
  release?: ReleaseFacts | undefined
  /** Of the release and of the app's own settings. */
  traffic?: TrafficSettings
  /** While the app is being worked on. */
  maintenance?: MaintenanceSettings | undefined
  /** Instances that serve, of processes with and without a port; none of a canary. */
  instances: readonly InstanceFacts[]
  /** A release on trial. */
  canary?: CanaryFacts | undefined
  /** Claimed hosts. */
  domains?: readonly DomainFacts[]
  /** Set when a crash loop was stopped: requests are refused at once instead of waiting for a wake-up. */
  stoppedAfterCrashes: boolean
}

export interface ReleaseFacts {
  version: number
  /** Absolute folder, for a static app. */
  staticRoot?: string
  spa?: boolean
  /** Names of its processes. */
  processes?: readonly string[]
}

export interface InstanceFacts {
  id: string
  process: string
  state: InstanceState
  /** Missing for an instance that was started without a port. */
  address?: { host: string; port: number }
}

export interface CanaryFacts {
  release: ReleaseFacts
  percent: number
  header?: { name: string; value: string } | undefined
  instances: readonly InstanceFacts[]
}
