import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import { showInPage } from '../testing/show.tsx'
import { refuse, startTinyApi } from '../testing/tiny-api.ts'
import { accountWords } from '../words/en/account.ts'
import { words } from '../words/en.ts'
import { ConfirmEmailPage } from './account-email.tsx'
import { SignInLinkPage } from './sign-in-link.tsx'
import { NewPasswordPage } from './sign-in-new-password.tsx'

const user = userEvent.setup()
const { confirmEmail, link, password, reset, signIn } = accountWords
const SESSION = 'GET /api/v1/session'
const SIGN_IN = 'POST /api/v1/session'
const OPEN = 'POST /api/v1/session/link/open'
const FINISH = 'POST /api/v1/session/second-factor'
const RESET = 'POST /api/v1/password/reset'
const CONFIRM = 'POST /api/v1/account/email/confirm'
const GONE = { status: 400, code: 'link_not_valid', detail: 'This link was used before.' }
const ADA = { identity: { kind: 'user', name: 'Ada' } }

test('a link to sign in works with a press, and not by being opened', async () => {
  const { asked } = await startTinyApi({ [OPEN]: () => ADA })
  const { path } = await showInPage(<SignInLinkPage />, '/sign-in/link#token=abc')

  screen.getByText(link.openTitle)
  expect(asked).toEqual([])
  await press(words.session.signIn)

  await expect.poll(path).toBe('/')
  expect(asked).toEqual([{ what: OPEN, body: { token: 'abc' } }])
})

test('a link that was used offers to ask for another one, at the same address without it', async () => {
  await startTinyApi({ [OPEN]: () => refuse(GONE) })
  await showInPage(<SignInLinkPage />, '/sign-in/link#token=abc')

  await press(words.session.signIn)
  await screen.findByText(GONE.detail)
  expect(screen.queryByRole('button', { name: words.session.signIn })).toBeNull()
  await user.click(screen.getByRole('link', { name: link.another }))

  await screen.findByRole('button', { name: link.ask })
})

test('a link that a busy platform did not open can be pressed again', async () => {
  let isThere = false
  const busy = { status: 503, code: 'under_pressure', detail: 'Too much at once.' }
  await startTinyApi({ [OPEN]: () => (isThere ? ADA : refuse(busy)) })
  const { path } = await showInPage(<SignInLinkPage />, '/sign-in/link#token=abc')

  await press(words.session.signIn)
  await screen.findByText(busy.detail)
  isThere = true
  await press(words.session.signIn)

  await expect.poll(path).toBe('/')
})

test('a link of somebody with a second factor asks for its code before anybody is signed in', async () => {
  const needed = { status: 401, code: 'second_factor_needed', detail: 'A code.', pendingToken: 'pending' }
  const { asked } = await startTinyApi({ [OPEN]: () => refuse(needed), [FINISH]: () => ADA })
  const { path } = await showInPage(<SignInLinkPage />, '/sign-in/link#token=abc')

  await press(words.session.signIn)
  await user.type(await screen.findByLabelText(signIn.code), '123456')
  expect(path()).toBe('/sign-in/link')
  await press(signIn.continue)

  await expect.poll(path).toBe('/')
  expect(asked.at(-1)).toEqual({ what: FINISH, body: { pendingToken: 'pending', code: '123456' } })
})

test('a new password is set with the token of its link, and leads to the sign-in', async () => {
  const { asked } = await startTinyApi({ [RESET]: () => ({ sessionsEnded: 1 }) })
  const { path } = await showInPage(<NewPasswordPage />, '/sign-in/new-password#token=abc')

  await user.type(screen.getByLabelText(password.new), 'new words')
  await press(reset.save)

  await screen.findByText(reset.done)
  expect(asked).toEqual([{ what: RESET, body: { token: 'abc', password: 'new words' } }])
  await user.click(screen.getByRole('link', { name: words.session.signIn }))
  await expect.poll(path).toBe('/sign-in')
})

test('reasons against a new password stand beside it, and do not offer another link', async () => {
  const errors = [
    { path: 'body.password', message: 'needs a digit' },
    { path: 'body.password', message: 'needs 10 characters' },
  ]
  await startTinyApi({
    [RESET]: () => refuse({ status: 400, code: 'invalid', detail: 'Not right.', errors }),
  })
  await showInPage(<NewPasswordPage />, '/sign-in/new-password#token=abc')

  await user.type(screen.getByLabelText(password.new), 'words{Enter}')

  await screen.findByText('needs a digit')
  screen.getByText('needs 10 characters')
  expect(screen.getByLabelText<HTMLInputElement>(password.new).value).toBe('words')
  expect(screen.queryByRole('link', { name: link.another })).toBeNull()
})

test('a link for a password that was used says so and offers another one', async () => {
  await startTinyApi({ [RESET]: () => refuse(GONE) })
  const { path } = await showInPage(<NewPasswordPage />, '/sign-in/new-password#token=abc')

  await user.type(screen.getByLabelText(password.new), 'new words{Enter}')
  await screen.findByText(GONE.detail)
  await user.click(screen.getByRole('link', { name: link.another }))

  await expect.poll(path).toBe('/sign-in/forgot')
})

test('an address is confirmed with a press of who is signed in', async () => {
  const { asked } = await startTinyApi({
    [SESSION]: () => ADA.identity,
    [CONFIRM]: () => ({ email: 'ada@new.example' }),
  })
  await showInPage(<ConfirmEmailPage />, '/account/email#token=abc')

  await press(confirmEmail.confirm)

  await screen.findByText(confirmEmail.doneAbout('ada@new.example'))
  expect(asked.filter(({ what }) => what === CONFIRM)).toEqual([{ what: CONFIRM, body: { token: 'abc' } }])
  expect(screen.queryByRole('button', { name: confirmEmail.confirm })).toBeNull()
})

test('who is not signed in does so first, and confirms the address with the same link', async () => {
  let isIn = false
  const { asked } = await startTinyApi({
    [SESSION]: () =>
      isIn ? ADA.identity : refuse({ status: 401, code: 'sign_in_required', detail: 'Sign in.' }),
    [SIGN_IN]: () => {
      isIn = true
      return ADA
    },
    [CONFIRM]: () => refuse(GONE),
  })
  await showInPage(<ConfirmEmailPage />, '/account/email#token=abc')

  await screen.findByText(confirmEmail.signInAbout)
  await user.type(screen.getByLabelText(words.session.email), 'ada@example.org')
  await user.type(screen.getByLabelText(words.session.password), 'secret words{Enter}')
  await press(confirmEmail.confirm)

  await screen.findByText(GONE.detail)
  screen.getByRole('button', { name: confirmEmail.confirm })
  expect(asked.filter(({ what }) => what === CONFIRM)).toEqual([{ what: CONFIRM, body: { token: 'abc' } }])
})

test.each([
  ['a new password', <NewPasswordPage key="password" />],
  ['an address to confirm', <ConfirmEmailPage key="email" />],
])('a link for %s without its token is called incomplete', async (_, page) => {
  await startTinyApi({ [SESSION]: () => ADA.identity })
  await showInPage(page)

  await screen.findByText(link.incomplete)
  expect(screen.queryByRole('button')).toBeNull()
})

async function press(name: string): Promise<void> {
  await user.click(await screen.findByRole('button', { name }))
}
