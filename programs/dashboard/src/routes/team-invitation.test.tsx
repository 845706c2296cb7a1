import { Link, useLocation } from '@tanstack/react-router'
import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import { showInPage } from '../testing/show.tsx'
import { type Answers, refuse, startTinyApi } from '../testing/tiny-api.ts'
import { teamWords } from '../words/en/teams.ts'
import { InvitationPage } from './team-invitation.tsx'

const w = teamWords.invitation
const user = userEvent.setup()
const OPEN = 'POST /api/v1/invitations/open'
const SESSION = 'GET /api/v1/session'
const SIGNED_OUT = refuse({ status: 401, code: 'sign_in_required', detail: 'Sign in first.' })

test('whoever is signed in is asked to accept, and sees the team, the role and who invites', async () => {
  const { asked } = await follow('token=swi_1', {
    [SESSION]: () => ({ email: 'eve@example.org' }),
    [OPEN]: () => invitation(null),
  })

  await screen.findByRole('button', { name: w.accept })
  screen.getByText(w.title('Crew'))
  screen.getByText(w.about('Bob', teamWords.roles.viewer))
  expect(asked.find(({ what }) => what === OPEN)?.body).toEqual({ token: 'swi_1' })
})

test('whoever is not signed in is asked to join, at the address that is invited', async () => {
  await follow('token=swi_1', { [SESSION]: () => SIGNED_OUT, [OPEN]: () => invitation('ann@example.org') })

  await screen.findByRole('button', { name: w.join })
  expect(screen.queryByRole('button', { name: w.accept })).toBeNull()
  screen.getByDisplayValue('ann@example.org')
})

test('an invitation that does not work says so, and asks for nothing', async () => {
  const refusal = refuse({ status: 404, code: 'invitation_not_found', detail: 'No such invitation.' })
  await follow('token=swi_1', { [SESSION]: () => SIGNED_OUT, [OPEN]: () => refusal })

  await screen.findByText(w.invalid)
  expect(screen.queryByRole('textbox')).toBeNull()
  screen.getByRole('link', { name: w.toPlatform })
})

test('a link that lost its token is told from one that does not work, and nothing is asked', async () => {
  const { asked } = await follow('tok', {})

  await screen.findByText(w.incomplete)
  expect(asked).toEqual([])
})

async function follow(hash: string, answers: Answers) {
  const api = await startTinyApi(answers)
  await showInPage(<Mail hash={hash} />)
  await user.click(screen.getByRole('link', { name: 'Come aboard' }))
  return api
}

function Mail({ hash }: { hash: string }) {
  const { hash: current } = useLocation()
  if (current !== '') return <InvitationPage />
  return (
    <Link to="/invitation" hash={hash}>
      Come aboard
    </Link>
  )
}

function invitation(email: string | null): object {
  return { team: 'Crew', invitedBy: 'Bob', role: 'viewer', email, expiresAt: '2099-01-01T00:00:00.000Z' }
}
