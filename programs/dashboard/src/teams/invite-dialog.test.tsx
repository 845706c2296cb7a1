import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import type { Team } from '../api/team-queries.ts'
import { showInPage } from '../testing/show.tsx'
import { refuse, startTinyApi } from '../testing/tiny-api.ts'
import { InviteDialog } from './invite-dialog.tsx'

const user = userEvent.setup()
const INVITE = 'POST /api/v1/teams/crew/invitations'
const LINK = 'https://panel.example.org/invitation#token=swi_1'

test('a link is made for the chosen role and shown, for this once', async () => {
  const { asked } = await startTinyApi({ [INVITE]: () => ({ url: LINK }) })
  await open()

  await user.click(screen.getByLabelText('Viewer'))
  await user.click(screen.getByRole('button', { name: 'Make a link' }))

  await screen.findByText(LINK)
  expect(asked.filter(({ what }) => what === INVITE)).toEqual([{ what: INVITE, body: { role: 'viewer' } }])
})

test('a mail goes to an address; one that is refused says so beside the field, and stays', async () => {
  const errors = [{ path: 'body.email', message: 'must be an e-mail address' }]
  let isGood = false
  const { asked } = await startTinyApi({
    [INVITE]: () =>
      isGood ? { url: null } : refuse({ status: 422, code: 'invalid_input', detail: 'Look again.', errors }),
  })
  const closed = await open()

  await user.click(screen.getByRole('tab', { name: 'By mail' }))
  await user.type(screen.getByLabelText('E-mail address'), ' eve@ ')
  await user.click(screen.getByRole('button', { name: /^Send/ }))
  await screen.findByText('must be an e-mail address')
  expect((screen.getByLabelText('E-mail address') as HTMLInputElement).value).toContain('eve@')
  isGood = true
  await user.type(screen.getByLabelText('E-mail address'), '{Enter}')

  await screen.findByText(/is on its way/)
  expect(closed.count).toBe(1)
  expect(asked.filter(({ what }) => what === INVITE).at(-1)!.body).toEqual({
    role: 'developer',
    email: 'eve@',
  })
})

test('an admin cannot give away what they do not have, and reads why', async () => {
  await startTinyApi({})
  await open({ role: 'admin' })

  const owner = screen.getByLabelText('Owner') as HTMLInputElement

  expect(owner.disabled).toBe(true)
  expect(document.getElementById(owner.getAttribute('aria-describedby')!)!.textContent).toMatch(/owner/i)
})

async function open({ role = 'owner' as Team['role'] } = {}): Promise<{ count: number }> {
  const closed = { count: 0 }
  const team = { slug: 'crew', name: 'Crew', role } as Team
  await showInPage(<InviteDialog team={team} onClose={() => closed.count++} />)
  return closed
}
