import { useQuery } from '@tanstack/react-query'
import { Link, useLocation } from '@tanstack/react-router'
import { useState } from 'react'
import { client } from '../api/client.ts'
import { queries } from '../api/queries.ts'
import { buttonLook } from '../components/button.tsx'
import { PageSkeleton } from '../components/skeleton.tsx'
import { Time } from '../components/time.tsx'
import { Outside } from '../shell/outside.tsx'
import { AcceptInvitation } from '../teams/accept-invitation.tsx'
import { JoinForm } from '../teams/join-form.tsx'
import { inertLine } from '../text/inert.ts'
import { teamWords } from '../words/en/teams.ts'
import { words } from '../words/en.ts'

const w = teamWords.invitation

/** The token stands in the fragment, which a browser never sends with a request. */
export function InvitationPage() {
  const { hash } = useLocation()
  // Kept: the address may lose it while one signs in.
  const [token] = useState(() => new URLSearchParams(hash).get('token'))
  if (!token) {
    return (
      <Outside title={w.incomplete} about={w.incompleteAbout}>
        <ToPlatform />
      </Outside>
    )
  }
  return <Opened token={token} />
}

function Opened({ token }: { token: string }) {
  const session = useQuery({ ...queries.session(), throwOnError: false, retry: false })
  const { data: invitation, error } = useQuery({
    queryKey: ['invitation', token],
    queryFn: () => client.call('invitations.open', { body: { token } }),
    throwOnError: false,
    staleTime: Number.POSITIVE_INFINITY,
  })
  if (error) {
    return (
      <Outside title={w.invalid} about={w.invalidAbout}>
        <ToPlatform />
      </Outside>
    )
  }
  if (!invitation || session.isLoading) {
    return (
      <Outside title={words.loading}>
        <PageSkeleton />
      </Outside>
    )
  }
  const { team, invitedBy, role, email, expiresAt } = invitation
  return (
    <Outside
      title={w.title(inertLine(team))}
      about={
        <>
          <bdi>{w.about(invitedBy && inertLine(invitedBy), teamWords.roles[role])}</bdi>{' '}
          {teamWords.rolesAbout[role]}{' '}
          <span className="text-sm">
            {w.expires} <Time at={expiresAt} />.
          </span>
        </>
      }
    >
      {session.data ? (
        <AcceptInvitation token={token} identity={session.data} email={email} />
      ) : (
        <JoinForm token={token} email={email} />
      )}
    </Outside>
  )
}

function ToPlatform() {
  return (
    <Link to="/" className={buttonLook('plain')}>
      {w.toPlatform}
    </Link>
  )
}
