/** Whose word lets a deployment start, and which deployments have to wait for it. Pure. */
import { type Role, roleIncludes } from '../../access/roles.ts'
import type { ApproverRole } from '../../store/approval-rows.ts'
import type { DeploymentRow } from '../../store/schema.ts'

export interface ApprovalRule {
  required: boolean
  /** The least role on the app that may decide. */
  role: ApproverRole
  /** Whether people may approve what they ordered themselves. */
  ownAllowed: boolean
  deadlineHours: number
}

/** Of an app that nobody gave a rule. */
export const NO_RULE: ApprovalRule = { required: false, role: 'admin', ownAllowed: false, deadlineHours: 168 }

/**
 * New code always waits. Everything else waits unless the very same thing has served before (a restart, a way back), so
 * that nothing unseen goes live by a detour, and nobody has to be woken for a rollback at night.
 */
export function mustWait(
  rule: Pick<ApprovalRule, 'required'>,
  { reason, servedBefore }: { reason: DeploymentRow['reason']; servedBefore: boolean },
): boolean {
  return rule.required && (reason === 'deploy' || !servedBefore)
}

export interface DecisionFacts {
  /** Of the one who wants to decide, on the app. */
  role: Role | undefined
  needed: ApproverRole
  /** They ordered the deployment themselves. */
  isOwn: boolean
  ownAllowed: boolean
  /** Nobody else may decide. */
  isAlone: boolean
}

/** Why somebody may not approve, as a sentence for people; undefined when they may. */
export function whyMayNotApprove(facts: DecisionFacts): string | undefined {
  const reason = whyMayNotRefuse(facts)
  if (reason !== undefined) return reason
  if (!facts.isOwn || facts.ownAllowed || facts.isAlone) return undefined
  return 'You ordered it yourself, so somebody else has to approve it.'
}

/** To stop what one ordered oneself needs nobody else. */
export function whyMayNotRefuse({
  role,
  needed,
}: Pick<DecisionFacts, 'role' | 'needed'>): string | undefined {
  if (role !== undefined && roleIncludes(role, needed)) return undefined
  return `This needs the role ${needed}; yours is ${role ?? 'none'}.`
}
