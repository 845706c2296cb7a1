/** Rows of what waits until somebody lets it start. */

export type ApproverRole = 'developer' | 'admin' | 'owner'

export interface AppApprovalRow {
  app_id: string
  required: number
  role: ApproverRole
  own_allowed: number
  deadline_hours: number
  updated_at: number
}

export type ApprovalState = 'waiting' | 'approved' | 'refused' | 'expired' | 'cancelled'

export interface DeploymentApprovalRow {
  /** Of the deployment. */
  id: string
  state: ApprovalState
  /** As the app asked when the question was put: a later change of its rule is for later deployments. */
  role: ApproverRole
  own_allowed: number
  /** `ActorReference` of who ordered the deployment; null where the platform did. */
  by_json: string | null
  requested_at: number
  deadline_at: number
  decided_at: number | null
  decided_by: string | null
  reason: string | null
}
