/**
 * The life of a deployment, as a pure table.
 *
 * ```
 * queued ─▶ starting ─▶ [canary] ─▶ switching ─▶ watching ─▶ draining ─▶ succeeded
 *    │          │            │           │            │
 *    ├──────────┴────────────┴───────────┴────────────┴─▶ failed
 *    └──────────┴────────────┴─▶ cancelled
 * ```
 *
 * `queued` lasts until there is a release to start: waiting in the app's queue, building, or scheduled for later.
 * `starting` runs the `release` process and brings new instances to health; nothing that users see has changed.
 * `canary` is there only when it was asked for: the new release gets a share of the requests, the old one serves the
 * rest and goes on as if nothing were. It lasts until somebody, or the platform, promotes or aborts it; no job runs
 * meanwhile, so it may last for days.
 * `switching` is the one step that changes what users see. From then on the deployment can no longer be
 * cancelled, only fail (which returns to the previous release) or go on. A deployment in `draining` has its
 * verdict: errors while cleaning up never change it.
 */
import type { DeploymentState } from '../store/schema.ts'

export const DEPLOYMENT_TRANSITIONS: Readonly<Record<DeploymentState, readonly DeploymentState[]>> = {
  queued: ['starting', 'failed', 'cancelled'],
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

/** Whether a user may still stop it. After the switch the way back is a rollback. */
export function isCancellable(state: DeploymentState): boolean {
  return canMove(state, 'cancelled')
}

/** Whether real requests may have reached the new release. */
export function hasSwitched(state: DeploymentState): boolean {
  return state === 'watching' || state === 'draining' || state === 'succeeded'
}
