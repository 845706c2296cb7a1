import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import { SignInForm } from '../shell/sign-in-form.tsx'
import { showInPage } from '../testing/show.tsx'
import { refuse, startTinyApi } from '../testing/tiny-api.ts'
import { accountWords } from '../words/en/account.ts'
import { words } from '../words/en.ts'

const user = userEvent.setup()
const { signIn } = accountWords
const SIGN_IN = 'POST /api/v1/session'
const FINISH = 'POST /api/v1/session/second-factor'
const ADA = { identity: { kind: 'user', name: 'Ada' } }
const NEEDED = { status: 401, code: 'second_factor_needed', detail: 'A code.', pendingToken: 'pending' }

test('the password alone signs in who has no second factor', async () => {
  const { asked } = await startTinyApi({ [SIGN_IN]: () => ADA })
  const done = await showForm()

  await giveAddress()
  await user.click(screen.getByRole('button', { name: words.session.signIn }))

  await expect.poll(() => done.times).toBe(1)
  expect(asked).toEqual([{ what: SIGN_IN, body: { email: 'ada@example.org', password: 'secret words' } }])
})

test('a refusal that is of no field is told above them, and what was typed stays', async () => {
  const detail = 'E-mail address or password are wrong.'
  await startTinyApi({ [SIGN_IN]: () => refuse({ status: 401, code: 'wrong_credentials', detail }) })
  const done = await showForm()

  await giveAddress()
  await user.keyboard('{Enter}')

  await screen.findByText(detail)
  expect(screen.getByLabelText<HTMLInputElement>(words.session.email).value).toBe('ada@example.org')
  expect(screen.getByLabelText<HTMLInputElement>(words.session.password).value).toBe('secret words')
  expect(done.times).toBe(0)
})

test('a second factor is asked for after the password, and only then somebody is signed in', async () => {
  const { asked } = await startTinyApi({ [SIGN_IN]: () => refuse(NEEDED), [FINISH]: () => ADA })
  const done = await showForm()

  await giveAddress()
  await user.keyboard('{Enter}')
  await user.type(await screen.findByLabelText(signIn.code), '123456')
  expect(done.times).toBe(0)
  expect(screen.queryByLabelText(words.session.password)).toBeNull()
  await user.click(screen.getByRole('button', { name: signIn.continue }))

  await expect.poll(() => done.times).toBe(1)
  expect(asked.at(-1)).toEqual({ what: FINISH, body: { pendingToken: 'pending', code: '123456' } })
})

test('who starts over is back at the password, which is not kept', async () => {
  await startTinyApi({ [SIGN_IN]: () => refuse(NEEDED) })
  await showForm()

  await giveAddress()
  await user.keyboard('{Enter}')
  await user.click(await screen.findByRole('button', { name: signIn.startOver }))

  expect(screen.getByLabelText<HTMLInputElement>(words.session.password).value).toBe('')
  expect(screen.queryByText(NEEDED.detail)).toBeNull()
})

async function showForm(): Promise<{ times: number }> {
  const done = { times: 0 }
  await showInPage(<SignInForm onDone={() => done.times++} />)
  return done
}

async function giveAddress(): Promise<void> {
  await user.type(screen.getByLabelText(words.session.email), 'ada@example.org')
  await user.type(screen.getByLabelText(words.session.password), 'secret words')
}
