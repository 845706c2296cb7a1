/** Who may give and take which role. Pure; the policy has already asked for an admin. */
import { type Role, roleIncludes } from '../access/roles.ts'

export interface RoleChange {
  /** Of the one who changes. */
  own: Role
  /** Undefined for somebody who is not in yet. */
  from: Role | undefined
  /** Undefined for somebody who is taken out. */
  to: Role | undefined
}

/** Why this may not be done, as a sentence; undefined when it may. */
export function whyNotChangeRole({ own, from, to }: RoleChange): string | undefined {
  if (!roleIncludes(own, 'admin')) return `this needs the role admin; yours is ${own}.`
  if (own === 'owner') return undefined
  if (to === 'owner') return 'only an owner makes owners.'
  if (from === 'owner') return 'only an owner changes the role of an owner or takes one out.'
  return undefined
}
