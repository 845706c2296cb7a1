import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import { showInPage } from '../testing/show.tsx'
import { refuse, startTinyApi } from '../testing/tiny-api.ts'
import { teamWords } from '../words/en/teams.ts'
import { words } from '../words/en.ts'
import { JoinForm } from './join-form.tsx'

const w = teamWords.invitation
const user = userEvent.setup()
const JOIN = 'POST /api/v1/invitations/join'
const SIGN_IN = 'POST /api/v1/session'
const EVE = 'eve@example.org'

test('somebody new joins by a link, is signed in and led into the team', async () => {
  const { asked } = await startTinyApi({
    [JOIN]: () => ({ email: EVE, team: { slug: 'crew', name: 'Crew' } }),
    [SIGN_IN]: () => ({ identity: { email: EVE } }),
  })
  const { path } = await showInPage(<JoinForm token="swi_1" email={null} />)

  await user.type(field(w.name), 'Eve')
  await user.type(field(words.session.email), EVE)
  await user.type(field(words.session.password), ' long password ')
  await user.click(join())

  await screen.findByText(w.welcome('Crew'))
  const password = ' long password '
  expect(asked.slice(0, 2)).toEqual([
    { what: JOIN, body: { token: 'swi_1', name: 'Eve', password, email: EVE } },
    { what: SIGN_IN, body: { email: EVE, password } },
  ])
  expect(path()).toBe('/teams/crew')
})

test('the address of an invitation by mail stands there and is not sent along', async () => {
  const { asked } = await startTinyApi({
    [JOIN]: () => ({ email: EVE, team: { slug: 'crew', name: 'Crew' } }),
    [SIGN_IN]: () => ({ identity: { email: EVE } }),
  })
  await showInPage(<JoinForm token="swi_1" email={EVE} />)

  await user.type(field(words.session.email), 'x')
  expect(field(words.session.email).value).toBe(EVE)
  await user.type(field(w.name), 'Eve')
  await user.type(field(words.session.password), 'long password{Enter}')

  await screen.findByText(w.welcome('Crew'))
  expect(asked[0]?.body).toEqual({ token: 'swi_1', name: 'Eve', password: 'long password' })
})

test('what is refused is said beside its field; what was typed stays, and nobody is signed in', async () => {
  const errors = [{ path: 'body.password', message: 'is too short' }]
  const { asked } = await startTinyApi({
    [JOIN]: () => refuse({ status: 422, code: 'invalid_input', detail: 'Look again.', errors }),
  })
  const { path } = await showInPage(<JoinForm token="swi_1" email={null} />)

  await user.type(field(w.name), 'Eve')
  await user.type(field(words.session.email), EVE)
  await user.type(field(words.session.password), 'short')
  await user.click(join())

  const reason = await screen.findByText('is too short')
  expect(field(words.session.password).getAttribute('aria-describedby')).toContain(reason.id)
  expect([field(w.name).value, field(words.session.email).value]).toEqual(['Eve', EVE])
  expect(asked.map(({ what }) => what)).toEqual([JOIN])
  expect(path()).toBe('/')
})

test('whoever has an account signs in with it, at the address that is invited', async () => {
  const { asked } = await startTinyApi({ [SIGN_IN]: () => ({ identity: { email: EVE } }) })
  await showInPage(<JoinForm token="swi_1" email={EVE} />)

  await user.click(screen.getByRole('tab', { name: w.known }))
  await user.type(field(words.session.password), 'long password{Enter}')

  await expect.poll(() => asked).toEqual([{ what: SIGN_IN, body: { email: EVE, password: 'long password' } }])
})

const field = (name: string) => screen.getByLabelText<HTMLInputElement>(name)

const join = () => screen.getByRole('button', { name: w.join })
