import { may, whyMayNot } from '@seaworthy/api/can'
import { useSuspenseQuery } from '@tanstack/react-query'
import { UserPlus } from 'lucide-react'
import { useState } from 'react'
import { queries } from '../api/queries.ts'
import { teamQueries } from '../api/team-queries.ts'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { useCurrentTeam } from '../teams/current-team.ts'
import { InvitationsCard } from '../teams/invitations-card.tsx'
import { InviteDialog } from '../teams/invite-dialog.tsx'
import { MemberRow } from '../teams/member-row.tsx'
import { teamWords } from '../words/en/teams.ts'

export function TeamMembers() {
  const team = useCurrentTeam()
  const { data: members } = useSuspenseQuery(teamQueries.members(team.slug))
  const { data: identity } = useSuspenseQuery(queries.session())
  const [inviting, setInviting] = useState(false)
  const owners = members.filter(({ role }) => role === 'owner').length
  return (
    <div className="grid gap-6">
      <Card
        title={teamWords.tabs.members}
        flush
        actions={
          <Button
            look="main"
            icon={<UserPlus aria-hidden className="size-4" />}
            whyNot={whyMayNot(team, 'invitation:create')}
            onClick={() => setInviting(true)}
          >
            {teamWords.invite}
          </Button>
        }
      >
        <ul aria-label={teamWords.tabs.members} className="divide-y divide-line">
          {members.map(member => (
            <MemberRow
              key={member.person.id}
              team={team}
              member={member}
              owners={owners}
              isSelf={member.person.email === identity.email}
            />
          ))}
        </ul>
      </Card>
      {may(team, 'invitation:read') && <InvitationsCard team={team} />}
      {inviting && <InviteDialog team={team} onClose={() => setInviting(false)} />}
    </div>
  )
}
