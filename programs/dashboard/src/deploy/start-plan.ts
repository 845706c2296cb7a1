/** What a form says about how a deployment starts: at once or later, with a share of the requests or with all. Pure. */
import { fromLocal } from './local-time.ts'
import { canaryFlags, canaryPlan, NO_TRIAL, type Trial } from './trial.ts'

export interface StartPlan {
  trial: Trial
  /** In the viewer's zone, as a field holds it; undefined: now. */
  at: string | undefined
}

export const START_NOW: StartPlan = { trial: NO_TRIAL, at: undefined }

/** The part of a body that is about it. */
export function withPlan({ trial, at }: StartPlan): {
  canary?: NonNullable<ReturnType<typeof canaryPlan>>
  scheduledAt?: string
} {
  const canary = canaryPlan(trial)
  const ms = at === undefined ? undefined : fromLocal(at)
  return { ...(canary && { canary }), ...(ms !== undefined && { scheduledAt: new Date(ms).toISOString() }) }
}

/** What the command line is told for the same. */
export function planFlags(plan: StartPlan): string {
  const { scheduledAt } = withPlan(plan)
  return canaryFlags(plan.trial) + (scheduledAt ? ` --at ${scheduledAt}` : '')
}
