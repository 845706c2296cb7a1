import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import type { Invitation, Team } from '../api/team-queries.ts'
import { showInPage } from '../testing/show.tsx'
import { refuse, startTinyApi } from '../testing/tiny-api.ts'
import { teamWords as w } from '../words/en/teams.ts'
import { InvitationsCard } from './invitations-card.tsx'

const user = userEvent.setup()
const LIST = 'GET /api/v1/teams/crew/invitations'
const REVOKE = 'DELETE /api/v1/teams/crew/invitations/inv_1'
const EVE = 'eve@example.org'

test('an invitation that is revoked leaves the open ones at once, and stays away', async () => {
  const answer = Promise.withResolvers<unknown>()
  let state: Invitation['state'] = 'open'
  await startTinyApi({ [LIST]: () => [invitation({ state })], [REVOKE]: () => answer.promise })
  await showInPage(<InvitationsCard team={CREW} />)

  await user.click(await screen.findByRole('button', { name: w.revokeOf(EVE) }))

  await screen.findByText(w.noInvitations)
  state = 'revoked'
  answer.resolve(invitation({ state }))
  await screen.findByText(w.revoked)
  expect(screen.queryByText(EVE)).toBeNull()
})

test('an invitation that could not be revoked comes back, with the reason', async () => {
  const answer = Promise.withResolvers<unknown>()
  await startTinyApi({ [LIST]: () => [invitation()], [REVOKE]: () => answer.promise })
  await showInPage(<InvitationsCard team={CREW} />)
  await user.click(await screen.findByRole('button', { name: w.revokeOf(EVE) }))
  await screen.findByText(w.noInvitations)

  answer.resolve(refuse({ status: 409, code: 'invitation_over', detail: 'Eve has come in already.' }))

  await screen.findByText('Eve has come in already.')
  await screen.findByRole('button', { name: w.revokeOf(EVE) })
})

test('those that are over are shown to whoever asks, and cannot be revoked', async () => {
  await startTinyApi({
    [LIST]: () => [
      invitation({ id: 'inv_2', email: null }),
      invitation({ state: 'accepted' }),
      invitation({ id: 'inv_3', email: 'ann@example.org', state: 'expired' }),
    ],
  })
  await showInPage(<InvitationsCard team={CREW} />)
  await screen.findByRole('button', { name: w.revokeOf(w.anybody) })
  expect(screen.queryByText(EVE)).toBeNull()

  await user.click(screen.getByRole('button', { name: w.showOld(2) }))

  screen.getByText(EVE)
  screen.getByText(w.invitationStates.accepted)
  screen.getByText(w.invitationStates.expired)
  expect(screen.getAllByRole('button')).toHaveLength(1)
})

const CREW = { slug: 'crew', name: 'Crew' } as unknown as Team

function invitation(facts: Partial<Invitation> = {}): Invitation {
  return {
    ...{ id: 'inv_1', email: EVE, role: 'viewer', invitedBy: 'Bob', state: 'open' },
    ...{ expiresAt: '2099-01-01T00:00:00.000Z', ...facts },
  } as Invitation
}
