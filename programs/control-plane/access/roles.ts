/** The two ladders of rights. Pure. */
import type { Role, Scope } from '../store/schema.ts'

export type { PlatformRole, Role, Scope } from '../store/schema.ts'

/** Each may all that the ones before it may. */
export const ROLES: readonly Role[] = ['viewer', 'developer', 'admin', 'owner']

/** What an API token may do; each includes the ones before it. */
export const SCOPES: readonly Scope[] = ['read', 'deploy', 'manage', 'admin']

export function roleIncludes(has: Role, needed: Role): boolean {
  return ROLES.indexOf(has) >= ROLES.indexOf(needed)
}

export function scopeIncludes(has: Scope, needed: Scope): boolean {
  return SCOPES.indexOf(has) >= SCOPES.indexOf(needed)
}

export function higherRole(one: Role | undefined, other: Role | undefined): Role | undefined {
  if (one === undefined || other === undefined) return one ?? other
  return roleIncludes(one, other) ? one : other
}
