import type { Access } from '../access/actor.ts'

/** SEAWORTHY_REQUIRE_SECOND_FACTOR. */
export type SecondFactorRule = 'none' | 'admins' | 'all'

/** Whether a person must have a second factor. Administrators are those of the platform and of any team. Pure. */
export function mustHaveSecondFactor(rule: SecondFactorRule, { platformRole, teams }: Access): boolean {
  if (rule !== 'admins') return rule === 'all'
  return platformRole === 'admin' || [...teams.values()].some(role => role === 'admin' || role === 'owner')
}
