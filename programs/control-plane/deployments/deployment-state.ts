/**
 * The life of a deployment, as a pure table.
 *
 * ```
 * queued ─▶ [awaiting_approval] ─▶ starting ─▶ [canary] ─▶ switching ─▶ watching ─▶ draining ─▶ succeeded
 *    │               │                │            │           │            │
 *    ├───────────────┴────────────────┴────────────┴───────────┴────────────┴─▶ failed
 *    └───────────────┴────────────────┴────────────┴─▶ cancelled
 * ```
 *
 * `queued` lasts until there is a release to start: waiting in the app's queue, building, or scheduled for later.
 * `awaiting_approval` is there only where the app asks for it: the release is built, and nothing of it has run. It lasts
 * until somebody approves or refuses, or the deadline does; no job runs meanwhile. One that is approved starts as soon as
 * the app's queue, and its scheduled time, let it.
 * `starting` runs the `release` process and brings new instances to health; nothing that users see has changed.
 * `canary` is there only when it was asked for: the new release gets a share of the requests, the old one serves the
 * rest and goes on as if nothing were. It lasts until somebody, or the platform, promotes or aborts it; no job runs
 * meanwhile, so it may last for days.
 * `switching` is the one step that changes what users see. From then on the deployment can no longer be
 * cancelled, only fail (which returns to the previous release) or go on. A deployment in `draining` has its
 * verdict: errors while cleaning up never change it.
 */
import type { DeploymentRow, DeploymentState } from '../store/schema.ts'

export const DEPLOYMENT_TRANSITIONS: Readonly<Record<DeploymentState, readonly DeploymentState[]>> = {
  queued: ['awaiting_approval', 'starting', 'failed', 'cancelled'],
  awaiting_approval: ['starting', 'failed', 'cancelled'],
  starting: ['canary', 'switching', 'failed', 'cancelled'],
  canary: ['switching', 'failed', 'cancelled'],
  switching: ['watching', 'failed'],
  watching: ['draining', 'failed'],
  draining: ['succeeded'],
  succeeded: [],
  failed: [],
  cancelled: [],
}

export function canMove(from: DeploymentState, to: DeploymentState): boolean {
  return DEPLOYMENT_TRANSITIONS[from].includes(to)
}

/** An ended deployment never changes again. */
export function isEnded(state: DeploymentState): boolean {
  return DEPLOYMENT_TRANSITIONS[state].length === 0
}

/** Whether nothing of it has run yet. */
export function isBeforeStart(state: DeploymentState): boolean {
  return state === 'queued' || state === 'awaiting_approval'
}

/** Whether the app is being worked on now: not what waits for somebody's word, or for a time to come. */
export function isUnderWay(
  { state, scheduled_at }: Pick<DeploymentRow, 'state' | 'scheduled_at'>,
  now: number,
): boolean {
  if (isEnded(state) || state === 'awaiting_approval') return false
  return state !== 'queued' || scheduled_at === null || scheduled_at <= now
}

/** Whether a user may still stop it. After the switch the way back is a rollback. */
export function isCancellable(state: DeploymentState): boolean {
  return canMove(state, 'cancelled')
}

/** Whether real requests may have reached the new release. */
export function hasSwitched(state: DeploymentState): boolean {
  return state === 'watching' || state === 'draining' || state === 'succeeded'
}
