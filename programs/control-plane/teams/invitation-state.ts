import type { Invitation } from '@seaworthy/api'
import type { InvitationRow } from '../store/schema.ts'

/** Pure. Only an open invitation can be accepted. */
export function invitationState(
  { accepted_at, revoked_at, expires_at }: Pick<InvitationRow, 'accepted_at' | 'revoked_at' | 'expires_at'>,
  now: number,
): Invitation['state'] {
  if (accepted_at !== null) return 'accepted'
  if (revoked_at !== null) return 'revoked'
  return Number(expires_at) <= now ? 'expired' : 'open'
}
