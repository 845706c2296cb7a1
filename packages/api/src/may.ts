/** Reads the `can` of a document: which buttons live, and what to say about the others. */
import type { Permissions } from './permission.ts'

export function may({ can }: { can: Permissions }, action: string): boolean {
  return can[action] === true
}

/** Why not, as a sentence for people; undefined when it is allowed. */
export function whyMayNot({ can }: { can: Permissions }, action: string): string | undefined {
  const answer = can[action]
  return answer === true ? undefined : (answer ?? 'This cannot be done here.')
}
