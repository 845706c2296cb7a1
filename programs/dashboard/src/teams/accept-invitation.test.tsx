import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import type { Identity } from '../api/queries.ts'
import { showInPage } from '../testing/show.tsx'
import { refuse, startTinyApi } from '../testing/tiny-api.ts'
import { teamWords } from '../words/en/teams.ts'
import { AcceptInvitation } from './accept-invitation.tsx'

const w = teamWords.invitation
const user = userEvent.setup()
const ACCEPT = 'POST /api/v1/invitations/accept'
const SIGN_OUT = 'DELETE /api/v1/session'

test('an invitation is accepted with its token, and leads into the team', async () => {
  const { asked } = await startTinyApi({ [ACCEPT]: () => ({ team: { slug: 'crew', name: 'Crew' } }) })
  const { path } = await open('EVE@example.org')

  await user.click(screen.getByRole('button', { name: w.accept }))

  await screen.findByText(w.welcome('Crew'))
  expect(asked[0]).toEqual({ what: ACCEPT, body: { token: 'swi_1' } })
  expect(path()).toBe('/teams/crew')
})

test('an invitation that is refused says why, and can be tried again', async () => {
  const refusal = refuse({ status: 410, code: 'invitation_over', detail: 'It was taken back.' })
  await startTinyApi({ [ACCEPT]: () => refusal })
  const { path } = await open(null)

  await user.click(screen.getByRole('button', { name: w.accept }))

  await screen.findByText('It was taken back.')
  expect(screen.getByRole('button', { name: w.accept }).getAttribute('aria-disabled')).toBeNull()
  expect(path()).toBe('/')
})

test('what is for another address cannot be accepted; one can sign out and be somebody else', async () => {
  const { asked } = await startTinyApi({ [SIGN_OUT]: () => ({ signedOut: true }) })
  await open('ann@example.org')

  const accept = screen.getByRole('button', { name: w.accept })
  await user.click(accept)
  expect(accept.getAttribute('aria-disabled')).toBe('true')
  screen.getByText(w.another('ann@example.org'), { selector: 'bdi' })
  expect(asked).toEqual([])
  await user.click(screen.getByRole('button', { name: w.other }))

  await expect.poll(() => asked.map(({ what }) => what)).toEqual([SIGN_OUT])
})

async function open(email: string | null) {
  const identity = { email: 'eve@example.org' } as unknown as Identity
  return showInPage(<AcceptInvitation token="swi_1" identity={identity} email={email} />)
}
