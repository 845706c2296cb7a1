/** Which action is allowed in which state of a deployment. */
import type { DeploymentState } from './deployment.ts'

const DEPLOYMENT_ACTIONS = {
  /** After the switch the way back is a rollback. */
  cancel: ['queued', 'awaiting_approval', 'starting', 'canary'],
  approve: ['awaiting_approval'],
  refuse: ['awaiting_approval'],
  /** Nothing of it has run yet; whether its job has begun, the API knows. */
  reschedule: ['queued', 'awaiting_approval'],
  promote: ['canary'],
  abort: ['canary'],
  showReceipt: ['watching', 'draining', 'succeeded', 'failed'],
} as const satisfies Record<string, readonly DeploymentState[]>

const ENDED: readonly DeploymentState[] = ['succeeded', 'failed', 'cancelled']

export type DeploymentAction = keyof typeof DEPLOYMENT_ACTIONS

export function deploymentCan(action: DeploymentAction, deployment: { state: DeploymentState }): boolean {
  return (DEPLOYMENT_ACTIONS[action] as readonly DeploymentState[]).includes(deployment.state)
}

export function isDeploymentEnded(deployment: { state: DeploymentState }): boolean {
  return ENDED.includes(deployment.state)
}
