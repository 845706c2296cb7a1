import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import { showInPage } from '../testing/show.tsx'
import { refuse, startTinyApi } from '../testing/tiny-api.ts'
import { accountWords } from '../words/en/account.ts'
import { words } from '../words/en.ts'
import { AskForLink } from './ask-for-link.tsx'

const user = userEvent.setup()
const { title, about, ask } = accountWords.forgot
const FORGOT = 'POST /api/v1/password/forgot'
const MAIL_LINK = 'POST /api/v1/session/link'

test.each([
  ['password.forgot', FORGOT],
  ['session.mail-link', MAIL_LINK],
] as const)('%s sends the address, and tells nobody whether it has an account', async (of, what) => {
  const { asked } = await startTinyApi({ [what]: () => ({ sent: true }) })
  const { path } = await showInPage(<AskForLink {...{ of, title, about, submit: ask }} />)

  await user.type(screen.getByLabelText(words.session.email), 'ada@example.org')
  await user.click(screen.getByRole('button', { name: ask }))

  await screen.findByText(accountWords.link.askedAbout('ada@example.org'))
  expect(asked).toEqual([{ what, body: { email: 'ada@example.org' } }])
  expect(screen.queryByRole('button', { name: ask })).toBeNull()
  await user.click(screen.getByRole('link', { name: accountWords.back }))
  await expect.poll(path).toBe('/sign-in')
})

test('what is no address is told beside the field, and stays in it', async () => {
  const errors = [{ path: 'body.email', message: 'is not an address' }]
  await startTinyApi({
    [FORGOT]: () => refuse({ status: 400, code: 'invalid', detail: 'Not right.', errors }),
  })
  await showInPage(<AskForLink of="password.forgot" title={title} about={about} submit={ask} />)

  await user.type(screen.getByLabelText(words.session.email), 'ada{Enter}')

  await screen.findByText('is not an address')
  const field = screen.getByLabelText<HTMLInputElement>(words.session.email)
  expect([field.value, field.getAttribute('aria-invalid')]).toEqual(['ada', 'true'])
  expect(screen.queryByText('Not right.')).toBeNull()
})

test('who asks too often is told so, and can ask again', async () => {
  const detail = 'Wait for a minute.'
  let isGood = false
  await startTinyApi({
    [FORGOT]: () => (isGood ? { sent: true } : refuse({ status: 429, code: 'too_many', detail })),
  })
  await showInPage(<AskForLink of="password.forgot" title={title} about={about} submit={ask} />)

  await user.type(screen.getByLabelText(words.session.email), 'ada@example.org{Enter}')
  await screen.findByText(detail)
  isGood = true
  await user.click(screen.getByRole('button', { name: ask }))

  await screen.findByText(accountWords.link.askedAbout('ada@example.org'))
})
