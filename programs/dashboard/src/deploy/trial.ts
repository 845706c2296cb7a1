/** What a form says about a canary, and the plan that comes of it. Pure. */
import type { CallOptions } from '@seaworthy/api/client'

type Plan = NonNullable<Extract<CallOptions<'deployments.create'>['body'], { rebuild: true }>['canary']>

export interface Trial {
  on: boolean
  percent: string
  afterMinutes: string
}

export const NO_TRIAL: Trial = { on: false, percent: '10', afterMinutes: '' }

/** Numbers that are none go out as they were typed, so that the API says what is wrong with them. */
export function canaryPlan({ on, percent, afterMinutes }: Trial): Plan | undefined {
  if (!on) return undefined
  return {
    percent: numberOf(percent),
    ...(afterMinutes.trim() && { promoteAfterMinutes: numberOf(afterMinutes) }),
  }
}

/** What the command line is told for the same. */
export function canaryFlags({ on, percent, afterMinutes }: Trial): string {
  if (!on) return ''
  return ` --canary ${percent.trim()}${afterMinutes.trim() ? ` --promote-after ${afterMinutes.trim()}` : ''}`
}

function numberOf(text: string): number {
  const value = Number(text)
  return text.trim() !== '' && Number.isFinite(value) ? value : (text as unknown as number)
}
