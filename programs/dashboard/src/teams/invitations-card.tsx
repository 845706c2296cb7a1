import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { client } from '../api/client.ts'
import { type Invitation, type Team, teamKeys, teamQueries } from '../api/team-queries.ts'
import { useAction } from '../api/use-action.ts'
import { Badge } from '../components/badge.tsx'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { Name } from '../components/name.tsx'
import { RowsSkeleton } from '../components/skeleton.tsx'
import { Time } from '../components/time.tsx'
import { useToasts } from '../components/toast.tsx'
import { inertLine } from '../text/inert.ts'
import { teamWords } from '../words/en/teams.ts'

/** The open ones; those that are over only when somebody asks. */
export function InvitationsCard({ team }: { team: Team }) {
  const { data: invitations } = useQuery(teamQueries.invitations(team.slug))
  const [showOld, setShowOld] = useState(false)
  const open = invitations?.filter(({ state }) => state === 'open') ?? []
  const old = invitations?.filter(({ state }) => state !== 'open') ?? []
  return (
    <Card title={teamWords.invitations} about={teamWords.invitationsAbout} flush>
      {!invitations && <RowsSkeleton rows={1} />}
      {invitations && open.length === 0 && <p className="px-5 py-4 text-soft">{teamWords.noInvitations}</p>}
      <ul aria-label={teamWords.invitations} className="divide-y divide-line">
        {[...open, ...(showOld ? old : [])].map(invitation => (
          <InvitationRow key={invitation.id} team={team} invitation={invitation} />
        ))}
      </ul>
      {old.length > 0 && !showOld && (
        <div className="border-t border-line px-3 py-2">
          <Button size="small" look="quiet" onClick={() => setShowOld(true)}>
            {teamWords.showOld(old.length)}
          </Button>
        </div>
      )}
    </Card>
  )
}

function InvitationRow({ team, invitation }: { team: Team; invitation: Invitation }) {
  const { id, email, role, invitedBy, state, expiresAt } = invitation
  const toasts = useToasts()
  const revoke = useAction({
    run: () => client.call('invitations.revoke', { params: { team: team.slug, id } }),
    refresh: [teamKeys.team(team.slug)],
    expect: () => [
      {
        queryKey: teamQueries.invitations(team.slug).queryKey,
        change: (invitations: Invitation[]) =>
          invitations.map(each => (each.id === id ? { ...each, state: 'revoked' as const } : each)),
      },
    ],
    onDone: () => toasts.show({ text: teamWords.revoked }),
  })
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-5 py-3">
      <div className="min-w-0 flex-1 basis-56">
        {email === null ? (
          <span className="block">{teamWords.anybody}</span>
        ) : (
          <Name className="block truncate">{email}</Name>
        )}
        <span className="block truncate text-sm text-soft">
          {invitedBy !== null && `${teamWords.invitedBy(inertLine(invitedBy))}, `}
          {teamWords.expires} <Time at={expiresAt} />
        </span>
      </div>
      <Badge tone={state === 'open' ? 'busy' : 'neutral'}>
        {state === 'open' ? teamWords.roles[role] : teamWords.invitationStates[state]}
      </Badge>
      {state === 'open' && (
        <Button
          size="small"
          aria-label={teamWords.revokeOf(email === null ? teamWords.anybody : inertLine(email))}
          busy={revoke.isPending}
          onClick={() => revoke.mutate()}
        >
          {teamWords.revoke}
        </Button>
      )}
    </li>
  )
}
